"""reports/index.html says what the stages left, all of it, and nothing else."""

import json
import re
import shutil
import subprocess
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from conftest import docker, inspect, last_line

SUITES = ("unittests", "acceptance", "browser")


class Page(HTMLParser):
    """What a page shows and leads to: `text`, `links`, and `marks`, the classes of its list items by their text."""

    def __init__(self, file):
        super().__init__()
        self.text, self.links, self.marks, self.inside = "", [], [], False
        self.source = file.read_text()
        self.feed(self.source)
        self.verdict = unescape(re.search("<h1>(.*?)</h1>", self.source, re.DOTALL)[1]).strip()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.links += [given[name] for name in ("href", "src") if name in given]
        if tag == "li":
            self.marks.append([given.get("class"), ""])
            self.inside = True

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "li"

    def handle_data(self, data):
        self.text += data
        if self.inside:
            self.marks[-1][1] += data


def page(checkout, name="index"):
    return Page(checkout.path(f"reports/{name}.html"))


def cases(checkout, suite):
    return ElementTree.parse(checkout.path(f"reports/{suite}.xml")).iter("testcase")


@pytest.fixture(scope="module")
def released(new_checkout):
    """A release that was accepted, with pictures of its page."""
    made = new_checkout("-report", browser_specs=("load.js", "states.js"))
    answer = made.make("release")
    assert answer.returncode == 0, answer.stdout
    return made


class TestAccepted:
    def test_the_verdict_is_that_of_the_stages(self, released):
        shown = page(released)
        assert shown.verdict == "Accepted"
        assert "Passed: test, build, image, start, accept." in shown.text

    def test_every_test_is_in_the_specification(self, released):
        expected = sum(len(list(cases(released, suite))) for suite in SUITES)
        assert [mark for mark, _ in page(released).marks].count("passed") - len(released_stages(released)) == expected

    def test_a_test_s_name_is_a_sentence(self, released):
        shown = page(released)
        assert ["passed", "should return a 201 created response"] in shown.marks
        assert "<h3>Refuse a title</h3>" in shown.source  # RefuseATitle

    @pytest.mark.parametrize("suite", SUITES)
    def test_each_suite_has_a_page_of_its_own(self, released, suite):
        shown = page(released, suite).text
        assert [case.get("name") for case in cases(released, suite) if case.get("name").strip() not in shown] == []

    def test_coverage_is_that_of_the_report(self, released):
        root = ElementTree.parse(released.path("reports/coverage.xml")).getroot()
        assert f"{root.get('lines-covered')} of {root.get('lines-valid')} lines" in page(released).text

    def test_every_screenshot_is_there(self, released):
        pictures = {f"screenshots/{file.name}" for file in released.path("reports/screenshots").iterdir()}
        assert pictures
        assert pictures <= set(page(released).links)

    def test_every_link_leads_to_a_file(self, released):
        for name in ("index", *SUITES):
            for link in page(released, name).links:
                assert link.startswith("#") or released.path("reports").joinpath(link.partition("#")[0]).exists(), link

    def test_nothing_is_asked_of_another_host(self, released):
        for name in ("index", *SUITES):
            assert not re.search(r"""(href|src|url\()=?["']?(https?:)?//""", page(released, name).source)

    def test_the_layers_are_as_large_as_their_image(self, released):
        rows = re.findall(
            r'<span class="name">(\w+)</span>\n.*\n<span class="took">([\d.]+) MB</span>', page(released).source
        )
        assert {role for role, _ in rows} == {"debian", "mysql", "base", "dev", "release", "nginx", "page"}
        found = inspect(released.release_image)["Size"] / 1e6
        assert abs(float(dict(rows)["release"]) - found) < 1

    def test_the_release_shares_its_layers_with_the_base(self, released):
        (bar,) = re.findall(r'<span class="name">release</span>\n(.*)\n', page(released).source)
        assert re.findall(r"layer of-(\w+)", bar)[:3] == ["debian", "base", "base"]

    def test_each_wheel_stands_with_its_digest(self, released):
        shown = re.sub(r"\s+", " ", page(released).text)
        for line in released.path("target/SHA256SUMS").read_text().splitlines():
            digest, name = line.split()
            assert f"{name} {digest}" in shown

    def test_the_stages_took_what_they_noted(self, released):
        shown = page(released).text
        for stage in released_stages(released):
            minutes, seconds = divmod(stage["seconds"], 60)
            took = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
            assert re.search(rf"\n{stage['stage']}\n+{took}\n", shown)
            for label, _ in stage["steps"]:
                assert label in shown

    def test_what_is_committed_without_a_change_of_content_still_holds(self, released):
        before = page(released).source
        released.append("README.md", "\nA line.\n")
        assert released.make("release").returncode == 0
        after = page(released)
        assert after.verdict == "Accepted"
        assert after.source != before
        assert 'hint">of' not in after.source


def released_stages(checkout):
    return [json.loads(file.read_text()) for file in sorted(checkout.path("reports/stages").iterdir())]


LOOK = """
const { chromium } = require('playwright-core');
(async () => {
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium-headless-shell' });
    const found = {};
    for (const colorScheme of ['light', 'dark'])
        for (const name of ['index', 'unittests', 'acceptance', 'browser']) {
            const page = await browser.newPage({ viewport: { width: 360, height: 800 }, colorScheme });
            await page.goto(`file:///reports/${name}.html`);
            found[`${name} ${colorScheme}`] = await page.evaluate(() => {
                for (const part of document.querySelectorAll('details')) part.open = true;
                return {
                    width: document.documentElement.scrollWidth,
                    ground: getComputedStyle(document.body).backgroundColor,
                    broken: [...document.images].filter((image) => image.complete && !image.naturalWidth).length,
                };
            });
        }
    console.log(JSON.stringify(found));
    await browser.close();
})();
"""


class TestInABrowser:
    """From the file system, as wide as a phone, in both colours, with all that can be opened open."""

    @pytest.fixture(scope="class")
    @classmethod
    def found(cls, released):
        answer = subprocess.run(
            ["docker", "run", "--rm", "--interactive", "--network", "none", "--volume",
             f"{released.path('reports')}:/reports:ro", f"todobackend-browser-specs:built{released.build_id}", "node"],
            input=LOOK, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    def test_nothing_is_wider_than_the_screen(self, found):
        assert {name for name, page in found.items() if page["width"] > 360} == set()

    def test_it_is_dark_where_dark_is_asked_for(self, found):
        for name in ("index", *SUITES):
            assert found[f"{name} light"]["ground"] != found[f"{name} dark"]["ground"]
        assert found["index dark"]["ground"] == "rgb(15, 19, 24)"

    def test_every_picture_is_shown(self, found):
        assert [page["broken"] for page in found.values()] == [0] * len(found)


class TestNotAccepted:
    """After the release, each on what the one before left."""

    def test_a_selection_opens_no_gate(self, released):
        assert released.make("test", T="test_create").returncode == 0
        shown = page(released)
        assert shown.verdict == "Only a selection was tested: test_create"
        assert "lines" not in shown.text.partition("Images")[0]

    def test_a_red_test_is_what_comes_first(self, released):
        released.edit("src/todo/models.py", "BooleanField(default=False)", "BooleanField(default=True)")
        answer = released.make("test")
        assert answer.returncode == 2
        shown = page(released)
        assert shown.verdict == "Red: test"
        assert unescape(last_line(answer).removeprefix("FAIL: ")) in shown.text
        failed = [case for case in cases(released, "unittests") if case.find("failure") is not None]
        assert f"{len(failed)} failed" in shown.text
        assert failed[0].find("failure").get("message").splitlines()[0] in shown.text

    def test_the_release_before_is_told_from_it(self, released):
        shown = page(released)
        assert shown.source.count('class="passed old"') == len(released_stages(released)) - 1
        assert re.search(r"Acceptance tests <span class=\"hint\">of <code>", shown.source)

    def test_what_was_changed_since_is_told(self, released):
        released.edit("src/todo/models.py", "BooleanField(default=True)", "BooleanField(default=False)")
        assert released.make("report").returncode == 0
        shown = page(released)
        assert shown.verdict == "Red: test"
        assert "No stage has looked at that yet." in shown.text


class TestReport:
    def test_it_is_named(self, released):
        answer = released.make("report")
        assert answer.returncode == 0
        assert last_line(answer) == f"=> The report: file://{released.path('reports/index.html')}"

    def test_broken_evidence_is_a_sentence(self, released):
        report = released.path("reports/unittests.xml")
        whole = report.read_text()
        report.write_text(whole[:1000])
        answer = released.make("report")
        report.write_text(whole)
        assert answer.returncode == 2
        assert "FAIL: expected reports/unittests.xml as its stage writes it, found: " in answer.stdout

    def test_a_report_that_cannot_be_made_leaves_none_and_the_verdict_stands(self, released):
        released.path("reports/lint.tsv").write_text("no verdict here\n")
        released.path("reports/coverage.xml").write_text("<coverage/>")
        answer = released.make("test", T="test_create")
        assert answer.returncode == 0
        assert not released.path("reports/index.html").exists()

    def test_no_evidence_is_a_sentence(self, released):
        shutil.rmtree(released.path("reports"))
        shutil.rmtree(released.path("target"))
        answer = released.make("report")
        assert answer.returncode == 2
        assert last_line(answer).startswith(
            "FAIL: expected in reports/ what a stage left, found nothing. Type: make test"
        )

    def test_its_image_is_the_pipeline_s(self, released):
        mine = f"label=todobackend.pipeline={released.release_project}"
        assert f"todobackend-report:built{released.build_id}" in docker(
            "images", "--filter", mine, "--format", "{{.Repository}}:{{.Tag}}"
        )
