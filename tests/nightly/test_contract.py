"""The running release keeps what its OpenAPI schema says: thousands of requests made from the schema, judged by it."""

from support.contract import judge


def test_every_response_is_one_that_the_schema_promises(released, tmp_path, figures):
    figures["cases of schemathesis"] = judge(released, tmp_path, examples=900, least=5000)
