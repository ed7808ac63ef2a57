"""README and docs say what the Makefile and the settings say."""

import html
import json
import re
import sys

import pytest
from support.commands import ROOT, run

sys.path += [str(ROOT), str(ROOT / "bench"), str(ROOT / "docs/exercises"), str(ROOT / "docs/pictures")]
import checks
import tables
import terminal

from pipeline.configuration import KNOBS

MAKEFILES = {name: (ROOT / name).read_text() for name in ("Makefile", "project.mk")}
RULES = {name: set(re.findall(r"^([a-z-]+):", text, re.MULTILINE)) for name, text in MAKEFILES.items()}
TARGETS = RULES["Makefile"] | RULES["project.mk"]


# Words of HTTP, settings and signals, which stand as they are written.
AS_WRITTEN = {
    *("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"),
    *("DEBUG", "INFO", "REQUIRED", "SIGKILL", "SIGTERM", "FAIL", "NODE"),
}


def test_every_abbreviation_is_in_the_glossary():
    known = set(re.findall(r"\b[A-Z]{2,}\b", (ROOT / "docs/glossary.md").read_text())) | AS_WRITTEN
    for page in (*ROOT.glob("docs/*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        prose = re.sub(r"```.*?```|`[^`]*`|<!--.*?-->|\]\([^)]*\)", "", page.read_text(), flags=re.DOTALL)
        found = {word.rstrip("s") for word in re.findall(r"\b[A-Z]{2,}s?\b", prose)}
        assert found - known == set(), page


@pytest.mark.parametrize(("words", "targets"), [([], RULES["Makefile"]), (["help", "ALL=1"], TARGETS)])
def test_menu_shows_every_target_and_knob(words, targets):
    menu = run("make", *words, cwd=ROOT).stdout
    knobs = {name for name, knob in KNOBS.items() if knob.help and (words or not knob.rare)}
    assert set(re.findall(r"^  make ([a-z-]+) ", menu, re.MULTILINE)) == targets - {"help"}
    assert set(re.findall(r"^  ([A-Z_]+) ", menu, re.MULTILINE)) == knobs


def test_every_target_is_known_to_make_and_has_a_verb():
    text = "".join(MAKEFILES.values())
    known = set(re.findall(r"[a-z-]+", "".join(re.findall(r"^TARGETS \+?:?=((?:.*\\\n)*.*)$", text, re.MULTILINE))))
    assert known == TARGETS
    others = {"all", "nightly", "course", "docs-serve", "pictures"}
    assert {
        name for name in TARGETS - others if not (ROOT / f"pipeline/stages/{name.replace('-', '_')}.py").exists()
    } == set()


@pytest.mark.parametrize("page", ["README.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))])
class TestPage:
    def test_names_only_targets_that_exist(self, page):
        text = (ROOT / page).read_text()
        used = set(re.findall(r"`make ([a-z-]+)", text)) | set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE))
        assert used <= TARGETS

    def test_names_only_files_that_exist(self, page):
        text = (ROOT / page).read_text()
        folders = "src|docker|ansible|specs|pipeline|tests|docs|base-image"
        files = set(re.findall(rf"`((?:{folders})/[\w./-]*)`", text))
        files |= {f"docs/{name}" if page != "README.md" else name for name in re.findall(r"\]\(([\w./-]+)\)", text)}
        # What git ignores is made by a command, and need not be there yet.
        missing = [name for name in files if not (ROOT / name).exists()]
        assert [name for name in missing if run("git", "check-ignore", "--quiet", name, cwd=ROOT).returncode] == []


@pytest.mark.parametrize("page", ["README.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))])
def test_every_command_of_a_block_is_one_that_is_typed(page):
    # `make course` types what stands behind a prompt, in a block of this kind.
    for kind, block in re.findall(r"^```(\w*)\n(.*?)^```$", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL):
        if kind != "console":
            assert re.findall(r"^(?:\$ )?(?:make|curl|docker|git|ssh|sudo|\.) .*", block, re.MULTILINE) == []


COURSE = sorted((ROOT / "docs").glob("[0-9][0-9]-*.md"))
PARTS = ["Type this, see this", "How it is done", "Why it is so", "What can go wrong"]


@pytest.mark.parametrize("page", COURSE, ids=lambda page: page.stem)
class TestCourse:
    def test_has_every_part(self, page):
        text = page.read_text()
        assert text.startswith(f"# {int(page.stem[:2])}. ")
        assert text.count("\n**The question:** ") == 1
        assert re.findall("^## (.*)$", text, re.MULTILINE) == PARTS
        assert "In the older course" not in text  # docs/traps.md tells of it, once

    def test_leads_to_the_next(self, page):
        last = page.read_text().splitlines()[-1]
        assert last.startswith("**Next:** ")
        following = [*COURSE, ROOT / "docs/exercises.md"][COURSE.index(page) + 1]
        assert f"]({following.name})" in last


def test_settings_page_lists_every_variable_the_code_reads():
    code = "\n".join(file.read_text() for file in (ROOT / "src/todobackend/settings").glob("*.py"))
    read = set(re.findall(r'(?:env(?:\.\w+)?|_secret)\("([A-Z_]+)"', code))
    page = (ROOT / "docs/settings.md").read_text()
    assert len(read) >= 10
    assert set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE)) == read


def test_tables_show_what_was_measured_last():
    results = json.loads((ROOT / "bench/results.json").read_text())
    page = (ROOT / "bench/plots/README.md").read_text()
    assert set(results) == {"wait", "size", "service", "growth"}
    assert all(results[name]["commit"][:10] in page for name in results)
    assert tables.filled(page, results) == page


def test_picture_of_the_menu_shows_the_menu():
    # If not: make pictures
    assert terminal.menu() == (ROOT / "docs/pictures/menu.svg").read_text()


def test_picture_of_a_release_shows_what_make_prints_today():
    picture = re.sub("<[^>]*>", "", (ROOT / "docs/pictures/release.svg").read_text())
    steps = [html.unescape(line) for line in re.findall(r"=&gt; (.*)", picture)]
    source = "".join(file.read_text() for file in ROOT.glob("pipeline/stages/*.py"))
    for suite in ("acceptance", "browser", "page"):
        source += f"Running {suite} tests" if "Running {suite.name} tests" in source else ""
    assert len(steps) > 10
    # By the words up to what differs from run to run. If not: make pictures
    assert [step for step in steps if re.split(r"[0-9(:]| and ", step)[0].strip(" .") not in source] == []


@pytest.mark.parametrize("patch", sorted((ROOT / "docs").glob("*/*.patch")), ids=lambda patch: patch.stem)
def test_every_patch_applies(patch):
    result = run("git", "apply", "--check", str(patch), cwd=ROOT)
    assert result.returncode == 0, result.stdout


def test_every_exercise_has_its_patch_its_check_and_its_text():
    exercises = sorted(patch.stem for patch in (ROOT / "docs/exercises").glob("*.patch"))
    page = (ROOT / "docs/exercises.md").read_text()
    assert len(exercises) >= 4
    assert sorted(checks.EXERCISES) == exercises
    for name in exercises:
        assert f"make exercise E={name}`" in page


def test_readme_of_the_tests_names_every_file_of_tests():
    page = (ROOT / "tests/README.md").read_text()
    files = {str(file.relative_to(ROOT / "tests")) for file in (ROOT / "tests").glob("*/test_*.py")}
    assert set(re.findall(r"^\| `((?:unit|e2e|nightly)/test_\w+\.py)`", page, re.MULTILINE)) == files
