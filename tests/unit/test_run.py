"""tests/run.py reports what it ran, and everything that did not pass is red."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.commands import ROOT, run

sys.path.append(str(ROOT / "tests"))
import tiers
from run import Run, count
from tiers import Part

PASSED = '<testcase name="a"/>'
FAILED = '<testcase name="b"><failure/></testcase>'
SKIPPED = '<testcase name="c"><skipped/></testcase>'


def suite(*cases):
    return f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"


def writes(*cases):
    """Return a command that leaves a report as pytest would, at the place that PYTEST_ADDOPTS names."""
    return f"""eval "set -- $PYTEST_ADDOPTS"; printf '%s' '{suite(*cases)}' >"${{1#--junitxml=}}\""""


@pytest.fixture
def ran(tmp_path, capsys):
    """Run parts in a folder of their own; return the results by name, and what was printed."""

    def go(*parts, expected=None):
        this = Run([list(parts)], tmp_path)
        this.tests = expected or {}
        this.run()
        this.tally()
        return this, capsys.readouterr().out

    return go


@pytest.mark.parametrize(
    ("part", "expected", "result"),
    [
        (Part("a", "true", 1), {}, (1, 0)),
        (Part("a", "false", 1), {}, (0, 1)),
        (Part("a", "exec no-such-command", 1), {}, (0, 1)),
        (Part("a", writes(PASSED, PASSED), 1, ("unit",)), {"unit/test_a.py": 2}, (2, 0)),
        (Part("a", writes(PASSED, FAILED), 1, ("unit",)), {"unit/test_a.py": 2}, (1, 1)),
        (Part("a", writes(PASSED, SKIPPED), 1, ("unit",)), {"unit/test_a.py": 2}, (1, 1)),
        (Part("a", writes(PASSED), 1, ("unit/test_a.py",)), {"unit/test_a.py": 5, "unit/test_b.py": 9}, (1, 4)),
        (Part("a", "true", 1, ("unit",)), {"unit/test_a.py": 2}, (0, 2)),
        (Part("a", f"{writes(PASSED)}; exit 3", 1, ("unit",)), {"unit/test_a.py": 1}, (1, 1)),
        (Part("a", "true", 1, (), ("suite.xml",)), {}, (1, 1)),
        (Part("a", f"echo '{suite(PASSED)}' >reports/suite.xml", 1, (), ("suite.xml",)), {}, (2, 0)),
        (Part("a", f"echo '{suite(FAILED)}' >reports/suite.xml", 1, (), ("suite.xml",)), {}, (1, 1)),
        (Part("a", "sleep 60", 0.005), {}, (0, 1)),
    ],
    ids=[
        "green", "red", "not there", "tests", "a red test", "a skipped test", "missing tests", "no report",
        "red without a red test", "no suite", "suite", "a red suite", "a part that hangs",
    ],
)  # fmt: skip
def test_a_part_is_counted(ran, part, expected, result):
    run, said = ran(part, expected=expected)
    assert run.results["a"][:2] == result
    assert said.splitlines()[-1] == f"{result[0]} passed, {result[1]} failed"
    assert f"##### a: {result[0]} passed, {result[1]} failed in " in said
    assert run.is_green() == (result[1] == 0)


def test_a_report_of_an_earlier_run_counts_for_nothing(ran, tmp_path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/suite.xml").write_text(suite(PASSED))
    os.utime(tmp_path / "reports/suite.xml", (0, 0))
    run, _ = ran(Part("a", "true", 1, (), ("suite.xml",)))
    assert not run.is_green()


def test_a_red_part_shows_its_log_and_the_others_run(ran):
    run, said = ran(Part("a", "echo what went wrong; exit 1", 1), Part("b", "true", 1))
    assert "what went wrong" in said
    assert set(run.results) == {"a", "b"}
    assert "FAILED: a" in said


def test_each_lane_has_ports_of_its_own(ran, tmp_path):
    ran(*(Part(name, f"echo $PORT_BLOCK >{name}; until [ -e a ] && [ -e b ]; do sleep 0.01; done", 1) for name in "ab"))
    ports = {int((tmp_path / name).read_text()) for name in "ab"}
    assert ports == {tiers.FIRST_PORT, tiers.FIRST_PORT + tiers.PORTS_OF_A_LANE}
    assert tiers.FIRST_PORT + tiers.LANES * tiers.PORTS_OF_A_LANE < 32768


def test_a_broken_report_counts_for_nothing(tmp_path):
    (tmp_path / "report.xml").write_text(suite(PASSED)[:-20])
    assert count(tmp_path / "report.xml") == (0, 0)


def test_a_file_of_tests_in_no_part_or_in_two_is_found():
    this = Run([])
    this.tests = {"unit/test_a.py": 1, "e2e/test_b.py": 1, "test_c.py": 1}
    parts = [
        Part("x", "", 1, ("unit",)),
        Part("y", "", 1, ("e2e/test_b.py", "e2e/test_d.py")),
        Part("z", "", 1, ("e2e",)),
    ]
    said = "\n".join(this.misplaced(parts))
    assert "test_c.py in one part" in said
    assert "e2e/test_b.py in one part" in said
    assert "e2e/test_d.py (part y), found none" in said
    assert "unit/test_a.py" not in said


# What `python3 tests/run.py` does, on a table of its own.
INTERRUPTED = """
import signal, sys, time
sys.path.insert(0, "tests")
# A shell without job control starts what runs in the background with this signal ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
import run, tiers
run.Run.collect = lambda self: []
# A busy machine: the command is at work before run.py has noted it.
class LatePopen(run.subprocess.Popen):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if "sleep" in args[0]:
            time.sleep(2)
run.subprocess.Popen = LatePopen
tiers.TIERS["e2e"] = [[tiers.Part("quick", "true", 1), tiers.Part("slow", "sleep 300 & echo $! >{child}; wait", 9)],
                      [tiers.Part("later", "true", 1)]]
sys.exit(run.main("e2e"))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_run_and_the_tally_says_what_did_not_run(tmp_path, number):
    folder = tmp_path / "clone"
    run("git", "clone", "-q", str(ROOT), str(folder), check=True)
    run("cp", "-r", f"{ROOT}/tests", str(folder), check=True)
    child = tmp_path / "child"
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED.format(child=child)], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    lines = iter(process.stdout.readline, "")
    seen = next(line for line in lines if line.startswith("##### quick: 1 passed"))
    while not (child.exists() and child.read_text().strip()):
        time.sleep(0.01)
    process.send_signal(number)
    said = seen + process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert "NOT RUN: slow, later" in said
    assert said.splitlines()[-1].endswith(" passed, 2 failed")
    # What the part had started is gone, but for the name of a process that nobody asked about yet.
    state = Path(f"/proc/{child.read_text().strip()}/stat")
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"


def test_an_exception_in_a_thread_of_a_test_is_red(tmp_path):
    (tmp_path / "test_thread.py").write_text(
        "import threading\n\ndef test_thread():\n    thread = threading.Thread(target=lambda: 1 / 0)\n"
        "    thread.start()\n    thread.join()\n"
    )
    ini = str(ROOT / "tests/pytest.ini")
    env = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    found = run(sys.executable, "-m", "pytest", "-c", ini, str(tmp_path), cwd=tmp_path, env=env)
    assert found.returncode == 1
    assert "ZeroDivisionError" in found.stdout


LISTED = {
    "container": [
        {"Id": "a", "Config": {"Labels": {"com.docker.compose.project": "todobackend-shared"}}},
        {"Id": "b", "Config": {"Labels": {"com.docker.compose.project": "somebody"}}},
        {"Id": "c", "Config": {}},
    ],
    "volume": [{"Name": "data", "Labels": {"com.docker.stack.namespace": "todobackend-platform"}}],
    "network": [],
    "image": [],
}


def test_on_a_machine_of_its_own_what_earlier_runs_left_goes_and_nothing_else(stub, tmp_path):
    for kind, found in LISTED.items():
        (tmp_path / kind).write_text(json.dumps(found))
    env = stub(
        "docker",
        f"""
        cd {tmp_path}; echo "$@" >>calls
        case "$2" in
            --format) echo active ;;
            ls) [ "$(cat "$1")" = "[]" ] || echo an-id ;;
            inspect) cat "$1"; exit 1 ;; # something vanished after `ls`
        esac
        """,
    )
    found = run(sys.executable, "tests/support/earlier_run.py", cwd=ROOT, env=env)
    assert found.returncode == 0, found.stdout
    said = (tmp_path / "calls").read_text()
    assert "swarm leave --force" in said
    assert re.findall(r".* rm .*", said) == ["container rm --force --volumes a", "volume rm --force data"]
