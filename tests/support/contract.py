"""Judge a running release by its own OpenAPI schema (schemathesis)."""

import re
import sys

from support.commands import ROOT, run

SEED = 20260101  # fixed, so that the same commit gets the same verdict; other seeds are for finding more


def schemathesis(folder, location, *options):
    """Run it with every check it has, its notes in a folder; the answer has `returncode` and `stdout`."""
    return run(
        sys.executable, "-m", "schemathesis.cli", "run", location,
        "--checks", "all", "--seed", str(SEED), "--no-color", "--suppress-health-check", "all", *options,
        cwd=folder,
    )  # fmt: skip


def cases(answer):
    """How many requests were judged, and how many of them were well."""
    found = re.search(r"Test cases:\s+(\d+) generated, (\d+) passed", answer.stdout)
    assert found, answer.stdout
    return int(found[1]), int(found[2])


def judge(release, folder, examples, least):
    """Make requests from the schema, so many of each kind; all of them, `least` or more, must be as it promises.

    Returns how many they were.
    """
    answer = schemathesis(
        folder,
        f"http://localhost:{release.port}/schema",
        "--phases", "coverage,fuzzing,stateful", "--mode", "all", "--max-examples", str(examples),
        "--report", "junit,html",
        "--report-junit-path", str(ROOT / "reports/schemathesis.xml"),
        "--report-html-path", str(ROOT / "reports/schemathesis"),
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout
    made, passed = cases(answer)
    assert made == passed
    assert made >= least
    assert all(f"✅  {phase}" in answer.stdout for phase in ("Coverage", "Fuzzing", "Stateful")), answer.stdout
    return made
