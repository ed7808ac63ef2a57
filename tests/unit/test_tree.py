"""The tree is the same on anyone's machine: line ends, modes, owners, variables."""

import os
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


@pytest.mark.parametrize("file", DOCKERFILES)
def test_no_folder_gets_the_mode_of_the_file_that_is_copied_into_it(file):
    """BuildKit of engine 28 gives it to a folder that COPY makes; nobody could enter one of mode 0444."""
    text = (ROOT / file).read_text()
    there = re.compile(r"\./|/opt/lint/|/etc/docker/registry/\S+|/etc/nginx/\S*|/etc/todobackend/\S+")
    copied = re.findall(r"^COPY --chmod=0444 .* (\S+)$", text, re.MULTILINE)
    assert [place for place in copied if not there.fullmatch(place)] == []


def test_a_checkout_of_somebody_else_has_its_commit(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / "Makefile").touch()
    git(tmp_path, "add", "Makefile")
    git(tmp_path, "commit", "-q", "-m", "First")
    runner = Runner(tmp_path, {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)})
    # git's own way to try it.
    runner.environment["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1"
    assert runner.capture(["git", "rev-parse", "HEAD"]).status != 0
    assert checked_out(context(runner, tmp_path)) == git(tmp_path, "rev-parse", "HEAD")[:12]


def test_what_lies_in_the_repository_of_something_else_has_no_commit(tmp_path):
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "Of others")
    (tmp_path / "ours").mkdir()
    assert checked_out(context(Runner(tmp_path / "ours", os.environ), tmp_path / "ours")) == ""


def test_the_users_settings_of_git_hide_no_change(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / "Makefile").touch()
    git(tmp_path, "add", "Makefile")
    git(tmp_path, "commit", "-q", "-m", "First")
    for setting in (("status.showUntrackedFiles", "no"), ("diff.external", "true"), ("color.ui", "always")):
        git(tmp_path, "config", *setting)
    this = context(Runner(tmp_path, os.environ), tmp_path)
    clean = checked_out(this)
    (tmp_path / "new.py").write_text("new")
    assert checked_out(this).startswith(f"{clean}+")
    (tmp_path / "new.py").unlink()
    (tmp_path / "Makefile").write_bytes("é".encode("latin-1"))
    assert checked_out(this).startswith(f"{clean}+")


@pytest.mark.parametrize("file", DOCKERFILES)
def test_what_stands_on_the_parent_is_made_anew_on_another_day(file):
    stages = re.findall(r"^FROM \$\{DEBIAN_PARENT\}.*\n((?:(?!FROM ).*\n?)*)", (ROOT / file).read_text(), re.MULTILINE)
    assert [stage for stage in stages if "ARG PACKAGES_AS_OF" not in stage.partition("RUN ")[0]] == []


def test_every_linter_has_files():
    tracked = run("git", "ls-files", cwd=ROOT).stdout.splitlines()
    patterns = re.findall(r"^ +files: (.*)$", (ROOT / ".pre-commit-config.yaml").read_text(), re.MULTILINE)
    assert len(patterns) > 10
    assert [pattern for pattern in patterns if not any(re.search(pattern, file) for file in tracked)] == []


LINT = ROOT / "docker/tools/lint/lint.sh"


@pytest.mark.parametrize(
    ("said", "folder", "failed"),
    [
        ("ruff check.....Passed", "docs", None),
        ("ruff check.....Passed\\nmypy.....(no files to check)Skipped", "docs", "mypy"),
        ("ruff check.....Passed\\nmypy.....(no files to check)Skipped", "src", None),
        ("error: no configuration", "docs", "no verdict"),
    ],
    ids=["green", "a linter without a file", "without docs", "no linter at all"],
)
def test_lint_is_green_only_if_every_linter_ran(tmp_path, stub, said, folder, failed):
    (tmp_path / "reports").mkdir()
    (tmp_path / folder).mkdir()
    result = run("bash", str(LINT), cwd=tmp_path, env={**os.environ, **stub("prek", f'printf "{said}\\n"')})
    assert (result.returncode == 0) == (failed is None), result.stdout
    assert failed is None or f"FAIL: expected every linter to pass, found: {failed}." in result.stdout


def test_lint_is_red_if_git_cannot_list_the_files(tmp_path, stub):
    (tmp_path / "reports").mkdir()
    git(tmp_path, "init", "-q", "nested")
    (tmp_path / "nested/file").touch()
    result = run("bash", str(LINT), cwd=tmp_path, env={**os.environ, **stub("prek", 'echo "ruff check.....Passed"')})
    assert result.returncode == 1
    assert "expected git to list the files" in result.stdout


def test_some_images_stand_on_the_parent():
    assert len([file for file in DOCKERFILES if "FROM ${DEBIAN_PARENT}" in (ROOT / file).read_text()]) >= 4


def test_a_day_that_a_job_waits_for_is_in_the_schedule():
    text = (ROOT / ".github/workflows/ci.yml").read_text()
    waited_for = re.findall(r"github\.event\.schedule == '([^']*)'", text)
    assert len(waited_for) == 2
    assert set(waited_for) == set(re.findall(r'cron: "([^"]*)"', text))


def test_an_action_is_pinned_by_its_commit():
    actions = re.findall(r"uses: (.*)", (ROOT / ".github/workflows/ci.yml").read_text())
    assert actions
    assert [action for action in actions if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", action)] == []


def test_only_the_job_that_publishes_from_main_may_write():
    jobs = re.split(r"\n  (?=[a-z]+:\n)", (ROOT / ".github/workflows/ci.yml").read_text().partition("\njobs:")[2])
    may_write = [job for job in jobs if ": write" in job]
    assert [job.partition(":")[0] for job in may_write] == ["publish"]
    assert "if: github.ref == 'refs/heads/main' && github.event_name == 'push'" in may_write[0]
