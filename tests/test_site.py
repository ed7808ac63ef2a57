"""The site of the course: a dead link is red, no other host is asked, and it can be shown while one writes."""

import os
import re
import signal
import urllib.request

import pytest
from conftest import eventually, free_ports, last_line


@pytest.fixture(scope="module")
def built(checkout):
    answer = checkout.make("docs")
    assert answer.returncode == 0, answer.stdout
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


@pytest.mark.parametrize("link", ["nowhere.md", "index.md#nowhere", "pictures/nowhere.png"])
def test_a_dead_link_is_red(built, link):
    page = built.path("docs/users.md")
    text = page.read_text()
    page.write_text(f"{text}\n[nowhere]({link})\n")
    answer = built.make("docs")
    page.write_text(text)
    assert answer.returncode == 2, answer.stdout
    assert last_line(answer).startswith("FAIL: expected pages whose links lead somewhere")
    assert "nowhere" in answer.stdout


def test_is_shown_while_one_writes(built):
    (port,) = free_ports(1)
    process = built.start("docs-serve", DOCS_PORT=port)
    try:

        def shown(text):
            with urllib.request.urlopen(f"http://localhost:{port}/users.html", timeout=10) as answer:
                return text in answer.read().decode()

        assert eventually(lambda: shown("Adding users"))
        built.append("docs/users.md", "\nWritten meanwhile.\n")
        assert eventually(lambda: shown("Written meanwhile."))
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=60)
