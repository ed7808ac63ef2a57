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
from pathlib import Path

import pytest
from support.commands import ROOT, run
from support.pages import PAGES, typed


@pytest.fixture(scope="module")
def clone():
    """A clone of the last commit, as a reader has it; nothing on the engine could answer in its place."""
    found = run("docker", "ps", "--quiet", "--filter", "label=com.docker.compose.project=todobackend").stdout.split()
    assert found == [], "the course has the names and the ports of `make release`. Type: make distclean"
    folder = ROOT / ".state/course"
    run("rm", "-rf", str(folder))
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
    yield folder
    for build_id in ("-from", ""):  # page 15's, and the others'
        run("make", "distclean", f"BUILD_ID={build_id}", cwd=folder)
    run("rm", "-rf", str(folder))


def end_what_is_left(clone):
    """What a page had put into the background, and did not come to end."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink().is_relative_to(clone):
                os.kill(int(process.name), signal.SIGKILL)


@pytest.mark.parametrize("page", PAGES)
def test_page_says_what_happens(clone, page):
    status = typed(page, clone)
    end_what_is_left(clone)
    assert status == 0
    if page == "README.md":
        # What a whole release and its tests left, for who looks at this checkout's reports.
        shutil.copytree(clone / "reports", ROOT / "reports", dirs_exist_ok=True)
