"""How the course is typed: a line that is no longer true is red, and so is a page of the course without a command."""

import re

import pytest
from support.commands import ROOT
from support.pages import PAGES, typed


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
