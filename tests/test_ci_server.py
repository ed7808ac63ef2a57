"""The CI server takes a good commit through all stages, and stops a bad one at the stage that finds it."""

import json
import subprocess
import urllib.request

import pytest
from conftest import docker, eventually, free_ports, run

STAGES = ["fetch", "test", "build", "release", "keep reports"]

pytestmark = pytest.mark.course


class Server:
    """`make ci-server` of a checkout, polling a bare repository; `push` gives it a commit to build."""

    def __init__(self, checkout, repository):
        self.checkout, self.repository = checkout, repository
        (self.port,) = free_ports(1)  # its pipeline takes the two that follow
        run("git", "clone", "-q", "--bare", str(checkout.folder), str(repository))
        self.make("ci-server")

    def make(self, goal):
        answer = self.checkout.make(goal, CI_PORT=self.port, CI_REPOSITORY=self.repository)
        assert answer.returncode == 0, answer.stdout

    def ask(self, path):
        with urllib.request.urlopen(f"http://localhost:{self.port}/api/v2/{path}", timeout=10) as answer:
            return json.load(answer)

    def push(self, subject):
        """Commit what was changed in the checkout, push it, and wait for the build's end; give back the build."""
        git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run([*git, "commit", "-qam", subject], cwd=self.checkout.folder, check=True)
        number = len(self.ask("builds")["builds"]) + 1
        subprocess.run([*git, "push", "-q", str(self.repository), "main"], cwd=self.checkout.folder, check=True)

        def ended():
            builds = [build for build in self.ask("builds")["builds"] if build["number"] == number]
            return builds[0] if builds and builds[0]["complete"] else None

        build = eventually(ended, 900)
        assert build, f"build {number} did not end: {self.ask('builds')}"
        return build

    def stages(self, build):
        """The stages that ran, by name, with their verdict (0: passed)."""
        steps = self.ask(f"builds/{build['buildid']}/steps")["steps"]
        # 3: skipped. The worker's own preparation is no stage.
        ran = {step["name"]: step["results"] for step in steps if step["results"] != 3}
        return {name: results for name, results in ran.items() if name != "worker_preparation"}


@pytest.fixture(scope="module")
def server(checkout, tmp_path_factory):
    server = Server(checkout, tmp_path_factory.mktemp("repository") / "shop.git")
    yield server
    server.make("ci-server-down")
    assert docker("ps", "--all", "--quiet", "--filter", f"name={checkout.release_project}ci") == ""


class TestCommits:
    def test_a_good_commit_is_green_in_every_stage(self, server):
        server.checkout.append("src/todo/models.py", "# A commit without harm.\n")
        build = server.push("Add a comment")
        assert build["results"] == 0
        assert server.stages(build) == dict.fromkeys(STAGES, 0)

    def test_its_reports_are_kept(self, server):
        kept = server.checkout.path(f".state/ci-server{server.checkout.build_id}/reports-1")
        assert {"unittests.xml", "acceptance.xml", "browser.xml"} <= {file.name for file in kept.iterdir()}

    def test_its_release_runs_beside_the_checkout_s(self, server):
        with urllib.request.urlopen(f"http://localhost:{server.port + 1}/readyz", timeout=10) as answer:
            assert json.load(answer) == {"status": "ready"}

    def test_a_bad_commit_is_red_where_it_is_found_and_goes_no_further(self, server):
        server.checkout.edit("src/todo/models.py", "BooleanField(default=False)", "BooleanField(default=True)")
        build = server.push("Complete every new item")
        assert build["results"] == 2
        assert server.stages(build) == {"fetch": 0, "test": 2, "keep reports": 0}

    def test_the_evidence_of_a_bad_commit_is_kept(self, server):
        report = server.checkout.path(f".state/ci-server{server.checkout.build_id}/reports-2/unittests.xml").read_text()
        assert "<failure" in report

    def test_the_page_is_there(self, server):
        with urllib.request.urlopen(f"http://localhost:{server.port}/", timeout=10) as answer:
            assert b"<title>Buildbot" in answer.read()
