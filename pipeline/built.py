"""Which images are what their sources give: those are not built again.

Docker's cache says so too, in half a second for each image. A `make release` with nothing to do asks for seven: it took
3.6 s without this module, and takes 1.6 s. After an edit of any file all is left to Docker, which knows what it is for.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Callable

from pipeline import files

if TYPE_CHECKING:
    from pipeline.stages import Context

# Whatever an image is made from; target/ is among what is given (APP_WHEELS).
SOURCES = ("ansible", "base-image", "client", "docker", "specs", "src")
# What tools leave among them, and no image gets.
LEFT = {"__pycache__", "node_modules"}


def ensure(context: Context, images: Sequence[str], given: str, build: Callable[[], None]) -> None:
    """Build images, unless they are what these sources gave; `given` is what else goes into them: arguments, labels."""
    digest = sources(context, given)
    names = [context.image(image) for image in images]
    if [read(context, name) for name in names] == states(context, digest, names):
        if context.runner.output:
            print(f"{' '.join(names)}: nothing changed", file=context.runner.output)
        return
    build()
    # An edit meanwhile may be in the images or not.
    if sources(context, given) == digest:
        for name, state in zip(names, states(context, digest, names)):
            place(context, name).parent.mkdir(exist_ok=True)
            files.write(place(context, name), state)


def sources(context: Context, given: str) -> str:
    """Return a digest of all that images are made from: names, modes and content of files, and what else is given."""
    digest = hashlib.sha256(given.encode(errors="surrogateescape"))
    paths = [path for path in [context.root / ".dockerignore"] if path.exists()]
    for top in SOURCES:
        for folder, folders, names in os.walk(context.root / top):
            folders[:] = sorted(set(folders) - LEFT)
            paths += [Path(folder, name) for name in sorted([*folders, *names])]
    for path in paths:
        if path.is_symlink():
            content = os.fsencode(path.readlink())
        elif path.is_dir():
            content = b""
        elif path.is_file():
            content = path.read_bytes()
        else:
            continue  # a socket of some program
        digest.update(
            f"{path}\0{path.lstat().st_mode}\0{hashlib.sha256(content).hexdigest()}\n".encode(errors="replace")
        )
    return digest.hexdigest()


def states(context: Context, digest: str, names: Sequence[str]) -> Sequence[str]:
    """Return what is to be remembered of images: sources, parent, id. Nothing where one of them is not there."""
    ids = context.engine.image_ids(context.parent("DEBIAN_PARENT"), *names)
    return [f"{digest} {ids[0]} {image}" for image in ids[1:]]


def place(context: Context, name: str) -> Path:
    """Return the file that remembers an image."""
    return context.state / "built" / name.replace(":", "_")


def read(context: Context, name: str) -> str:
    """Return what is remembered of an image, "" for nothing."""
    file = place(context, name)
    return file.read_text() if file.exists() else ""
