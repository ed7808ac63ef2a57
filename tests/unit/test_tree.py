"""The tree is the same on anyone's machine: line ends, modes, owners, variables."""

import re

import pytest
from support.commands import ROOT, git, run
from support.recorder import context

from pipeline.evidence import checked_out
from pipeline.runner import Runner

# Read by root while an image is built, or kept as data: their modes do not matter to the image's user.
READ_BY_ROOT = re.compile(
    r"requirements|tools\.txt|package\.json|rootfs\.sh|release\.json|sshd\.conf|daemon\.json|^src src$"
)
DOCKERFILES = [file for file in run("git", "ls-files", "*Dockerfile", cwd=ROOT).stdout.split() if "bench/" not in file]


def test_a_clone_with_line_ends_of_another_system_has_ours(tmp_path):
    clone = tmp_path / "clone"
    run("git", "clone", "-q", "-c", "core.autocrlf=true", str(ROOT), str(clone), check=True)
    names = run("git", "ls-files", "--eol", cwd=clone).stdout.splitlines()
    assert len(names) > 200
    assert [name for name in names if "w/crlf" in name or "w/mixed" in name] == []


@pytest.mark.parametrize("file", DOCKERFILES)
def test_what_an_image_copies_can_be_read_by_its_user_whatever_the_umask(file):
    copied = re.findall(r"^COPY (?!.*--from)(.*)$", (ROOT / file).read_text(), re.MULTILINE)
    assert [line for line in copied if not re.match("--ch(mod|own)=", line) and not READ_BY_ROOT.search(line)] == []


def test_a_checkout_of_somebody_else_has_its_commit(tmp_path):
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "First")
    runner = Runner(tmp_path, {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)})
    # git's own way to try it.
    runner.environment["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1"
    assert runner.capture(["git", "rev-parse", "HEAD"]).status != 0
    assert checked_out(context(runner, tmp_path)) == git(tmp_path, "rev-parse", "HEAD")[:12]
