"""A run that is interrupted can simply be run again, and `make clean` finds what a killed one left.

Runs whose make was killed, at any moment, are test_faults.py's.
"""

import os
import shutil
import signal
import time

import pytest
from support.checkout import refused
from support.commands import docker
from support.release import ask, post, settled

# What a run has printed when it is in the middle of a stage.
MOMENTS = {
    "while the image is built": ("test", "=> Building the dev image"),
    "while the database starts": ("test", "=> Ensuring database is ready"),
    "while the release starts": ("release", "=> Starting the application"),
    "while the acceptance suite runs": ("release", "=> Running acceptance tests"),
}


def interrupted(checkout, goal, moment, kill, after=0.7, **knobs):
    """Start make, wait for the moment and some seconds more, kill it; return what it had printed."""
    process = checkout.start(goal, **knobs)
    printed = []
    for line in process.stdout:
        printed.append(line)
        if line.startswith(moment):
            break
    assert printed[-1].startswith(moment), "".join(printed)
    time.sleep(after)
    kill(process)
    process.wait(timeout=120)
    process.stdout.close()
    assert process.returncode != 0
    return "".join(printed)


def ctrl_c(process):
    """What a terminal does: the signal goes to everyone in the foreground."""
    os.killpg(process.pid, signal.SIGINT)


def kill_make(process):
    """The worst: make is gone, what it started is not."""
    process.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("when", MOMENTS)
def test_run_again(checkout, when):
    goal, moment = MOMENTS[when]
    assert checkout.make("clean").returncode == 0
    checkout.path("reports/acceptance.xml").unlink(missing_ok=True)  # so that it is judged
    interrupted(checkout, goal, moment, ctrl_c)
    answer = checkout.make(goal)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("after", [0.15, 0.2, 0.25])
def test_a_port_the_engine_is_just_taking_for_us_is_ours(released, after):
    docker("rm", "--force", f"{released.release_project}-nginx-1")
    interrupted(released, "start", "=> Starting the application", ctrl_c, after)
    released.must("start")


def test_clean_after_a_kill_leaves_nothing(checkout):
    checkout.must("clean")  # what runs as it was accepted is not started again
    interrupted(checkout, "release", "=> Starting the application", kill_make)
    time.sleep(10)  # what make had started may go on for a while; it must not go on for ever
    assert checkout.make("clean").returncode == 0
    assert checkout.objects() == {}
    assert docker("ps", "-aq", "--filter", f"name={checkout.release_project}") == ""


def test_a_restore_that_is_killed_can_be_run_again(released):
    for _ in range(8):
        post(released)
    released.must("backup", FILE="kept.sql.gz")
    before = ask(released).data
    ask(released, "DELETE")
    interrupted(released, "restore", "=> Bringing the data in", kill_make, 0, FILE="kept.sql.gz")
    again = released.make("restore", FILE="kept.sql.gz")
    if again.returncode:
        # The first one went on to its end without make.
        refused(again, "8 items")
        released.must("start")
    settled(released)
    assert ask(released).data == before


def test_a_command_that_fails_where_nobody_asks_is_followed_by_one_sentence(released, stub):
    env = stub("docker", f'[ "$1" != tag ] || exit 1\nexec {shutil.which("docker")} "$@"')
    result = released.make("test", env=env)
    refused(result, f"make test BUILD_ID={released.build_id}")
    assert result.stdout.count("FAIL:") == 1
