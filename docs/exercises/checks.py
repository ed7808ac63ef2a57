"""Check the answers to the exercises of docs/exercises.md, by what was changed. Called by `make exercise`."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from xml.etree import ElementTree

from pipeline import files
from pipeline.commands.git import git
from pipeline.configuration import KNOBS
from pipeline.errors import VerdictError
from pipeline.stages import Context

LOG = "exercise.log"
SENTENCE = re.compile("^(FAIL: .*)$", re.MULTILINE)


def require(condition: object, sentence: str) -> None:
    """Raise VerdictError with a sentence, unless a condition holds."""
    if not condition:
        raise VerdictError(sentence)


def changed(context: Context, path: str) -> bool:
    """Whether there is anything that was not there in the last commit."""
    return bool(context.capture(git(context.root, "status", "--porcelain", "--", path)).output)


def stage(context: Context, goal: str, **knobs: str) -> tuple[bool, str]:
    """Run a goal of make; return whether it passed, and what it said in the end."""
    context.info(" ".join(["make", goal, *(f"{name}={value}" for name, value in knobs.items())]))
    values = {name: context.knob(name) for name in KNOBS}
    given = [f"{name}={value}" for name, value in {**values, **knobs}.items() if value]
    answer = context.capture(("make", goal, *given), errors=True)
    (context.state / LOG).write_text(answer.output)
    return answer.status == 0, (SENTENCE.findall(answer.output) or [""])[-1]


def break_a_test(context: Context) -> None:
    """Break a test, and watch the pipeline refuse."""
    require(
        changed(context, "src"),
        "expected a change in src/ that breaks a test, found none. "
        "Change how long a title may be, in src/todo/models.py",
    )
    before = files.digest(context.root, "target")
    passed, sentence = stage(context, "test")
    require(not passed, "expected a red test, found that all pass. Change something that a client would notice")
    red = failed_tests(context)
    require(
        red,
        f"expected a failing test in reports/unittests.xml, found: {sentence}. Mend what keeps the tests from running",
    )
    passed, sentence = stage(context, "build")
    require(not passed, "expected make build to refuse, found that it built")
    require(files.digest(context.root, "target") == before, "expected target/ as it was, found it changed")
    more = " and more, in reports/index.html" if len(red) > 5 else ""
    context.info(f"Red: {' '.join(red[:5])}{more}")
    context.info(f"make build said: {sentence}")
    context.success("Solved: the tests said no, and nothing was built. To take it back: git checkout src")


def failed_tests(context: Context) -> list[str]:
    """Return the names of the tests that failed."""
    report = context.root / "reports/unittests.xml"
    if not report.exists():
        return []
    cases = ElementTree.parse(report).getroot().iter("testcase")  # noqa: S314 - our own report
    return sorted({case.get("name", "") for case in cases if {child.tag for child in case} & {"failure", "error"}})


def make_the_database_late(context: Context) -> None:
    """Make the database late, and watch the agent wait for it."""
    require(
        changed(context, "docker/dev"),
        "expected a change in docker/dev/docker-compose.yml, found none. Let the service db begin with a sleep",
    )
    anew = context.compose("dev", "rm", "--force", "--stop", "--volumes", "db")
    context.capture(anew)
    passed, late = stage(context, "test", PROBE_TIMEOUT="10")
    require(
        not passed,
        "expected the agent to give up after 10 s, found that MySQL answered before. Make it later",
    )
    require(
        "expected MySQL to answer on db:3306, found silence for " in late,
        f"expected the agent's sentence, found: {late}",
    )
    context.capture(anew)
    passed, sentence = stage(context, "test")
    timeout = context.knob("PROBE_TIMEOUT")
    require(
        passed,
        f"expected the tests to pass once MySQL answers, found: {sentence}. "
        f"It may be late, but not gone (PROBE_TIMEOUT is {timeout} s)",
    )
    context.info(f"With PROBE_TIMEOUT=10: {late}")
    context.success(
        "Solved: the agent waited, and nothing began before it had an answer. To take it back: git checkout docker"
    )


def add_a_due_date(context: Context) -> None:
    """Add a due date, from the model to the acceptance test."""
    root, log = context.root, f"{context.state / LOG}"
    require(
        changed(context, "src"),
        "expected a change in src/, found none. Begin with a field `due` in src/todo/models.py",
    )
    require(
        list(root.glob("src/todo/migrations/0002_*.py")),
        "expected a migration in src/todo/migrations/, found none. "
        "Type: make check; .venv/bin/python src/manage.py makemigrations todo",
    )
    require(
        any('"due"' in file.read_text() for file in root.glob("src/todo/tests/*.py")),
        'expected a test of "due" in src/todo/tests/, found none. Say first what it promises',
    )
    require(
        any(re.search(r"\bdue\b", file.read_text()) for file in root.glob("specs/test/*.js")),
        "expected a claim about due in specs/test/, found none. Clients will rely on it: say so",
    )
    passed, sentence = stage(context, "build")
    require(passed, f"expected tests that pass, found: {sentence}. Read {log}")
    passed, sentence = stage(context, "release")
    require(passed, f"expected an accepted release, found: {sentence}. Read {log}")
    for what, path, body, expected in (
        ("a new item with a date", "todos", {"title": "due", "due": "2030-02-28"}, '"due":"2030-02-28"'),
        ("a new item without one", "todos", {"title": "never"}, '"due":null'),
        ("a day that is none", "todos", {"due": "2030-02-30"}, '{"due":['),
        ("the list", "todos", None, '"due":"2030-02-28"'),
        ("the schema", "schema?format=json", None, '"due":{"type":"string","format":"date"'),
    ):
        found = ask(context, path, body)
        require(expected in found, f"expected {expected} in the answer to {what}, found {found}")
    context.success(
        "Solved: an accepted release has due dates. "
        f"To take it back: git checkout src specs; git clean -f src specs; {context.make('release')}"
    )


def ask(context: Context, path: str, body: Mapping[str, str] | None) -> str:
    """Send a request to the running release; return its response without spaces."""
    url = f"http://localhost:{context.knob('HTTP_PORT')}/{path}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            text = response.read()
    except urllib.error.HTTPError as error:
        text = error.read()
    return re.sub(r"\s", "", text.decode())


def roll_back_a_bad_release(context: Context) -> None:
    """Roll back a release that passed every gate and is bad all the same."""
    configuration = context.configuration
    start = f"{configuration.pipeline}-release-"

    def label(config: str, name: str) -> str:
        form = f'{{{{index .Spec.Labels "todobackend.{name}"}}}}'
        return context.capture(("docker", "config", "inspect", config, "--format", form)).output

    form = '{{index .Spec.Labels "todobackend.release"}}'
    service = ("docker", "service", "inspect", f"{configuration.pipeline}_app", "--format", form)
    running = context.capture(service).output
    require(running, f"expected a deployed release, found none. Type: {context.make('deploy')}")
    running = start + running
    listed = ("docker", "config", "ls", "--format", "{{.Name}}", "--filter", f"name={start}")
    newest = sorted(context.lines(listed))[-1]
    before, version = label(newest, "before"), label(newest, "version")
    require(
        before,
        "expected two releases in the Swarm's history, found one. "
        "Apply the patch, commit, then: make release, make tag, make publish, make deploy",
    )
    expected = f"expected the release before {version} to run, found"
    require(newest != running, f"{expected} that {version} still does. Type: {context.make('rollback')}")
    require(start + before == running, f"{expected} an older one. Type: {context.make('deploy')}, and begin again")
    context.success(
        f"Solved: {version} was deployed, and {label(running, 'version')} runs again, by its digests. "
        f"To end it: {context.make('undeploy')}; git reset --keep HEAD^ takes the commit back"
    )


EXERCISES = {
    "add-a-due-date": add_a_due_date,
    "break-a-test": break_a_test,
    "make-the-database-late": make_the_database_late,
    "roll-back-a-bad-release": roll_back_a_bad_release,
}
