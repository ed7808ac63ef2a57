"""The running release keeps what its OpenAPI schema says: thousands of requests made from the schema, judged by it."""

import json
import re
import sys
import urllib.request

from conftest import ROOT, run

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


def test_every_answer_is_one_that_the_schema_promises(released, tmp_path):
    answer = schemathesis(
        tmp_path,
        f"http://localhost:{released.port}/schema",
        "--phases", "coverage,fuzzing,stateful", "--mode", "all", "--max-examples", "300",
        "--report", "junit,html",
        "--report-junit-path", str(ROOT / "reports/schemathesis.xml"),
        "--report-html-path", str(ROOT / "reports/schemathesis"),
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout
    made, passed = cases(answer)
    assert made == passed
    assert made >= 2000
    assert all(f"✅  {phase}" in answer.stdout for phase in ("Coverage", "Fuzzing", "Stateful")), answer.stdout


def test_an_answer_that_the_schema_does_not_promise_is_found(released, tmp_path):
    """The check can fail: the same service judged by a schema that does not know of 404."""
    with urllib.request.urlopen(f"http://localhost:{released.port}/schema?format=json", timeout=10) as response:
        schema = json.load(response)
    del schema["paths"]["/todos/{id}"]["get"]["responses"]["404"]
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    answer = schemathesis(
        tmp_path,
        str(tmp_path / "schema.json"),
        "--url", f"http://localhost:{released.port}",
        "--include-operation-id", "todos_retrieve", "--max-examples", "10",
    )  # fmt: skip
    assert answer.returncode == 1
    assert "Undocumented status code" in answer.stdout
