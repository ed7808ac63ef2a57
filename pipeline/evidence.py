"""The files of a stage in reports/: its note, its logs, and its suites' reports."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pipeline import files
from pipeline.commands.git import git
from pipeline.engine import NO_EVIDENCE
from pipeline.errors import PipelineError, RedTestsError
from pipeline.stages import Context

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# Shown of a failure: lines of the log, red tests, characters of each.
LINES, LISTED, WIDTH = 40, 20, 200


def checked_out(context: Context) -> str:
    """Return the commit, with a digest of uncommitted changes; "" without git."""
    capture, root = context.runner.capture, context.root
    commit = capture(git(root, "rev-parse", "--short=12", "HEAD"))
    if commit.status != 0 or not is_tracked(context):
        return ""
    changed = (
        capture(git(root, "status", "--porcelain")).output + capture(git(root, "diff", "--no-ext-diff", "HEAD")).output
    )
    digest = hashlib.sha256(changed.encode(errors="replace")).hexdigest()
    return commit.output + (f"+{digest[:7]}" if changed else "")


def is_tracked(context: Context) -> bool:
    """Whether git has this checkout's files: a tarball may lie in somebody else's repository."""
    return context.capture(git(context.root, "ls-files", "--error-unmatch", "Makefile")).status == 0


class Stage:
    """A stage for the report: when it began, its steps with their seconds, and how it ended."""

    def __init__(self, context: Context, name: str, note: str = ""):
        self.context, self.name, self.note = context, name, note
        # Not in whole seconds: a short stage would begin with the next one.
        self.began, self.clock = round(time.time(), 3), time.monotonic()
        self.steps: list[tuple[str, float]] = []
        self.nothing_done = False

    @property
    def seconds(self) -> int:
        return int(time.monotonic() - self.clock)

    @contextlib.contextmanager
    def step(self, label: str) -> Iterator[None]:
        """Run a step: write its output to a log, print its seconds, show the end of the log if it fails."""
        began = time.monotonic()
        try:
            with logged(self.context, f"{self.name} {label}", label):
                yield
        finally:
            seconds = round(time.monotonic() - began, 1)
            self.context.detail(f"{label}: {seconds} s")
            self.steps.append((label, seconds))

    def write(self, error: PipelineError | None) -> None:
        """Write the stage's note, which replaces the last one. A full disk does not change the verdict."""
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
    """Write a stage's note at its end, unless it was interrupted or had nothing to do."""
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
    folder = context.root / "reports/logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{re.sub('[^a-z]+', '-', name)}.log"


@contextlib.contextmanager
def logged(context: Context, name: str, label: str) -> Iterator[None]:
    """Write the output of a `with` block's commands to a log; with V=1 the user sees it instead."""
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
    """Show the end of a log, if there is one."""
    if not log.exists():
        return
    lines = log.read_text(errors="replace").splitlines()
    if lines:
        print("\n".join([f"--- the end of reports/logs/{log.name}:", *lines[-LINES:]]), file=sys.stderr, flush=True)


def show_red(context: Context, report: str, name: str) -> None:
    """Show the red tests of a JUnit report, and their number; without a report, the end of the log."""
    log = log_file(context, name)
    if context.given("V"):
        log.unlink(missing_ok=True)  # it is of an earlier run
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
    """Select the lines of a suite's output to show: not the list of red tests at its end, from `begin` to `end`.

    show_red shows them in fewer lines.
    """

    def __init__(self, begin: str, end: str):
        self.begin, self.end, self.is_on = re.compile(begin), re.compile(end), True

    def __call__(self, line: str) -> bool:
        plain = COLOURS.sub("", line)
        if self.begin.match(plain):
            self.is_on = False
        elif self.end.match(plain):
            self.is_on = True
        return self.is_on


def note_file(context: Context, name: str) -> Path:
    return context.root / "reports/stages" / f"{name}.json"


def write_note(context: Context, note: dict[str, Any]) -> None:
    """Write a note. The report is then made again at the end of the run."""
    context.has_news = True
    place = note_file(context, note["stage"])
    place.parent.mkdir(parents=True, exist_ok=True)
    new = context.state / "note"
    new.write_text(json.dumps(note) + "\n")
    files.put(context.state, new, place)


def still_holds(context: Context, *names: str) -> None:
    """Record that these stages' results also hold for the current commit, whose content is the same."""
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
    """Run a service, and move its evidence to reports/, each piece whole or not at all.

    Remove earlier evidence before (take_away). Returns the status of Engine.run_job.
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
    """Remove evidence of an earlier run, so that reports/ never mixes two runs."""
    (context.root / "reports").mkdir(exist_ok=True)
    files.take_away(context.state, *(context.root / "reports" / name for name in names))
