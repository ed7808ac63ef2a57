"""Which images are what their sources give: those are not built again.

Docker's cache says so too, in half a second for each image. A `make release` with nothing to do asks for seven: it took
3.6 s without this module, and takes 1.6 s. After an edit of any file all is left to Docker, which knows what it is for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Callable

from pipeline import files

if TYPE_CHECKING:
    from pipeline.stages import Context

# Whatever an image is made from; target/ is among what is given (APP_WHEELS).
SOURCES = (".dockerignore", "ansible", "base-image", "client", "docker", "specs", "src")
# The images of ours that an image is built from, where it is not the base alone.
BUILT_FROM = {
    "base": (),
    "npm": (),
    "client": ("base", "npm"),
    "docs": ("base", "npm"),
    "lint": ("base", "agent", "npm"),
}


def ensure(context: Context, images: Sequence[str], given: str, build: Callable[[], None]) -> None:
    """Build images, unless they are what these sources gave; `given` is what else goes into them: arguments, labels."""
    names = [context.image(image) for image in images]
    parents = [context.parent("DEBIAN_PARENT")]
    parents += sorted({context.image(parent) for image in images for parent in BUILT_FROM.get(image, ("base",))})
    digest, ids = sources(context, given), context.engine.image_ids(*parents, *names)
    if digest and [read(context, name) for name in names] == states(digest, ids, len(parents)):
        if context.runner.output:
            print(f"{' '.join(names)}: nothing changed", file=context.runner.output)
        return
    before = context.engine.image_ids(*parents)
    build()
    ids = context.engine.image_ids(*parents, *names)
    # An edit meanwhile, of the sources or of a parent, may be in the images or not.
    if digest and digest == sources(context, given) and before == ids[: len(parents)]:
        for name, state in zip(names, states(digest, ids, len(parents))):
            with contextlib.suppress(OSError):
                place(context, name).parent.mkdir(exist_ok=True)
                files.write(place(context, name), state)


def sources(context: Context, given: str) -> str:
    """Return a digest of all that images are made from; "" where a file came or went meanwhile."""
    with contextlib.suppress(OSError):
        return files.digest(context.root, *SOURCES, given=given, modes=True)
    return ""


def states(digest: str, ids: Sequence[str], parents: int) -> Sequence[str]:
    """Return what is to be remembered of images: sources, parents, id. So many of the ids are the parents'."""
    return [" ".join([digest, *ids[:parents], image]) for image in ids[parents:]]


def place(context: Context, name: str) -> Path:
    """Return the file that remembers an image."""
    return context.state / "built" / name.replace(":", "_")


def read(context: Context, name: str) -> str:
    """Return what is remembered of an image, "" for nothing."""
    file = place(context, name)
    return file.read_text() if file.exists() else ""
