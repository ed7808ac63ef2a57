"""An untested artefact cannot be released, and evidence comes before the verdict."""

import os
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import docker, inspect, last_line, run, sql

BROKEN_TEST = """

class Broken(APITestCase):
    def test_should_break(self):
        self.assertEqual(self.client.get("/todos").status_code, 418)
"""


def failures(report):
    """How many tests of a JUnit or xunit report failed."""
    root = ElementTree.parse(report).getroot()
    return len(root.findall(".//failure")) + len(root.findall(".//error"))


def count(report):
    return len(ElementTree.parse(report).getroot().findall(".//testcase"))


class TestGreen:
    """The steps of one green pipeline, in their order."""

    def test_test_passes_and_leaves_its_reports(self, checkout):
        answer = checkout.make("test")
        assert answer.returncode == 0, answer.stdout
        assert last_line(answer).startswith("=> Testing complete in ")
        assert count(checkout.path("reports/unittests.xml")) > 100
        assert failures(checkout.path("reports/unittests.xml")) == 0
        assert checkout.path("reports/coverage/index.html").exists()
        coverage = ElementTree.parse(checkout.path("reports/coverage.xml")).getroot()
        assert float(coverage.get("line-rate")) >= 0.95
        assert float(coverage.get("branch-rate")) >= 0.95
        assert "src/todo/views.py" in {item.get("filename") for item in coverage.iter("class")}

    def test_test_passes_in_a_terminal_and_is_shown_in_colour(self, checkout):
        status, shown = checkout.in_terminal("test")
        assert status == 0, shown
        assert "\x1b[1;33m=> Building the dev image" in shown
        assert "\x1b[1;32m- should return a 201 created response" in shown

    def test_test_in_a_pipe_has_no_colour(self, checkout):
        answer = checkout.make("test", T="test_create")
        assert "- should return a 201 created response" in answer.stdout
        assert "\x1b" not in answer.stdout

    def test_test_again_installs_and_initialises_nothing(self, checkout):
        answer = checkout.make("test")
        assert answer.returncode == 0, answer.stdout
        assert "Initializing" not in answer.stdout
        assert "-db-1  Created" not in answer.stdout
        assert "Downloading" not in answer.stdout

    def test_build_after_test_does_not_test_again(self, checkout):
        answer = checkout.make("build")
        assert answer.returncode == 0, answer.stdout
        assert "Ran " not in answer.stdout
        assert checkout.path("target/SHA256SUMS").exists()

    def test_build_after_a_touch_does_not_test_again(self, checkout):
        for file in checkout.path("src").rglob("*.py"):
            os.utime(file)
        answer = checkout.make("build")
        assert answer.returncode == 0, answer.stdout
        assert "Ran " not in answer.stdout

    def test_build_gives_the_same_bits_for_the_same_source(self, checkout):
        before = checkout.path("target/SHA256SUMS").read_text()
        assert checkout.make("build").returncode == 0
        assert checkout.path("target/SHA256SUMS").read_text() == before

    def test_build_after_an_edit_tests_again(self, checkout):
        tested = inspect(checkout.tested_image)["Id"]
        checkout.append("src/todo/views.py", "\n# An edit.\n")
        answer = checkout.make("build")
        assert answer.returncode == 0, answer.stdout
        assert "Ran " in answer.stdout
        assert inspect(checkout.tested_image)["Id"] != tested

    def test_a_selection_of_tests_opens_no_gate(self, checkout):
        checkout.append("src/todo/views.py", "\n# Another edit.\n")
        tested = inspect(checkout.tested_image)["Id"]
        answer = checkout.make("test", T="test_migrations")
        assert answer.returncode == 0, answer.stdout
        assert 0 < count(checkout.path("reports/unittests.xml")) < 10
        assert inspect(checkout.tested_image)["Id"] == tested

    def test_a_selection_that_finds_nothing_fails(self, checkout):
        answer = checkout.make("test", T="test_nowhere")
        assert answer.returncode == 2
        assert last_line(answer).startswith("FAIL: expected tests of src/todo/tests, found no module")


class TestBrokenUnitTest:
    @pytest.fixture(scope="class")
    @classmethod
    def broken(cls, new_checkout):
        made = new_checkout("-redunit")
        made.append("src/todo/tests/test_create.py", BROKEN_TEST)
        return made

    def test_test_fails_and_leaves_its_reports(self, broken):
        answer = broken.make("test")
        assert answer.returncode == 2, answer.stdout
        assert last_line(answer).startswith("FAIL: expected all tests to pass")
        assert failures(broken.path("reports/unittests.xml")) == 1
        assert broken.path("reports/coverage.xml").exists()
        assert broken.path("reports/coverage/index.html").exists()

    @pytest.mark.parametrize("goal", ["build", "release"])
    def test_the_next_stages_refuse(self, broken, goal):
        answer = broken.make(goal)
        assert answer.returncode == 2, answer.stdout
        assert last_line(answer).startswith("FAIL: expected tested sources")
        assert not broken.path("target").exists()
        assert run("docker", "image", "inspect", broken.release_image).returncode == 1

    def test_the_next_stages_refuse_with_artefacts_of_an_older_source_at_hand(self, broken, checkout):
        run("cp", "-r", str(checkout.path("target")), str(broken.path("target")))
        answer = broken.make("release")
        assert answer.returncode == 2, answer.stdout
        assert run("docker", "image", "inspect", broken.release_image).returncode == 1


class TestCoverage:
    def test_less_than_95_percent_fails_and_is_listed(self, new_checkout):
        made = new_checkout("-cover")
        lines = "".join(f"    value = {number}\n" for number in range(60))
        made.append("src/todo/views.py", f"\n\ndef untested(value):\n{lines}    return value\n")
        answer = made.make("test")
        assert answer.returncode == 2, answer.stdout
        assert "expected a coverage of 95 %" in answer.stdout
        assert "src/todo/views.py" in answer.stdout
        assert failures(made.path("reports/unittests.xml")) == 0


class TestBrokenPage:
    @pytest.fixture(scope="class")
    @classmethod
    def broken(cls, new_checkout):
        made = new_checkout("-redpage", browser_specs=("filter.js", "states.js"))
        made.edit("client/js/route.js", '"#/completed": (item) => item.completed', '"#/completed": () => true')
        return made

    def test_release_fails_and_leaves_its_evidence(self, broken):
        answer = broken.make("release")
        assert answer.returncode == 2, answer.stdout
        assert last_line(answer).startswith(
            "FAIL: expected all acceptance tests to pass, found failures: browser tests"
        )
        assert failures(broken.path("reports/acceptance.xml")) == 0
        assert failures(broken.path("reports/browser.xml")) > 0
        assert list(broken.path("reports/screenshots").glob("*.png"))

    def test_the_image_cannot_be_tagged(self, broken):
        answer = broken.make("tag", "0.1.0")
        assert answer.returncode == 2, answer.stdout
        assert last_line(answer).startswith("FAIL: expected an image that passed the acceptance tests")


class TestBrokenAcceptance:
    @pytest.fixture(scope="class")
    @classmethod
    def broken(cls, new_checkout):
        made = new_checkout("-redspec")
        made.path("specs/test/broken.js").write_text(
            'import assert from "node:assert/strict";\n'
            'describe("Broken", () => { it("should break", () => { assert.equal(1, 2); }); });\n'
        )
        return made

    def test_release_fails_and_leaves_its_report(self, broken):
        answer = broken.make("release")
        assert answer.returncode == 2, answer.stdout
        assert last_line(answer).startswith("FAIL: expected all acceptance tests to pass")
        assert failures(broken.path("reports/acceptance.xml")) == 1
        assert count(broken.path("reports/acceptance.xml")) > 30

    def test_the_image_cannot_be_tagged(self, broken):
        answer = broken.make("tag", "0.1.0")
        assert answer.returncode == 2, answer.stdout
        assert last_line(answer).startswith("FAIL: expected an image that passed the acceptance tests")


class TestAcceptedBefore:
    """What was accepted and runs unchanged is not judged again; whatever the verdict depends on has it judged again."""

    def report(self, released):
        return released.path("reports/acceptance.xml").stat().st_mtime_ns

    def release(self, released, **knobs):
        answer = released.make("release", **knobs)
        assert answer.returncode == 0, answer.stdout
        return answer

    def test_is_left_alone_with_its_evidence_and_its_data(self, released):
        self.release(released)
        before, containers = self.report(released), released.objects()
        answer = self.release(released)
        assert last_line(answer).startswith("=> Release 0.1.0 was accepted before, and runs unchanged")
        assert (self.report(released), released.objects()) == (before, containers)
        assert "Nothing to build" in answer.stdout

    @pytest.mark.parametrize("change", ["lost evidence", "another setting", "a stopped container", "make accept"])
    def test_is_judged_again_after(self, released, change):
        self.release(released)
        before, knobs = self.report(released), {}
        if change == "lost evidence":
            released.path("reports/browser.xml").unlink()
        elif change == "another setting":
            knobs = {"ALLOWED_HOSTS": "todo.example,localhost"}
        elif change == "a stopped container":
            docker("stop", f"{released.release_project}-nginx-1")
        answer = released.make("accept") if change == "make accept" else self.release(released, **knobs)
        assert last_line(answer).startswith("=> Release 0.1.0 accepted in"), answer.stdout
        assert self.report(released) > before
        assert released.path("reports/browser.xml").exists()

    def test_what_fails_when_it_is_judged_again_is_accepted_no_longer(self, released):
        self.release(released)
        sql(released, "RENAME TABLE todo_todoitem TO gone")
        try:
            answer = released.make("accept")
        finally:
            sql(released, "RENAME TABLE gone TO todo_todoitem")
        assert answer.returncode == 2
        assert last_line(answer).startswith("FAIL: expected all acceptance tests to pass"), answer.stdout
        tagged = released.make("tag", "0.1.0")
        assert last_line(tagged).startswith("FAIL: expected an image that passed the acceptance tests, found none.")
        assert last_line(self.release(released)).startswith("=> Release 0.1.0 accepted in")

    def test_make_accept_needs_a_release_that_runs(self, released):
        assert released.make("stop").returncode == 0
        answer = released.make("accept")
        assert answer.returncode == 2
        assert last_line(answer).startswith("FAIL: expected the release to run, found no healthy container of app.")
        self.release(released)
