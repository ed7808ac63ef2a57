"""The pages of the course, and how their commands are typed."""

import os
import subprocess
import sys
from pathlib import Path

import yaml

from support.commands import ROOT

NAV = yaml.safe_load((ROOT / "docker/tools/docs/mkdocs.yml").read_text())["nav"]
SECONDS = 1200  # a limit for each command that only one that hangs meets


def pages(entry):
    """Return the files of an entry of the site's contents, in their order: a file, a list, or a list with a title."""
    if isinstance(entry, dict):
        entry = list(entry.values())
    return [entry] if isinstance(entry, str) else [page for part in entry for page in pages(part)]


PAGES = ["README.md", *(f"docs/{page}" for page in pages(NAV))]


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
