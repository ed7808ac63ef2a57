"""What the terminal shows of a stage: its commands, a line for each step, the end of a log, the tests that are red."""

import contextlib
import json
import os
import pty
import subprocess
import sys
import time

import pytest
from support.commands import ROOT
from support.recorder import Listener

from pipeline import console, evidence
from pipeline.configuration import Configuration
from pipeline.errors import InfrastructureError, RedTestsError
from pipeline.runner import Runner
from pipeline.stages import Context


@pytest.fixture
def this(tmp_path):
    """A context with real commands in an empty folder, and what it shows in `console.said`."""
    made = Context(Configuration.read({}), Runner(tmp_path, {"PATH": os.environ["PATH"]}), Listener(), tmp_path)
    made.console.command = lambda command: made.console.said.append(("command", " ".join(command)))
    return made


@pytest.fixture
def docker(tmp_path, this):
    """A docker that says its arguments."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/docker").write_text('#!/bin/sh\necho "docker: $*"\necho trouble >&2\n')
    (tmp_path / "bin/docker").chmod(0o755)
    this.runner.environment["PATH"] = f"{tmp_path}/bin:{os.environ['PATH']}"
    return this


def log(this, name):
    return (this.root / f"reports/logs/{name}.log").read_text()


def test_a_stage_that_follows_within_a_second_begins_later(this):
    # The report sorts them by it.
    for name in ("image", "accept"):
        with evidence.stage(this, name):
            time.sleep(0.01)
    began = [json.loads(evidence.note_file(this, name).read_text())["began"] for name in ("image", "accept")]
    assert began[0] < began[1]


class TestStep:
    def test_its_commands_are_shown_and_their_output_is_in_its_log(self, docker, capfd):
        with evidence.stage(docker, "test") as stage, stage.step("database, tests"):
            assert docker.run(("docker", "compose", "up")) == 0
            docker.run(("sh", "-c", "echo not of docker"))
        shown = docker.console.said
        assert shown[0] == ("command", "docker compose up")
        assert [kind for kind, _ in shown] == ["command", "detail"]
        assert shown[1][1].startswith("database, tests: ")
        assert log(docker, "test-database-tests") == "docker: compose up\ntrouble\nnot of docker\n"
        assert capfd.readouterr() == ("", "")

    def test_after_it_commands_show_their_output_themselves(self, docker, capfd):
        with evidence.stage(docker, "test") as stage, stage.step("images"):
            pass
        docker.run(("docker", "ps"))
        assert capfd.readouterr() == ("docker: ps\n", "trouble\n")
        assert "command" not in dict(docker.console.said)

    def fail(self, this, error):
        """Have a step say a hundred lines, and fail."""
        with pytest.raises(error), evidence.stage(this, "test") as stage, stage.step("images"):
            this.run(("seq", "100"))
            raise error("no")

    def test_that_fails_shows_the_end_of_its_log(self, this, capfd):
        self.fail(this, InfrastructureError)
        shown = capfd.readouterr().err.splitlines()
        assert shown[0] == "--- the end of reports/logs/test-images.log:"
        assert shown[1:] == [str(number) for number in range(61, 101)]
        assert log(this, "test-images").startswith("1\n2\n")

    def test_with_red_tests_it_shows_no_log(self, this, capfd):
        self.fail(this, RedTestsError)
        assert capfd.readouterr().err == ""

    def test_with_v_all_is_shown_at_once(self, this, capfd):
        this.runner.user_environment = {"V": "1"}
        with evidence.stage(this, "test") as stage, stage.step("images"):
            this.run(("echo", "seen"))
        assert capfd.readouterr().out == "seen\n"
        assert not (this.root / "reports/logs").exists()


class TestSpecification:
    NOSE = ["- should a ... ok", "======", "FAIL: b", "------", "Traceback", "Ran 2 tests in 1s", "FAILED"]
    MOCHA = ["  ✔ a", "  1) b", "  1 passing (1s)", "\x1b[31m  1 failing\x1b[0m", "  1) b", "  stack"]
    PLAYWRIGHT = [
        "  ✓ 1 a.js (1s)",
        "  ✘ 2 b.js",
        "  1) b.js:1:1",
        "    Error",
        "  1 failed",
        "    b.js",
        "  1 passed (2s)",
    ]

    @pytest.mark.parametrize(
        ("lines", "begin", "end", "hidden"),
        [
            (NOSE, "=+$", "Ran ", NOSE[1:5]),
            (MOCHA, r"\s+[0-9]+ failing", "$^", MOCHA[3:]),
            (PLAYWRIGHT, r"  1\) ", r"\s+[0-9]+ (failed|passed)", PLAYWRIGHT[2:4]),
        ],
    )
    def test_the_list_of_red_tests_is_not_shown(self, lines, begin, end, hidden):
        is_shown = evidence.Specification(begin, end)
        assert [line for line in lines if not is_shown(line)] == hidden

    def test_lines_are_shown_as_they_come_and_all_are_in_the_log(self, this, capfd):
        with evidence.logged(this, "test tests", "tests"):
            this.runner.show(("echo", "a\n====\nb\nRan 1\nc"), evidence.Specification("=+$", "Ran "))
        assert capfd.readouterr().out == "a\nRan 1\nc\n"
        assert log(this, "test-tests") == "a\n====\nb\nRan 1\nc\n"


class TestRedTests:
    REPORT = '<testsuites><testsuite><testcase classname="Create" name="returns 201"/>{}</testsuite></testsuites>'
    RED = '<testcase classname="List" name="test {}"><failure message="expected 1&#10;found 2"/></testcase>'

    def show(self, this, text):
        (this.root / "reports").mkdir(exist_ok=True)
        (this.root / "reports/unittests.xml").write_text(text)
        evidence.show_red(this, "unittests.xml", "test tests")
        return [text for _, text in this.console.said]

    def test_are_listed_with_their_count_and_why(self, this):
        assert self.show(this, self.REPORT.format(self.RED.format(1))) == [
            "1 of 2 red, all of it in reports/logs/test-tests.log:",
            "List: test 1: expected 1",
        ]

    def test_that_are_many_are_not_all_listed(self, this):
        shown = self.show(this, self.REPORT.format("".join(self.RED.format(number) for number in range(76))))
        assert shown[0].startswith("76 of 77 red")
        assert shown[-1] == "... and 56 more"
        assert len(shown) == 22

    def test_with_v_no_log_is_named_or_shown(self, this, capfd):
        evidence.log_file(this, "test tests").write_text("of an earlier run\n")
        this.runner.user_environment = {"V": "1"}
        assert self.show(this, self.REPORT.format(self.RED.format(1)))[0] == "1 of 2 red:"
        this.console.said.clear()
        assert self.show(this, "half of a") == []
        assert capfd.readouterr().err == ""

    @pytest.mark.parametrize("text", [REPORT.format(""), "half of a", ""])
    def test_without_a_report_of_them_the_log_is_shown(self, this, text, capfd):
        evidence.log_file(this, "test tests").write_text("what it said\n")
        assert self.show(this, text) == []
        assert "what it said" in capfd.readouterr().err


class TestConsole:
    def test_a_command_can_be_typed(self, capsys):
        console.Console().command(("docker", "ps", "--format", "{{.ID}} x", "it's"))
        shown = capsys.readouterr().out
        assert shown == "   $ docker ps --format '{{.ID}} x' 'it'\"'\"'s'\n"
        typed = ["sh", "-c", shown.replace("$ docker", "printf '%s\\n'", 1)]
        assert subprocess.check_output(typed, text=True).splitlines() == ["ps", "--format", "{{.ID}} x", "it's"]

    @pytest.mark.parametrize(
        ("text", "last"), [("a\nb\n", "b"), ("a\n\x1b[1mb\x1b[0m\r\n\n", "b"), ("", ""), ("x" * 2000, "x" * 1000)]
    )
    def test_the_last_line_of_a_log(self, tmp_path, text, last):
        (tmp_path / "log").write_text(text)
        assert console.last_line(tmp_path / "log") == last
        assert console.last_line(tmp_path / "nowhere") == ""

    def test_a_terminal_shows_progress_and_what_is_said_stands_alone(self, tmp_path):
        (tmp_path / "log").write_text("building\n")
        script = (
            "import pathlib, time; from pipeline import console; console.PAUSE_SECONDS = 0.01\n"
            "this = console.Console()\n"
            f"with this.progress('images', pathlib.Path({str(tmp_path / 'log')!r})):\n"
            "    time.sleep(1); this.info('said')\n"
        )
        screen, terminal = pty.openpty()
        process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=terminal, stderr=terminal)
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # the end of a terminal
            while part := os.read(screen, 65536):
                shown += part
        assert process.wait(timeout=30) == 0
        assert b"images: 0 s  building" in shown
        assert b"\r\x1b[K" in shown.partition(b"said")[0][-16:]
