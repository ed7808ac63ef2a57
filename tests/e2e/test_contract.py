"""The running release keeps what its OpenAPI schema says. Five times as many requests: nightly/test_contract.py."""

import json
import urllib.request

from support.contract import judge, schemathesis


def test_every_response_is_one_that_the_schema_promises(released, tmp_path):
    judge(released, tmp_path, examples=60, least=500)


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
