"""How the course is typed, and what it shows of files: a line that is no longer true is red."""

import importlib
import re
import sys
from types import ModuleType, SimpleNamespace

import pytest
from support.commands import ROOT
from support.pages import PAGES, typed

COURSE = [page for page in PAGES if re.match(r"docs/[012]", page)]


@pytest.fixture
def hooks(monkeypatch):
    """The hooks of the site, without what builds it."""
    monkeypatch.setitem(sys.modules, "mkdocs.exceptions", SimpleNamespace(PluginError=ValueError))
    monkeypatch.setitem(sys.modules, "mkdocs.structure.files", SimpleNamespace(File=None, Files=None))
    for name in ("mkdocs", "mkdocs.structure"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.syspath_prepend(str(ROOT / "docker/tools/docs"))
    monkeypatch.chdir(ROOT)
    yield importlib.import_module("hooks")
    del sys.modules["hooks"]


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ("$ echo one; echo two\none\n<...>", 0),
        ("$ echo one\ntwo", 1),
        ("$ echo what the page does not show", 1),
        ("$ echo one\none\ntwo", 1),
        ("$ false\n$ echo never typed\nnever typed", 2),
    ],
    ids=["as it is", "stale", "not shown", "shown in vain", "failed"],
)
def test_a_stale_line_is_red(tmp_path, lines, status):
    (tmp_path / "page.md").write_text(f"```console\n{lines}\n```\n")
    assert typed("page.md", tmp_path) == status


def test_every_page_is_typed():
    assert set(PAGES) == {"README.md", *(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))}


@pytest.mark.parametrize("page", [page for page in PAGES if re.match(r"README|docs/[01]|docs/2[01]", page)])
def test_a_page_of_the_course_has_commands(page):
    assert re.findall(r"^\$ \S", (ROOT / page).read_text(), re.MULTILINE)


@pytest.mark.parametrize("page", COURSE)
def test_a_page_of_the_course_shows_lines_of_a_file(hooks, page):
    text = (ROOT / page).read_text()
    excerpts = re.findall("^<!-- .* from ", text, re.MULTILINE)
    assert excerpts
    assert hooks.on_page_markdown(text).count('title="') == len(excerpts)


def test_an_excerpt_is_the_files_own_lines(hooks, tmp_path):
    (tmp_path / "a.py").write_text("one\n    two\n      three\nfour\nthree\n")
    page = f'<!-- {tmp_path}/a.py from "two" to "three" -->\n'
    assert hooks.on_page_markdown(page) == f'```python title="{tmp_path}/a.py"\ntwo\n  three\n```\n'


@pytest.mark.parametrize(("first", "last"), [("five", "three"), ("three", "four"), ("two", "five"), ("two", "far")])
def test_an_excerpt_whose_lines_moved_is_red(hooks, tmp_path, first, last):
    (tmp_path / "a.py").write_text("one\ntwo\nthree\nfour\nthree\n" + "x\n" * 30 + "far\n")
    with pytest.raises(ValueError, match="expected in"):
        hooks.on_page_markdown(f'<!-- {tmp_path}/a.py from "{first}" to "{last}" -->')
