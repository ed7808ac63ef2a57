"""What reports/index.html says of the evidence it is made of. The pages of a real release: e2e/test_report.py."""

import json
import re
import sys

import pytest
from support.commands import ROOT
from support.report import SUITES, Page

sys.path.append(str(ROOT / "docker/tools/report"))
import report

OLD, NEW = "0123456789ab", "ba9876543210"
GREEN = """<testsuite tests="2"><testcase classname="{0}" name="test_should_list" time="0.1"/>
<testcase classname="{0}" name="{1}" time="0.2"/></testsuite>"""
RED = """<testcase classname="test_create.RefuseATitle" name="should refuse">
<failure message="418 is not 400">Traceback</failure></testcase>"""
COVERAGE = """<coverage lines-covered="95" lines-valid="100" branches-covered="9" branches-valid="10">
<packages><package>
<classes><class filename="src/todo/views.py" line-rate="0.5"/></classes>
</package></packages></coverage>"""
LAYERS = [("debian", 80_000_000), ("base", 30_000_000), ("release", 20_000_000)]


def stage(name, **more):
    """Return what a stage noted of itself, as a file of the evidence."""
    noted = {
        "stage": name,
        "note": "",
        "began": 1000,
        "seconds": 75,
        "status": 0,
        "commit": NEW,
        "pipeline": "todobackend",
        "steps": [["images", 2.5]],
        "sentence": "",
        **more,
    }
    return {f"reports/stages/{name}.json": json.dumps(noted).encode()}


def images():
    """Return the lines of an image for each of LAYERS, each of which stands on those before it; newest layer first."""
    lines = []
    for count, (role, _) in enumerate(LAYERS, 1):
        lines += [f"{role}\t{role}:1\tid\t{size}" for _, size in reversed(LAYERS[:count])]
    return "\n".join(lines).encode()


@pytest.fixture
def evidence():
    """The evidence of an accepted release: {name: bytes}."""
    return {
        **stage("test"),
        **stage("accept", began=2000),
        "reports/unittests.xml": GREEN.format("test_create.RefuseATitle", "test_should_refuse").encode(),
        "reports/acceptance.xml": GREEN.format("Create item", "answers 201 @smoke").encode(),
        "reports/browser.xml": GREEN.format("contract.js", "the list is an empty array").encode(),
        "reports/page.xml": GREEN.format("load.js", "shows one item").encode(),
        "reports/coverage.xml": COVERAGE.encode(),
        "reports/lint.tsv": b"ok\truff\nFAIL\tbandit\n-\tpip-audit\n",
        "target/SHA256SUMS": b"abc123  todobackend-0.1.0-py3-none-any.whl\n",
        "facts/images.tsv": images(),
        "facts/files": b"coverage/index.html\nscreenshots/01-empty.png\nbrowser/index.html\npage/index.html\n"
        b"figures.json\n",
        "facts/here": NEW.encode(),
    }


def made(evidence, name="index"):
    return Page(report.make(evidence)[f"{name}.html"])


def test_an_accepted_release(evidence):
    shown = made(evidence)
    assert shown.verdict == "Accepted"
    marks = [mark for mark, _ in shown.marks]
    assert marks.count("passed") == len(SUITES) + 1 + 1  # coverage, a linter
    assert marks.count("row passed") == 2  # stages
    assert (marks.count("failed"), marks.count("skipped")) == (1, 1)
    assert "Unit tests: 2, in 0.3 s" in shown.text
    assert "95 of 100 lines, 9 of 10 branches" in shown.text
    assert {
        "screenshots/01-empty.png",
        "coverage/index.html",
        "browser/index.html",
        "page/index.html",
        "figures.json",
        "unittests.html",
        "acceptance.html",
    } <= set(shown.links)
    assert "1 min 15 s" in shown.text
    assert re.search(r"todobackend-0\.1\.0\S+\s+abc123", shown.text)


def test_a_suite_without_a_page_of_its_own_gets_one(evidence):
    pages = report.make(evidence)
    assert set(pages) == {"index.html", "unittests.html", "acceptance.html"}
    assert "test_should_list" in pages["unittests.html"]


def test_nothing_is_asked_of_another_host(evidence):
    for page in report.make(evidence).values():
        assert not re.search(r"""(href|src|url\()=?["']?(https?:)?//""", page)


def test_an_image_is_as_large_as_its_layers_and_stands_on_another(evidence):
    source = made(evidence).source
    rows = re.findall(r'<span>(\w+)</span>\n.*below" style="width: ([\d.]+)%.*\n<span class="number">(\d+) MB', source)
    assert {role: float(size) for role, _, size in rows} == {"debian": 80, "base": 110, "release": 130}
    assert {role: round(float(below)) for role, below, _ in rows} == {"debian": 0, "base": 62, "release": 85}


def test_a_large_image_has_its_size_in_figures(evidence):
    evidence["facts/images.tsv"] = b"mysql\tmysql:1\tid\t1234000000"
    assert "1,234 MB" in made(evidence).text


def test_a_red_test_is_named(evidence):
    evidence |= stage("test", status=1, began=3000, sentence="expected all tests to pass, found <failures>")
    suite = evidence["reports/unittests.xml"].decode().replace("</testsuite>", f"{RED}</testsuite>")
    evidence["reports/unittests.xml"] = suite.encode()
    shown = made(evidence)
    assert shown.verdict == "Red: test"
    assert "expected all tests to pass, found <failures>" in shown.text
    assert "1 failed" in shown.text
    assert "418 is not 400" in shown.text


def test_what_was_said_of_another_commit_counts_no_more(evidence):
    evidence |= stage("accept", commit=OLD)
    shown = made(evidence)
    assert shown.verdict == "Green so far"
    assert shown.source.count('class="row passed old"') == 1


def test_a_selection_is_no_verdict_and_has_no_coverage(evidence):
    evidence |= stage("test", note="test_create", began=3000)
    shown = made(evidence)
    assert shown.verdict == "Only a selection was tested: test_create"
    assert "branches" not in shown.text


def test_what_was_changed_since_is_said(evidence):
    evidence["facts/here"] = f"{NEW}+abc1234".encode()
    assert "No stage has run on it yet." in made(evidence).text


@pytest.mark.parametrize("name", ["reports/unittests.xml", "reports/coverage.xml", "reports/stages/test.json"])
def test_broken_evidence_is_named(evidence, name):
    evidence[name] = evidence[name][:40]
    with pytest.raises(ValueError, match=f"expected {name} as its stage writes it"):
        report.make(evidence)
