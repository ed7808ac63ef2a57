"""What a stage leaves in reports/: its note, and what its containers wrote."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from pipeline import files
from pipeline.commands.git import git
from pipeline.engine import NO_EVIDENCE
from pipeline.errors import PipelineError, RedTestsError

if TYPE_CHECKING:
    from pipeline.stages import Context

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# Of the log of a failure, and of red tests, so much is shown.
LINES, LISTED, WIDTH = 40, 20, 200


def checked_out(context: Context) -> str:
    """Return the commit of the checkout, and a number for changes on top of it; "" where it is no checkout of git."""
    capture, root = context.runner.capture, context.root
    commit = capture(git(root, "rev-parse", "--short=12", "HEAD"))
    if commit.status != 0:
        return ""
    changed = capture(git(root, "status", "--porcelain")).output + capture(git(root, "diff", "HEAD")).output
    digest = hashlib.sha256(changed.encode(errors="replace")).hexdigest()
    return commit.output + (f"+{digest[:7]}" if changed else "")


class Stage:
    """A stage for the report: when it began, its steps with their seconds, and how it ended."""

    def __init__(self, context: Context, name: str, note: str = ""):
        self.context, self.name, self.note = context, name, note
        self.began, self.clock = int(time.time()), time.monotonic()
        self.steps: list[tuple[str, float]] = []
        self.nothing_done = False

    @property
    def seconds(self) -> int:
        """How long it has taken."""
        return int(time.monotonic() - self.clock)

    @contextlib.contextmanager
    def step(self, label: str) -> Iterator[None]:
        """Have the output of a step in a log of its own, whose end is shown where it fails; print its time."""
        began = time.monotonic()
        try:
            with logged(self.context, f"{self.name} {label}", label):
                yield
        finally:
            seconds = round(time.monotonic() - began, 1)
            self.context.detail(f"{label}: {seconds} s")
            self.steps.append((label, seconds))

    def write(self, error: PipelineError | None) -> None:
        """Write the stage's note; only the newest of a name is kept. A disk that is full changes no verdict."""
        note = {
            "stage": self.name,
            "note": self.note,
            "began": self.began,
            "seconds": self.seconds,
            "status": error.status if error else 0,
            "commit": checked_out(self.context) or "unknown",
            "pipeline": self.context.configuration.pipeline,
            "steps": self.steps,
            "sentence": str(error or ""),
        }
        with contextlib.suppress(OSError):
            write_note(self.context, note)


@contextlib.contextmanager
def stage(context: Context, name: str, note: str = "") -> Iterator[Stage]:
    """Note for the report how a stage ends. One that was interrupted, or had nothing to do, leaves its last note."""
    this = Stage(context, name, note)
    context.runner.announce = context.console.command
    try:
        yield this
    except PipelineError as error:
        this.write(error)
        raise
    finally:
        context.runner.announce = None
    if not this.nothing_done:
        this.write(None)


def log_file(context: Context, name: str) -> Path:
    """Return the file for the output of a step."""
    folder = context.root / "reports/logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{re.sub('[^a-z]+', '-', name)}.log"


@contextlib.contextmanager
def logged(context: Context, name: str, label: str) -> Iterator[None]:
    """Write into a log, while a `with` block runs, what its commands say; with V=1 the user sees it instead."""
    if context.given("V"):
        yield
        return
    log = log_file(context, name)
    try:
        with log.open("w") as file, context.runner.logging(file), context.console.progress(label, log):
            yield
    except PipelineError as error:
        if not isinstance(error, RedTestsError):
            show_end(log)
        raise


def show_end(log: Path) -> None:
    """Show the end of the log of what failed; with V=1 there may be none."""
    if not log.exists():
        return
    lines = log.read_text(errors="replace").splitlines()
    if lines:
        print("\n".join([f"--- the end of reports/logs/{log.name}:", *lines[-LINES:]]), file=sys.stderr, flush=True)


def show_red(context: Context, report: str, name: str) -> None:
    """Show which tests of a JUnit report are red, and how many; without a report the end of the log."""
    log = log_file(context, name)
    if context.given("V"):
        log.unlink(missing_ok=True)  # of an earlier run: this one's was shown
    try:
        root = ElementTree.parse(context.root / "reports" / report).getroot()  # noqa: S314 - our own containers wrote it
        cases = root.findall(".//testcase")
    except (OSError, ElementTree.ParseError):
        return show_end(log)
    red = [(case, kind) for case in cases for kind in (*case.findall("failure"), *case.findall("error"))]
    if not red:
        return show_end(log)
    where = "" if context.given("V") else f", all of it in reports/logs/{log.name}"
    context.info(f"{len(red)} of {len(cases)} red{where}:")
    for case, found in red[:LISTED]:
        why = (found.get("message") or found.text or "").strip().split("\n")[0]
        context.detail(f"{case.get('classname')}: {case.get('name')}: {why}"[:WIDTH])
    if len(red) > LISTED:
        context.detail(f"... and {len(red) - LISTED} more")
    return None


class Specification:
    """Whether a line of a suite's output is shown: the specification is, the list of red tests at its end is not.

    It is from `begin` to `end`; show_red says the same in few lines.
    """

    def __init__(self, begin: str, end: str):
        self.begin, self.end, self.is_on = re.compile(begin), re.compile(end), True

    def __call__(self, line: str) -> bool:
        """Look at the next line."""
        plain = COLOURS.sub("", line)
        if self.begin.match(plain):
            self.is_on = False
        elif self.end.match(plain):
            self.is_on = True
        return self.is_on


def note_file(context: Context, name: str) -> Path:
    """Return the file of a stage's note."""
    return context.root / "reports/stages" / f"{name}.json"


def write_note(context: Context, note: dict[str, Any]) -> None:
    """Put a note into its place. The report is then to be made anew."""
    context.has_news = True
    place = note_file(context, note["stage"])
    place.parent.mkdir(parents=True, exist_ok=True)
    new = context.state / "note"
    new.write_text(json.dumps(note) + "\n")
    files.put(context.state, new, place)


def still_holds(context: Context, *names: str) -> None:
    """Note that these stages hold for what is checked out now. Content decides; a commit may have come since."""
    commit = checked_out(context)
    for name in names:
        with contextlib.suppress(OSError, ValueError):
            note = json.loads(note_file(context, name).read_text())
            passed_here = note["status"] == 0 and note["pipeline"] == context.configuration.pipeline
            if commit and passed_here and note["commit"] != commit:
                write_note(context, {**note, "commit": commit})


def run_suite(
    context: Context, environment: str, service: str, *arguments: str, is_shown: Specification | None = None
) -> int:
    """Run a service whose evidence comes into reports/, each piece whole or not at all.

    What an earlier run left there must be taken away before. Returns as Engine.run_job.
    """
    new, project = context.state / "reports", context.configuration.project(environment)
    command = context.compose(environment, "run", *arguments)
    status = context.engine.run_job(command, project, service, "/reports", new, is_shown)
    for piece in sorted(new.iterdir()) if new.exists() else ():
        try:
            files.put(context.state, piece, context.root / "reports" / piece.name)
        except OSError:
            status = NO_EVIDENCE
    files.remove(new)
    return status


def take_away(context: Context, *names: str) -> None:
    """Remove evidence of an earlier run: beside that of this one it would be of none."""
    (context.root / "reports").mkdir(exist_ok=True)
    files.take_away(context.state, *(context.root / "reports" / name for name in names))
