"""The course cannot lie: every command of README and docs is typed, and what it prints is compared with the page.

In the order of the pages, in a clone of the last commit, with the names and the ports that the pages have. A command
that fails ends its page (`bash -e`), whether its output is shown or not; what it prints and the page does not show is
red too.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, run

pytestmark = pytest.mark.course

NAV = yaml.safe_load((ROOT / "docker/docs/mkdocs.yml").read_text())["nav"]


def pages(entry):
    """The files of an entry of the site's contents, in their order: a file, a list, or a list with a title."""
    if isinstance(entry, dict):
        entry = list(entry.values())
    return [entry] if isinstance(entry, str) else [page for part in entry for page in pages(part)]


PAGES = pages(NAV)
SECONDS = 900  # the longest of the commands


@pytest.fixture(scope="module")
def clone():
    """A clone of the last commit, as a reader has it; nothing on the engine could answer in its place."""
    found = run("docker", "ps", "--quiet", "--filter", "label=com.docker.compose.project=todobackend").stdout.split()
    assert found == [], "the course has the names and the ports of `make release`. Type: make distclean"
    folder = ROOT / ".state/course"
    run("rm", "-rf", str(folder))
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
    yield folder
    for build_id in ("-from", ""):  # page 19's, and the others'
        run("make", "distclean", f"BUILD_ID={build_id}", cwd=folder)
    run("rm", "-rf", str(folder))


def end_what_is_left(clone):
    """What a page had put into the background, and did not come to end."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink().is_relative_to(clone):
                os.kill(int(process.name), signal.SIGKILL)


def typed(page, folder):
    """Type a page's commands in a folder; the status is 0 where all passed, 1, or 2 for a page that ended early."""
    return subprocess.run(
        [
            Path(sys.executable).with_name("byexample"), "--language", "shell", "--timeout", str(SECONDS),
            "--fail-fast", "--pretty", "none", "--no-progress-bar", "--diff", "unified", "--options", "+rm=~",
            "-x-shebang", "shell:%e bash --norc -e", "-x-dfl-timeout", "60", page,
        ],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "TERM": "dumb"},
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode  # fmt: skip


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


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{page}" for page in PAGES)])
def test_page_says_what_happens(clone, page):
    status = typed(page, clone)
    end_what_is_left(clone)
    assert status == 0
    if page == "README.md":
        # What a whole release and its tests left, for who looks at this checkout's reports.
        shutil.copytree(clone / "reports", ROOT / "reports", dirs_exist_ok=True)


def test_every_page_is_typed():
    assert {f"docs/{page}" for page in PAGES} == {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")}
