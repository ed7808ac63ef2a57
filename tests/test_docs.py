"""README and docs say what the Makefile and the settings say."""

import json
import re
import sys

import pytest
from conftest import ROOT, run

sys.path.append(str(ROOT / "bench"))
import tables

README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
KNOBS = set(re.findall(r"^([A-Z_]+) \?=", MAKEFILE, re.MULTILINE))


def test_menu_shows_every_target_and_knob():
    menu = run("make", cwd=ROOT).stdout
    assert set(re.findall(r"^  make ([a-z-]+) ", menu, re.MULTILINE)) == TARGETS - {"help"}
    assert set(re.findall(r"^  ([A-Z_]+) ", menu, re.MULTILINE)) == KNOBS


def test_readme_names_every_target():
    rows = " ".join(re.findall(r"^\| (`make[^|]*)\|", README, re.MULTILINE))
    named = set(re.findall(r"[a-z-]{3,}", rows.replace("make", " ")))
    assert TARGETS - {"help"} <= named


@pytest.mark.parametrize("page", ["README.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))])
class TestPage:
    def test_names_only_targets_that_exist(self, page):
        text = (ROOT / page).read_text()
        used = set(re.findall(r"`make ([a-z-]+)", text)) | set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE))
        assert used <= TARGETS

    def test_names_only_files_that_exist(self, page):
        text = (ROOT / page).read_text()
        files = set(re.findall(r"`((?:src|docker|ansible|specs|scripts|tests|docs|base-image)/[\w./-]*)`", text))
        files |= {f"docs/{name}" if page != "README.md" else name for name in re.findall(r"\]\(([\w./-]+)\)", text)}
        assert [name for name in files if not (ROOT / name).exists()] == []


def test_settings_page_lists_every_variable_the_code_reads():
    code = "\n".join(file.read_text() for file in (ROOT / "src/todobackend/settings").glob("*.py"))
    read = set(re.findall(r'(?:env(?:\.\w+)?|_secret)\("([A-Z_]+)"', code))
    page = (ROOT / "docs/settings.md").read_text()
    assert len(read) >= 10
    assert set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE)) == read


def test_performance_page_shows_what_was_measured_last():
    results = json.loads((ROOT / "bench/results.json").read_text())
    page = (ROOT / "docs/performance.md").read_text()
    assert set(results) == {"wait", "size", "service", "growth"}
    assert all(results[name]["commit"][:10] in page for name in results)
    assert tables.filled(page, results) == page
