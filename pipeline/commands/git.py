"""Commands of git in the checkout."""

from collections.abc import Sequence
from pathlib import Path


def git(root: Path, *arguments: str) -> Sequence[str]:
    """Return a git command. The checkout may belong to another user, and the user's settings are for people."""
    settings = (
        f"safe.directory={root}",
        "log.showSignature=false",
        "status.showUntrackedFiles=normal",
        "color.ui=false",
    )
    return ("git", *(part for setting in settings for part in ("-c", setting)), *arguments)
