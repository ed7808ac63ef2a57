"""The service as one edits it: `make dev` shows an edit, and `make shell` has the tests and the database."""

import json
import signal
import subprocess
import urllib.request

from support.commands import docker, eventually, kill


def test_dev_serves_the_source_and_shows_an_edit(checkout):
    process = checkout.start("dev")
    try:

        def answers(path, wanted):
            with urllib.request.urlopen(f"http://localhost:{checkout.port}{path}", timeout=10) as answer:
                return json.load(answer) == wanted

        assert eventually(lambda: answers("/todos", []))
        checkout.edit("src/todobackend/health.py", '"ready"', '"ready, as edited"')

        def shown():
            # Django's reloader takes what it finds at its first look, a moment after the start, for the beginning.
            checkout.path("src/todobackend/health.py").touch()
            return answers("/readyz", {"status": "ready, as edited"})

        assert eventually(shown, pause=2)
    finally:
        said = kill(process, signal.SIGINT)
    assert docker("ps", "--quiet", "--filter", f"name={checkout.dev_project}-app") == "", said


def test_a_shell_has_the_tests_and_their_database(checkout):
    answer = subprocess.run(
        checkout.arguments("shell"),
        cwd=checkout.folder,
        input="test.sh test_create:CreateItem\n",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout
    assert "should return a 201 created response" in answer.stdout
    assert "\nOK\n" in answer.stdout
