"""The site of the course: a dead link is red, no other host is asked, and it can be shown while one writes."""

import re
import signal
import urllib.request

import pytest
from support.checkout import refused
from support.commands import PORTS, eventually, kill


@pytest.fixture(scope="module")
def built(checkout):
    checkout.must("docs")
    return checkout


def test_has_a_page_for_each_source_and_a_search(built):
    pages = {file.stem for file in built.folder.glob("docs/*.md")}
    assert pages == {file.stem for file in built.folder.glob("site/*.html")} - {"404"}
    assert list(built.folder.glob("site/search/search_index.js*"))


def test_asks_no_other_host(built):
    fetched = re.compile(
        r"""<(script|img|iframe)[^>]+src=["']?(https?:)?//"""
        r"""|<link[^>]+rel=["']?(stylesheet|preconnect|icon)[^>]+href=["']?(https?:)?//"""
    )
    for page in built.folder.glob("site/*.html"):
        assert not fetched.search(page.read_text()), page.name


def test_shows_lines_of_files_and_copies_commands_alone(built):
    page = (built.folder / "site/08-probe.html").read_text()
    assert "search_regex" in page
    assert "ansible/probe.yml" in page
    assert 'class="gp"' in page, "the button's style sheet tells prompts by this class"
    assert 'href="assets/site.css"' in page
    assert (built.folder / "site/assets/site.css").exists()


@pytest.mark.parametrize("link", ["nowhere.md", "index.md#nowhere", "pictures/nowhere.png"])
def test_a_dead_link_is_red(built, link):
    built.append("docs/users.md", f"\n[nowhere]({link})\n")
    result = built.make("docs")
    built.restore()
    refused(result)
    assert "nowhere" in result.stdout


def test_lines_that_are_not_in_their_file_are_red(built):
    built.append("docs/users.md", '\n<!-- Makefile from "nowhere" to "help:" -->\n')
    result = built.make("docs")
    built.restore()
    refused(result)
    assert "expected in Makefile one line with 'nowhere'" in result.stdout


def test_is_shown_while_one_writes(built):
    (port,) = PORTS.take()
    process = built.start("docs-serve", DOCS_PORT=port)
    try:

        def shown(text):
            with urllib.request.urlopen(f"http://localhost:{port}/users.html", timeout=10) as answer:
                return text in answer.read().decode()

        assert eventually(lambda: shown("Adding users"))
        built.append("docs/users.md", "\nWritten meanwhile.\n")
        assert eventually(lambda: shown("Written meanwhile."))
    finally:
        kill(process, signal.SIGINT)
