"""Two pipelines on one machine do not touch each other."""

import json
import urllib.request

from conftest import docker, run, sql


def todos(checkout):
    with urllib.request.urlopen(f"http://localhost:{checkout.port}/todos", timeout=10) as answer:
        return json.load(answer)


def api_of_the_page(checkout):
    with urllib.request.urlopen(f"http://localhost:{checkout.client_port}/config.json", timeout=10) as answer:
        return json.load(answer)["api"]


def test_two_releases_at_the_same_time(new_checkout):
    one, two = new_checkout("-one"), new_checkout("-two")
    two.append("src/todo/views.py", "\n# The second pipeline has another source.\n")
    processes = [checkout.start("release") for checkout in (one, two)]
    outputs = [process.communicate(timeout=900)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], "\n".join(outputs)

    # Both run, each with its own data ...
    request = urllib.request.Request(
        f"http://localhost:{one.port}/todos",
        data=b'{"title": "of the first"}',
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=10).close()
    assert [item["title"] for item in todos(one)] == ["of the first"]
    assert todos(two) == []
    # ... and its own page, which talks to it ...
    for each in (one, two):
        assert api_of_the_page(each) == f":{each.port}/todos"
    # ... and its own bits ...
    assert one.path("target/SHA256SUMS").read_text() != two.path("target/SHA256SUMS").read_text()
    assert docker("image", "inspect", "-f", "{{.Id}}", one.release_image) != docker(
        "image", "inspect", "-f", "{{.Id}}", two.release_image
    )
    # ... and cleaning one leaves the other alone.
    assert two.make("clean").returncode == 0
    assert two.objects() == {}
    assert [item["title"] for item in todos(one)] == ["of the first"]


def test_a_port_of_another_pipeline_is_told(new_checkout):
    one, three = new_checkout("-four"), new_checkout("-three")
    assert one.make("release").returncode == 0
    for knob, port in (("HTTP_PORT", one.port), ("CLIENT_PORT", one.client_port)):
        answer = three.make("release", **{knob: port})
        assert answer.returncode == 2
        assert f"expected port {port} to be free, found {one.release_project} on it" in answer.stdout
    assert three.objects() == {}


# Two processes that begin in the same moment, each with a connection of its own.
RACE = """
import os, time, django
django.setup()
from django.core.management import call_command
begin, processes = time.time() + 1, []
for _ in range(2):
    process = os.fork()
    if not process:
        time.sleep(begin - time.time())
        call_command("migrate", interactive=False, verbosity=0)
        os._exit(0)
    processes.append(process)
print([os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in processes])
"""


def test_two_migrations_of_one_database(new_checkout):
    # Two people may deploy at once, each from a machine of his own.
    five = new_checkout("-five")
    assert five.make("release").returncode == 0
    for _ in range(5):
        sql(five, "DROP TABLE todo_todoitem, django_migrations;")
        answer = run("docker", "exec", f"{five.release_project}-app-1", "entrypoint.sh", "python3", "-c", RACE)
        assert answer.stdout.splitlines()[-1] == "[0, 0]", answer.stdout
        assert "Another migration of this database is under way" in answer.stdout
        assert sql(five, "SELECT app, name FROM django_migrations;") == ["todo\t0001_initial"]
