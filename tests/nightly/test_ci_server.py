"""The CI server stops a bad commit at the stage that finds it."""

import json
import urllib.request

import pytest
from support.commands import PORTS, docker, eventually, git, run


class Server:
    """`make ci-server` of a checkout, polling a bare repository; `push` gives it a commit to build."""

    def __init__(self, checkout, repository):
        self.checkout, self.repository = checkout, repository
        self.port = PORTS.take(3)[0]  # its pipeline takes the two that follow
        run("git", "clone", "-q", "--bare", str(checkout.folder), str(repository))
        self.make("ci-server")

    def make(self, goal):
        self.checkout.must(goal, CI_PORT=self.port, CI_REPOSITORY=self.repository)

    def ask(self, path):
        with urllib.request.urlopen(f"http://localhost:{self.port}/api/v2/{path}", timeout=10) as answer:
            return json.load(answer)

    def push(self, subject):
        """Commit what was changed in the checkout, push it, and wait for the build's end; give back the build."""
        git(self.checkout.folder, "commit", "-qam", subject)
        number = len(self.ask("builds")["builds"]) + 1
        git(self.checkout.folder, "push", "-q", str(self.repository), "main")

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
    server.make("lab-down")
    assert docker("ps", "--all", "--quiet", "--filter", f"name={checkout.release_project}lab-worker") == ""


def test_a_bad_commit_is_red_where_it_is_found_and_goes_no_further(server):
    """A good commit goes through all stages on page 17 of the course, which is typed with every change."""
    server.checkout.edit("src/todo/models.py", "BooleanField(default=False)", "BooleanField(default=True)")
    build = server.push("Complete every new item")
    assert build["results"] == 2
    assert server.stages(build) == {"fetch": 0, "test": 2, "keep reports": 0}
    report = server.checkout.path(f".state/ci-server{server.checkout.build_id}/reports-1/unittests.xml").read_text()
    assert "<failure" in report
