"""reports/index.html of a real release, read and shown in a browser. Evidence of all kinds: unit/test_report.py."""

import json
import subprocess

import pytest
from support.report import SUITES, Page, cases


def page(checkout, name="index"):
    return Page(checkout.path(f"reports/{name}.html").read_text())


def test_the_verdict_and_every_test_are_there(released):
    assert f"file://{released.path('reports/index.html')}" in released.must("report")
    shown = page(released)
    assert shown.verdict == "Accepted"
    expected = sum(len(cases(released.path(f"reports/{suite}.xml").read_text())) for suite in SUITES)
    stages = len(list(released.path("reports/stages").iterdir()))
    assert [mark for mark, _ in shown.marks].count("passed") - stages == expected
    assert ["passed", "should return a 201 created response"] in shown.marks


def test_every_link_leads_to_a_file(released):
    for name in ("index", *SUITES):
        for link in page(released, name).links:
            assert link.startswith("#") or released.path("reports").joinpath(link.partition("#")[0]).exists(), link


LOOK = """
const { chromium } = require('playwright-core');
(async () => {
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium-headless-shell' });
    const found = {};
    for (const colorScheme of ['light', 'dark'])
        for (const name of ['index', 'unittests', 'acceptance', 'browser', 'page']) {
            const page = await browser.newPage({ viewport: { width: 360, height: 800 }, colorScheme });
            await page.goto(`file:///reports/${name}.html`);
            found[`${name} ${colorScheme}`] = await page.evaluate(() => {
                for (const part of document.querySelectorAll('details')) part.open = true;
                return {
                    width: document.documentElement.scrollWidth,
                    ground: getComputedStyle(document.body).backgroundColor,
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
        image = f"todobackend-browser-specs:built{released.build_id}"
        reports = f"{released.path('reports')}:/reports:ro"
        answer = subprocess.run(
            ["docker", "run", "--rm", "--interactive", "--network", "none", "--volume", reports, image, "node"],
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
