"""What runs when: the tiers of the tests, the parts of each, and their limits. `tests/run.py` runs a tier.

A tier is a list of phases, one after another. The parts of a phase run in LANES lanes, each part in the next lane that
is free, so the longest come first. A part is a command as a person types it. `minutes` is a limit that only a part that
hangs meets. `tests` are the files under tests/ that it runs: each file of tests belongs to exactly one part.
"""

from typing import NamedTuple

LANES = 2  # as many as the cores of the smallest machine: a third part makes the other two slower
# Each lane takes its ports from a block of its own, all of them below those that the kernel gives to clients (32768).
FIRST_PORT = 20000
PORTS_OF_A_LANE = 1000


class Part(NamedTuple):
    name: str
    command: str
    minutes: int
    tests: tuple = ()
    reports: tuple = ()  # JUnit reports of the suites that the command itself ran, in reports/


def pytest_part(name, minutes, *files):
    """Return a part that runs files of tests in one run of pytest, on one release where they share it."""
    return Part(name, f'make tests T="{" ".join(files)}"', minutes, files)


# What an earlier run left could pass for what is tested. It is removed only where the machine is the tests' own.
CLEAR = [
    [Part("engine", "make engine", 30)],
    [Part("nothing of an earlier run", "python3 tests/support/earlier_run.py", 20)],
]

UNIT = Part("unit", 'make tests T="unit --cov --cov-config=coverage.ini"', 10, ("unit",))

EVERY_CHANGE = [
    [Part("parents", "make parents", 30), Part("check", "make check", 10), UNIT],
    [
        # One release, looked at, loaded, attacked, backed up, published, deployed on a lab of three nodes, and removed.
        pytest_part(
            "release",
            80,
            "e2e/test_report.py",
            "e2e/test_accepted.py",
            "e2e/test_bits.py",
            "e2e/test_containers.py",
            "e2e/test_requests.py",
            "e2e/test_contract.py",
            "e2e/test_attacks.py",
            "e2e/test_graceful_stop.py",
            "e2e/test_large_lists.py",
            "e2e/test_backup.py",
            "e2e/test_publish.py",
            "e2e/test_deploy.py",
            "e2e/test_clean.py",
        ),
        # README and docs, typed as a person types them: make release, make test and all that follows.
        Part(
            "course",
            "make course",
            60,
            ("e2e/test_course.py",),
            ("unittests.xml", "acceptance.xml", "browser.xml", "page.xml"),
        ),
        # What leads to a release, broken on purpose.
        pytest_part(
            "stages", 60, "e2e/test_gates.py", "e2e/test_probe.py", "e2e/test_machine.py", "e2e/test_developing.py"
        ),
        pytest_part("teaching", 60, "e2e/test_rename.py", "e2e/test_site.py"),
        Part("lint", "make lint", 30),
        Part("docs", "make docs", 20),
    ],
    [
        # An engine that leaves a Swarm forgets the names of all containers, so this comes when nothing else runs.
        Part("leave the Swarm", "docker swarm leave --force && docker volume rm todobackend-platform_data", 5),
        pytest_part("leftovers", 5, "e2e/test_leftovers.py"),
    ],
]

NIGHTLY = [
    [Part("parents", "make parents", 30)],
    [
        pytest_part("losses", 90, "nightly/test_losses.py"),
        pytest_part("faults", 90, "nightly/test_faults.py"),
        pytest_part("newest engine", 60, "nightly/test_newest_engine.py"),
        pytest_part("killed", 60, "nightly/test_killed.py", "nightly/test_umask.py"),
        pytest_part(
            "teaching",
            60,
            "nightly/test_rename.py",
            "nightly/test_ci_server.py",
            "nightly/test_exercises.py",
            "nightly/test_lint.py",
        ),
    ],
    # These look at the clock, so they run alone.
    [
        pytest_part(
            "clocked",
            60,
            "nightly/test_graceful_stop_controls.py",
            "nightly/test_database_away.py",
            "nightly/test_overload.py",
            "nightly/test_kills.py",
            "nightly/test_contract.py",
            "nightly/test_soak.py",
        )
    ],
]

TIERS = {"ci": CLEAR + EVERY_CHANGE, "e2e": EVERY_CHANGE, "nightly": NIGHTLY}
