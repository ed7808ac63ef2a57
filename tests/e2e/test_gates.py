"""An untested artefact cannot be released, and evidence comes before the verdict."""

import json
import os
import re
import shutil
from xml.etree import ElementTree

import pytest
from support.checkout import refused, typed
from support.commands import docker, run
from support.release import inspect
from support.report import Page
from support.whole import Watch

BROKEN_TEST = """

class Broken(ApiTestCase):
    def test_should_break(self):
        self.assertEqual(self.client.get(TODOS).status_code, 418)
"""


def failures(report):
    """Return how many tests of a JUnit or xunit report failed."""
    root = ElementTree.parse(report).getroot()
    return len(root.findall(".//failure")) + len(root.findall(".//error"))


def count(report):
    return len(ElementTree.parse(report).getroot().findall(".//testcase"))


def inspect_container(name):
    return json.loads(docker("inspect", name))[0]


class TestGreen:
    """The steps of one green pipeline, in their order."""

    def test_test_passes_in_a_terminal_in_colour_and_leaves_its_reports(self, checkout):
        status, shown = checkout.in_terminal("test")
        assert status == 0, shown
        assert "\x1b[1;33m=> Building the dev image" in shown
        assert "\x1b[1;32m- should return a 201 created response" in shown
        assert count(checkout.path("reports/unittests.xml")) > 100
        assert failures(checkout.path("reports/unittests.xml")) == 0
        assert checkout.path("reports/coverage/index.html").exists()
        coverage = ElementTree.parse(checkout.path("reports/coverage.xml")).getroot()
        assert float(coverage.get("line-rate")) >= 0.95
        assert float(coverage.get("branch-rate")) >= 0.95
        assert "src/todo/views.py" in {item.get("filename") for item in coverage.iter("class")}

    def test_test_again_keeps_image_and_database_and_in_a_pipe_has_no_colour(self, checkout):
        def made():
            database = inspect_container(f"{checkout.dev_project}-db-1")
            return (
                inspect(f"todobackend-dev:built{checkout.build_id}")["Id"],
                database["Id"],
                database["State"]["StartedAt"],
            )

        before = made()
        said = checkout.must("test")
        assert made() == before
        assert "docker/images.yml build" not in said
        assert "- should return a 201 created response" in said
        assert "\x1b" not in said

    def test_what_it_shows_can_be_typed(self, checkout):
        shutil.rmtree(checkout.path(".state/built"))  # images that are as they should be are not built
        said = checkout.must("test")
        outputs = typed(checkout, said)
        assert len(outputs) >= 6
        assert any(re.search(r"^Ran [0-9]{3} tests", output, re.MULTILINE) for output in outputs)
        (name,) = re.findall(r"run --name (\S+)", said)
        docker("rm", "--force", name)

    def test_build_after_test_does_not_test_again(self, checkout):
        assert "Ran " not in checkout.must("build")
        assert checkout.path("target/SHA256SUMS").exists()

    def test_build_after_a_touch_does_not_test_again(self, checkout):
        for file in checkout.path("src").rglob("*.py"):
            os.utime(file)
        assert "Ran " not in checkout.must("build")

    def test_build_gives_the_same_bits_for_the_same_source(self, checkout):
        before = checkout.path("target/SHA256SUMS").read_text()
        checkout.must("build")
        assert checkout.path("target/SHA256SUMS").read_text() == before

    def test_build_after_an_edit_tests_again(self, checkout):
        tested = inspect(checkout.tested_image)["Id"]
        checkout.append("src/todo/views.py", "\n# An edit.\n")
        said = checkout.must("build")
        assert "testing them first" in said
        assert "- should return" not in said  # the specification is shown by the verb that asks for it
        assert "Ran " in checkout.path("reports/logs/test-database-tests.log").read_text()
        assert inspect(checkout.tested_image)["Id"] != tested

    def test_a_selection_of_tests_opens_no_gate(self, checkout):
        checkout.append("src/todo/views.py", "\n# Another edit.\n")
        tested = inspect(checkout.tested_image)["Id"]
        checkout.must("test", T="test_migrations")
        assert 0 < count(checkout.path("reports/unittests.xml")) < 10
        assert inspect(checkout.tested_image)["Id"] == tested

    def test_a_report_that_cannot_be_made_leaves_none_and_changes_no_verdict(self, checkout):
        checkout.path("reports/lint.tsv").write_text("no verdict here\n")
        checkout.must("test", T="test_migrations")
        assert not checkout.path("reports/index.html").exists()
        checkout.path("reports/lint.tsv").unlink()

    def test_a_selection_that_finds_nothing_fails(self, checkout):
        refused(checkout.make("test", T="test_nowhere"), "test_nowhere")

    def test_target_is_whole_or_absent_whenever_one_looks(self, checkout):
        checkout.append("src/todo/views.py", f"\n# An edit: {os.urandom(4).hex()}\n")
        with Watch(checkout) as watch:
            checkout.must("build")
        assert watch.looks > 100
        assert watch.seen == {()}


class TestBrokenUnitTest:
    @pytest.fixture(scope="class")
    @classmethod
    def broken(cls, new_checkout):
        made = new_checkout("-redunit")
        made.append("src/todo/tests/test_create.py", BROKEN_TEST)
        return made

    def test_test_fails_and_leaves_its_reports(self, broken):
        answer = broken.make("test")
        sentence = refused(answer)
        count_line = r"^=> 1 of [0-9]{3} red, all of it in reports/logs/test-database-tests\.log:$"
        assert re.search(count_line, answer.stdout, re.MULTILINE)
        assert re.search(r"^   .*Broken: .*418", answer.stdout, re.MULTILINE)
        assert "Traceback" not in answer.stdout
        shown = Page(broken.path("reports/index.html").read_text())
        assert shown.verdict == "Red: test"
        assert sentence.removeprefix("FAIL: ") in shown.text
        assert failures(broken.path("reports/unittests.xml")) == 1
        assert count(broken.path("reports/unittests.xml")) > 100  # the others ran too
        names = {each.get("filename") for each in ElementTree.parse(broken.path("reports/coverage.xml")).iter("class")}
        assert "src/todo/views.py" in names
        pages = re.findall(r'href="([^"/]+_py\.html)"', broken.path("reports/coverage/index.html").read_text())
        assert len(set(pages)) == len(names)

    def test_the_next_stage_refuses(self, broken):
        refused(broken.make("build"))
        assert not broken.path("target").exists()
        assert run("docker", "image", "inspect", broken.release_image).returncode == 1

    def test_the_next_stages_refuse_with_artefacts_of_an_older_source_at_hand(self, broken, checkout):
        run("cp", "-r", str(checkout.path("target")), str(broken.path("target")))
        refused(broken.make("release"))
        assert run("docker", "image", "inspect", broken.release_image).returncode == 1


class TestCoverage:
    def test_less_than_95_percent_fails_and_is_listed(self, new_checkout):
        made = new_checkout("-cover")
        lines = "".join(f"    value = {number}\n" for number in range(60))
        made.append("src/todo/views.py", f"\n\ndef untested(value):\n{lines}    return value\n")
        result = made.make("test")
        refused(result)
        assert "expected a coverage of 95 %" in result.stdout
        assert "src/todo/views.py" in result.stdout
        assert failures(made.path("reports/unittests.xml")) == 0


class TestBrokenRelease:
    """One claim of two suites is red: all of them run to their end, and all of their evidence is there."""

    @pytest.fixture(scope="class")
    @classmethod
    def broken(cls, new_checkout):
        made = new_checkout("-redrelease", browser_specs=("filter.js", "stand-in.js", "states.js"))
        made.edit("client/js/view.js", '"#/completed": (item) => item.completed', '"#/completed": () => true')
        made.path("specs/test/broken.js").write_text(
            'import assert from "node:assert/strict";\n'
            'describe("Broken", () => { it("should break", () => { assert.equal(1, 2); }); });\n'
        )
        return made

    def test_release_fails_and_leaves_its_evidence(self, broken):
        answer = broken.make("release")
        refused(answer, "acceptance tests", "page tests")
        assert "   Broken: should break: " in answer.stdout
        assert len(answer.stdout.splitlines()) < 120
        assert failures(broken.path("reports/acceptance.xml")) == 1
        assert count(broken.path("reports/acceptance.xml")) > 30
        assert failures(broken.path("reports/page.xml")) > 0
        pictures = sorted(broken.path("reports/screenshots").glob("*.png"))
        assert [int(picture.name.split("-")[0]) for picture in pictures] == list(range(1, len(pictures) + 1))
        assert len(pictures) > 10
        shown = Page(broken.path("reports/index.html").read_text())
        assert {f"screenshots/{picture.name}" for picture in pictures} <= set(shown.links)
        for picture in pictures:
            assert picture.read_bytes().endswith(b"IEND\xaeB`\x82"), picture.name

    def test_the_image_cannot_be_tagged(self, broken):
        refused(broken.make("tag", "0.1.0"))
        assert run("docker", "image", "inspect", "todobackend:accepted-redrelease").returncode == 1
