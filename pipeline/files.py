"""Files that are there whole or not at all, and digests of what is in them."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

# What tools leave among sources, and nothing is made from.
LEFT = {"__pycache__", "node_modules"}


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


def digest(root: Path, *tops: str, given: str = "", modes: bool = False) -> str:
    """Return a digest of what is below `root`: names, content, modes if asked; and of what else is given."""
    found = hashlib.sha256(given.encode(errors="surrogateescape"))
    for path in walk(root, tops):
        if path.is_symlink():
            content = os.fsencode(path.readlink())
        elif path.is_file():
            content = path.read_bytes()
        elif path.is_dir():
            content = b""
        else:
            continue  # not there, or a socket of some program
        mode = path.lstat().st_mode if modes else 0
        line = f"{path.relative_to(root)}\0{mode}\0{hashlib.sha256(content).hexdigest()}\n"
        found.update(line.encode(errors="surrogateescape"))
    return found.hexdigest()


def walk(root: Path, tops: tuple[str, ...]) -> Iterator[Path]:
    """Yield files and folders, and all that is below them, in an order that is always the same."""
    for top in tops:
        yield root / top
        for folder, folders, names in os.walk(root / top):
            folders[:] = sorted(set(folders) - LEFT)
            yield from (Path(folder, name) for name in sorted([*folders, *names]))
