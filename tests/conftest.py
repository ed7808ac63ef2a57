"""What the tests of the workflow share: copies of the checkout to run make in, each a pipeline of its own."""

import contextlib
import http.client
import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(*command, **options):
    """Run a command to its end, with both streams in `stdout`."""
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )


def docker(*arguments):
    """Run docker, and give back what it printed; a failure is an error of the test."""
    try:
        return subprocess.run(("docker", *arguments), check=True, capture_output=True, text=True).stdout.strip()
    except subprocess.CalledProcessError as error:
        error.add_note(error.stderr)
        raise


def free_ports(number):
    """Ports that nobody has, each another one."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)]
        return [probe.getsockname()[1] for probe in probes]


class Checkout:
    """A copy of the project's files and the pipeline (BUILD_ID, HTTP_PORT, CLIENT_PORT) that runs in it."""

    # What a run spends most of its time on: the claims by the hundred, and the tests that start a Python each. The
    # checkout's own `make release` runs them.
    LEFT_OUT = ("at-the-same-time.js", "refusals.js", "schema.js", "update-item-by-patch.js", "update-item-by-put.js")
    LEFT_OUT += ("test_log.py", "test_settings.py")

    def __init__(self, folder, build_id, browser_specs=("load.js",), left_out=LEFT_OUT):
        """Copy the files, but for those left out; of the browser's specs, which take longest, these alone."""
        self.folder = folder
        self.build_id = build_id
        self.port, self.client_port = free_ports(2)
        self.release_project = f"todobackend{build_id}"
        self.dev_project = f"todobackend{build_id}dev"
        self.release_image = f"todobackend:built{build_id}"
        self.client_image = f"todobackend-client:built{build_id}"
        self.tested_image = f"todobackend-dev:tested{build_id}"
        names = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).stdout
        for name in filter(None, names.split("\0")):
            spec = Path(name).name
            spared = name.startswith("specs/browser/test/") and spec not in browser_specs
            spared |= name.startswith(("specs/test/", "src/todo/tests/")) and spec in left_out
            if (ROOT / name).exists() and not spared:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        # The checkout's parents are found once for all copies; everything else each finds anew.
        run("git", "init", "-q", "--initial-branch=main", cwd=folder)
        run("git", "add", "-A", cwd=folder)
        run("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "Copy", cwd=folder)

    def arguments(self, *goals, **knobs):
        knobs = {"BUILD_ID": self.build_id, "HTTP_PORT": self.port, "CLIENT_PORT": self.client_port, **knobs}
        return ["make", *goals, *(f"{name}={value}" for name, value in knobs.items())]

    def make(self, *goals, env=None, **knobs):
        """Run make; the answer has `returncode` and `stdout` (both streams)."""
        return run(*self.arguments(*goals, **knobs), cwd=self.folder, env={**os.environ, **(env or {})})

    def script(self, name, *arguments):
        """Run one script with the Makefile's variables, without the targets that go before it."""
        rule = f"\n.PHONY: only\nonly:\n\t@scripts/{name} {' '.join(arguments)}\n"
        makefile = self.folder / "only.mk"
        makefile.write_text(self.path("Makefile").read_text() + rule)
        try:
            return self.make("-f", "only.mk", "only")
        finally:
            makefile.unlink()

    def start(self, *goals, **knobs):
        """Start make in a process group of its own, and do not wait."""
        return subprocess.Popen(
            self.arguments(*goals, **knobs),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def in_terminal(self, *goals, **knobs):
        """Run make as a person does, in a terminal; give back its exit status and what the screen got."""
        screen, terminal = pty.openpty()
        process = subprocess.Popen(
            self.arguments(*goals, **knobs),
            cwd=self.folder,
            env={name: value for name, value in os.environ.items() if name != "NO_COLOR"},
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )
        os.close(terminal)
        shown = b""
        # Reading from a terminal that nobody writes to any more is an error on Linux.
        with contextlib.suppress(OSError):
            while part := os.read(screen, 65536):
                shown += part
        os.close(screen)
        return process.wait(), shown.decode()

    def registry_env(self):
        """What a shell gets by reading the file of `make registry`, and a docker configuration of its own."""
        text = self.path(f".state/registry{self.build_id}/env").read_text()
        given = dict(re.findall(r"^export (\w+)=(.*)$", text, re.MULTILINE))
        # Not a file of the project's: the tree is to stay as it was committed.
        with self.path(".git/info/exclude").open("a") as file:
            file.write("/docker-config/\n")
        return {**given, "DOCKER_CONFIG": str(self.folder / "docker-config")}

    def path(self, name):
        return self.folder / name

    def edit(self, name, old, new):
        """Replace a text that stands in a file once."""
        text = self.path(name).read_text()
        assert text.count(old) == 1, f"expected {old!r} once in {name}, found {text.count(old)}"
        self.path(name).write_text(text.replace(old, new))

    def append(self, name, text):
        with self.path(name).open("a") as file:
            file.write(text)

    def objects(self):
        """Everything Docker has of this pipeline, images with a name left out."""
        found = {}
        for suffix in ("", "dev", "lab", "registry"):
            project = f"{self.release_project}{suffix}"
            label = f"label=com.docker.compose.project={project}"
            found[f"containers of {project}"] = docker("ps", "-aq", "--filter", label)
            found[f"networks of {project}"] = docker("network", "ls", "-q", "--filter", label)
            found[f"volumes of {project}"] = docker("volume", "ls", "-q", "--filter", label)
        mine = f"label=todobackend.pipeline={self.release_project}"
        found["images without a name"] = docker("images", "-q", "--filter", mine, "--filter", "dangling=true")
        return {what: ids for what, ids in found.items() if ids}


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    """One accepted, running release for all tests of what it withstands; each leaves it as it found it."""
    made = Checkout(tmp_path_factory.mktemp("resilience"), "-resilience")
    answer = made.make("release")
    assert answer.returncode == 0, answer.stdout
    yield made
    made.make("distclean")


@pytest.fixture(scope="session")
def figures():
    """What was measured, by name; at the end it is in reports/resilience.json, beside what other runs left there."""
    found = {}
    yield found
    file = ROOT / "reports/resilience.json"
    file.parent.mkdir(exist_ok=True)
    before = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps({**before, **found}, indent=2) + "\n")


def pytest_terminal_summary(terminalreporter):
    """Put beside the figures how many tests of each module passed: most attacks leave no other figure."""
    counts = {}
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, []):
            if "resilience" in report.keywords and (outcome != "passed" or report.when == "call"):
                module = counts.setdefault(Path(report.location[0]).stem, {})
                module[outcome] = module.get(outcome, 0) + 1
    if counts:
        file = ROOT / "reports/resilience.json"
        before = json.loads(file.read_text()) if file.exists() else {}
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps({**before, "tests": {**before.get("tests", {}), **counts}}, indent=2) + "\n")


def sql(checkout, statements):
    """Run statements in the release's database; give back the lines of the result."""
    command = "MYSQL_PWD=$(cat /secrets/mysql_password) exec mysql -u todobackend --skip-column-names todobackend"
    return subprocess.run(
        ["docker", "exec", "--interactive", f"{checkout.release_project}-db-1", "sh", "-c", command],
        input=statements,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory, request):
    """A checkout for one test module, removed with all it made."""
    name = re.sub(r"[^a-z0-9]", "", request.module.__name__.removeprefix("test_"))
    made = Checkout(tmp_path_factory.mktemp(name), f"-{name}")
    yield made
    made.make("distclean")


@pytest.fixture(scope="module")
def released(checkout):
    """The same, with its release accepted and running."""
    answer = checkout.make("release")
    assert answer.returncode == 0, answer.stdout
    return checkout


@pytest.fixture(scope="module")
def new_checkout(tmp_path_factory):
    """Make more checkouts: call it with a build id, and with the browser's specs that are wanted."""
    made = []

    def make(build_id, *choice, **options):
        made.append(Checkout(tmp_path_factory.mktemp(build_id.strip("-")), build_id, *choice, **options))
        return made[-1]

    yield make
    for checkout in made:
        checkout.make("distclean")


class Session:
    """A connection to the release's database that stays: a transaction can be kept open over several questions."""

    def __init__(self, checkout):
        command = (
            "MYSQL_PWD=$(cat /secrets/mysql_password) "
            "exec mysql -u todobackend --skip-column-names --unbuffered todobackend"
        )
        self.process = subprocess.Popen(
            ["docker", "exec", "--interactive", f"{checkout.release_project}-db-1", "sh", "-c", command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self):
        return self

    def ask(self, statement):
        """Run one statement to its end; the lines of its result."""
        self.process.stdin.write(f"{statement}; SELECT 'that was all';\n")
        self.process.stdin.flush()
        lines = []
        while (line := self.process.stdout.readline()) != "that was all\n":
            assert line, "the session has ended"
            lines.append(line.rstrip("\n"))
        return lines

    def hold(self, numbers):
        """Keep the items of these numbers to itself, until `ROLLBACK`."""
        self.ask("BEGIN")
        held = self.ask(f"SELECT id FROM todo_todoitem WHERE id IN ({','.join(numbers)}) FOR UPDATE")
        assert len(held) == len(numbers)

    def waiting(self, numbers):
        """How many changes of these items wait."""
        claims = [f"info LIKE 'UPDATE `todo%`id` = {number}'" for number in numbers]
        (count,) = self.ask(f"SELECT COUNT(*) FROM information_schema.processlist WHERE {' OR '.join(claims)}")
        return int(count)

    def __exit__(self, *_):
        self.process.communicate(timeout=60)


def container(checkout, service):
    """What Docker says of the release's container of a service."""
    return json.loads(docker("inspect", f"{checkout.release_project}-{service}-1"))[0]


def eventually(claim, seconds=60, pause=0.05):
    """Wait until a claim holds, and look again after a pause (seconds); its last answer."""
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException, subprocess.CalledProcessError):
            if answer := claim():
                return answer
        if time.monotonic() > end:
            return False
        time.sleep(pause)


def ask(checkout, method="GET", path="/todos", body=None, timeout=30, **headers):
    """Send one request to the release; the answer has `status`, `headers` and `data` (the JSON)."""
    connection = http.client.HTTPConnection("127.0.0.1", checkout.port, timeout=timeout)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    answer.data = json.loads(content) if content else None
    return answer


def settled(checkout):
    """Wait until every process of the application is ready again, not only the one that is asked first."""
    assert eventually(lambda: all(ask(checkout, path="/readyz").status == 200 for _ in range(40)))


def derive(name, parent, lines, folder, files=()):
    """Build an image from another one: more lines of a Dockerfile, and files ({name: text}) that they may copy."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in dict(files).items():
        (folder / file).write_text(text)
    (folder / "Dockerfile").write_text("\n".join((f"FROM {parent}", *lines, "")))
    docker("build", "--quiet", "--tag", name, str(folder))


def last_line(answer):
    """The last line the workflow itself printed: make's own closing line comes after a failure."""
    return [line for line in answer.stdout.splitlines() if not line.startswith("make: ***")][-1]


def inspect(image):
    return json.loads(docker("image", "inspect", image))[0]


def stop(process, number=signal.SIGKILL):
    process.send_signal(number)
    process.communicate(timeout=120)
