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
    for suite in SUITES:
        assert f"tests: {len(cases(released.path(f'reports/{suite}.xml').read_text()))}, in " in shown.text
    assert len([mark for mark, _ in shown.marks if mark == "row passed"]) >= 4
    assert "test_should_return_a_201_created_response" in page(released, "unittests").text


def test_every_link_leads_to_a_file(released):
    links = page(released).links
    assert len(links) > 10
    assert [link for link in links if not released.path("reports").joinpath(link).exists()] == []


LOOK = """
const { chromium } = require('playwright-core');
(async () => {
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium-headless-shell' });
    const found = {};
    for (const colorScheme of ['light', 'dark']) {
        const page = await browser.newPage({ viewport: { width: 360, height: 800 }, colorScheme });
        await page.goto('file:///reports/index.html');
        found[colorScheme] = await page.evaluate(() => {
            for (const part of document.querySelectorAll('details')) part.open = true;
            return [document.documentElement.scrollWidth, getComputedStyle(document.body).backgroundColor];
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

    def test_nothing_is_wider_than_the_screen_and_it_is_dark_where_that_is_asked_for(self, found):
        assert found == {"light": [360, "rgb(255, 255, 255)"], "dark": [360, "rgb(15, 19, 24)"]}
