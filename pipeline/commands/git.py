"""Commands of git in the checkout."""

from collections.abc import Sequence
from pathlib import Path


def git(root: Path, *arguments: str) -> Sequence[str]:
    """Return a git command. The checkout may belong to another user, as in a mounted folder."""
    return ("git", "-c", f"safe.directory={root}", *arguments)
