"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def take_away(state: Path, *paths: Path) -> None:
    """Remove files and folders, each in one step, however long it takes to empty one. `state` is .state/."""
    gone = state / "gone"
    for path in paths:
        remove(gone)
        if path.exists():
            path.rename(gone)
    remove(gone)


def put(state: Path, new: Path, place: Path) -> None:
    """Move what is whole to its place: a reader finds what was there before, or nothing, or the new one."""
    take_away(state, place)
    new.rename(place)


def write(file: Path, text: str) -> None:
    """Write a file that others may be reading: they find the whole of the old text, or of the new one."""
    new = file.with_name(f"{file.name}.{os.getpid()}-{threading.get_ident()}")
    new.write_text(text)
    new.rename(file)


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read, whatever the umask."""
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(text)
