"""What was accepted and runs unchanged is not judged again; whatever the verdict depends on has it judged again."""

from support.checkout import last_line, refused
from support.commands import run
from support.release import sql


def report(released):
    return released.path("reports/acceptance.xml").stat().st_mtime_ns


def test_is_left_alone_with_its_evidence_and_its_data(released):
    before, objects = report(released), released.objects()
    # An interrupted run may have left some, which any run removes.
    nameless = set(objects.pop("images without a name", "").split())
    said = released.must("release")
    assert "was accepted before, and runs unchanged" in said
    assert "Nothing to build" in said
    now = released.objects()
    assert set(now.pop("images without a name", "").split()) <= nameless
    assert (report(released), now) == (before, objects)


def test_is_judged_again_with_another_setting(released):
    before = report(released)
    released.must("release", env={"ALLOWED_HOSTS": "todo.example,localhost"})
    assert report(released) > before


def test_what_fails_when_it_is_judged_again_is_accepted_no_longer(released):
    sql(released, "RENAME TABLE todo_todoitem TO gone")
    try:
        refused(released.make("accept"))
    finally:
        sql(released, "RENAME TABLE gone TO todo_todoitem")
    assert run("docker", "image", "inspect", f"todobackend:accepted{released.build_id}").returncode == 1
    refused(released.make("tag", "0.1.0"))
    # Its own settings again, and evidence that was lost.
    released.path("reports/browser.xml").unlink(missing_ok=True)
    released.must("release")
    assert released.path("reports/browser.xml").exists()
    assert run("docker", "image", "inspect", f"todobackend:accepted{released.build_id}").returncode == 0


def test_a_port_of_another_pipeline_is_refused_by_its_name(released, new_checkout):
    other = new_checkout("-other")
    for knob, port in (("HTTP_PORT", released.port), ("CLIENT_PORT", released.client_port)):
        refused(other.make("release", **{knob: port}), port, released.release_project)
    assert other.objects() == {}


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


def test_two_migrations_of_one_database(released):
    # Two people may deploy at once, each from a machine of his own.
    app = f"{released.release_project}-app-1"
    for _ in range(5):
        sql(released, "DROP TABLE todo_todoitem, django_migrations;")
        said = run("docker", "exec", app, "entrypoint.sh", "python3", "-c", RACE)
        assert last_line(said) == "[0, 0]", said.stdout
        assert sql(released, "SELECT app, name FROM django_migrations;") == ["todo\t0001_initial"]
