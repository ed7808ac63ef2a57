"""What was accepted is not judged again; whatever the verdict depends on has it judged again, beside what runs."""

from support.checkout import last_line, refused, typed
from support.commands import docker, run
from support.release import ask, container, lives, post, sql


def candidate(released):
    """Return the containers of the candidate."""
    return docker("ps", "-aq", "--filter", f"label=com.docker.compose.project={released.release_project}-candidate")


def report(released, suite="acceptance"):
    return released.path(f"reports/{suite}.xml").stat().st_mtime_ns


def test_is_left_alone_with_its_evidence_and_its_data(released):
    before, objects = report(released), released.objects()
    # An interrupted run may have left some, which any run removes.
    nameless = set(objects.pop("images without a name", "").split())
    said = released.must("release")
    assert "was accepted before, and runs unchanged" in said
    assert "docker/images.yml build" not in said
    now = released.objects()
    assert set(now.pop("images without a name", "").split()) <= nameless
    assert (report(released), now) == (before, objects)


def test_another_setting_asks_for_no_verdict_and_keeps_the_data(released):
    before, url = report(released), post(released, '{"title": "keep me"}').data["url"]
    app = container(released, "app")["Id"]
    said = released.must("release", env={"ALLOWED_HOSTS": "todo.example,localhost"})
    assert "was accepted before" in said
    assert report(released) == before
    assert container(released, "app")["Id"] != app
    assert url in [item["url"] for item in ask(released).data]
    assert ask(released, Host="todo.example").status == 200


MIGRATION = """
from django.db import migrations


def fail(apps, _schema):
    if apps.get_model("todo", "TodoItem").objects.exists():
        raise ValueError("this is for an empty list alone")


class Migration(migrations.Migration):
    dependencies = [("todo", "0001_initial")]
    operations = [migrations.RunPython(fail)]
"""


def test_what_does_not_serve_the_data_goes_back(released):
    url = post(released, '{"title": "keep me"}').data["url"]
    images = [container(released, name)["Image"] for name in ("app", "nginx", "client")]
    before = {suite: report(released, suite) for suite in ("acceptance", "browser", "page")}
    released.path("src/todo/migrations/0002_fail.py").write_text(MIGRATION)
    sentence = refused(released.make("release"), "The one before runs again")
    assert "serve the data" in sentence
    # The page is the same: its own suite, with a stand-in of the API, has said all that it has to say.
    assert [suite for suite, then in before.items() if report(released, suite) > then] == ["acceptance", "browser"]
    assert [container(released, name)["Image"] for name in ("app", "nginx", "client")] == images
    assert url in [item["url"] for item in ask(released).data]
    released.restore()


def test_an_upgrade_is_judged_beside_what_runs_and_keeps_the_data(released):
    before, url = report(released), post(released, '{"title": "keep me"}').data["url"]
    nginx = container(released, "nginx")["Image"]
    released.append("docker/release/common.conf", "# An edit.\n")
    said = released.must("release")
    of_the_release = said.partition("=> Building the release image...")[2]
    assert len(typed(released, of_the_release, "build")) == 3  # the images, by hand
    released.restore()
    assert report(released) > before
    assert container(released, "nginx")["Image"] != nginx
    assert url in [item["url"] for item in ask(released).data]
    assert candidate(released) == ""


def test_to_be_judged_again_touches_nothing_that_runs(released):
    # A run that was killed may have left its candidate.
    labels = (f"com.docker.compose.project={released.release_project}-candidate", "com.docker.compose.oneoff=False")
    options = [word for label in labels for word in ("--label", label)]
    docker("run", "--detach", *options, f"todobackend:accepted{released.build_id}", "sleep", "600")
    before, url = lives(released), post(released, '{"title": "keep me"}').data["url"]
    said = released.must("accept")
    assert "✔ returns 201" in said
    assert lives(released) == before
    assert url in [item["url"] for item in ask(released).data]
    assert candidate(released) == ""


BROKEN = (
    'import assert from "node:assert/strict";\n'
    'describe("Broken", () => { it("should break", () => { assert.equal(1, 2); }); });\n'
)


def test_what_fails_when_it_is_judged_again_is_accepted_no_longer(released):
    broken = released.path("specs/test/broken.js")
    broken.write_text(BROKEN)
    answer = released.make("accept")
    refused(answer, "acceptance tests (exit status 1)")
    assert "Broken: should break: " in answer.stdout
    assert run("docker", "image", "inspect", f"todobackend:accepted{released.build_id}").returncode == 1
    assert ask(released, path="/readyz").status == 200  # what runs was left alone
    assert "nginx" in released.path("reports/logs/candidate.log").read_text()
    refused(released.make("tag", "0.1.0"))
    refused(released.make("accept"), "accepted release")
    broken.unlink()
    released.must("release")
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
