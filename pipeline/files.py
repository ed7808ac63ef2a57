"""Replace files atomically, and digest them."""

import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

# Folders that tools leave among sources.
LEFT = {"__pycache__", "node_modules"}


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def take_away(state: Path, *paths: Path) -> None:
    """Remove files and folders atomically: each is renamed first, then emptied. `state` is .state/."""
    gone = state / "gone"
    for path in paths:
        remove(gone)
        if path.exists():
            path.rename(gone)
    remove(gone)


def put(state: Path, new: Path, place: Path) -> None:
    """Replace `place` with `new`. A reader sees the old one, nothing, or the new one, never a part."""
    take_away(state, place)
    new.rename(place)


def write(file: Path, text: str) -> None:
    """Write a file atomically: a reader never sees half of it."""
    new = file.with_name(f"{file.name}.{os.getpid()}-{threading.get_ident()}")
    new.write_text(text)
    new.rename(file)


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read, whatever the umask."""
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(text)


def digest(root: Path, *tops: str, given: str = "", modes: bool = False) -> str:
    """Return a digest of files and folders below `root` (names, content, modes if asked) and of `given`."""
    found = hashlib.sha256(given.encode(errors="surrogateescape"))
    for path in walk(root, tops):
        if path.is_symlink():
            content = os.fsencode(path.readlink())
        elif path.is_file():
            content = path.read_bytes()
        elif path.is_dir():
            content = b""
        else:
            continue  # absent, or a socket
        mode = path.lstat().st_mode if modes else 0
        line = f"{path.relative_to(root)}\0{mode}\0{hashlib.sha256(content).hexdigest()}\n"
        found.update(line.encode(errors="surrogateescape"))
    return found.hexdigest()


def walk(root: Path, tops: tuple[str, ...]) -> Iterator[Path]:
    """Yield files and folders with all below them, in a stable order."""
    for top in tops:
        yield root / top
        for folder, folders, names in os.walk(root / top):
            folders[:] = sorted(set(folders) - LEFT)
            yield from (Path(folder, name) for name in sorted([*folders, *names]))
