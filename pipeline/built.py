"""Skip the build of images whose sources are unchanged.

Docker's cache needs half a second for each image to find that out. `make release` with nothing to do asks for seven:
3.6 s without this module, 1.6 s with it. After an edit of any source, Docker builds and decides what to reuse.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Callable

from pipeline import files
from pipeline.stages import Context

# All sources of images. The digest of target/ comes in `given` (APP_WHEELS).
SOURCES = (".dockerignore", "ansible", "base-image", "client", "docker", "specs", "src")
# Our own images that an image is built from, if not the base image alone.
BUILT_FROM = {
    "base": (),
    "npm": (),
    "client": ("base", "npm"),
    "docs": ("base", "npm"),
    "lint": ("base", "agent", "npm"),
}


def ensure(context: Context, images: Sequence[str], given: str, build: Callable[[], None]) -> None:
    """Build images, unless they were built from these sources; `given` is their other input: arguments, labels."""
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
    # If sources or a parent changed during the build, remember nothing: the images may have the change or not.
    if digest and digest == sources(context, given) and before == ids[: len(parents)]:
        for name, state in zip(names, states(digest, ids, len(parents))):
            with contextlib.suppress(OSError):
                place(context, name).parent.mkdir(exist_ok=True)
                files.write(place(context, name), state)


def sources(context: Context, given: str) -> str:
    """Return a digest of all sources of images; "" if a file disappeared meanwhile."""
    with contextlib.suppress(OSError):
        return files.digest(context.root, *SOURCES, given=given, modes=True)
    return ""


def states(digest: str, ids: Sequence[str], parents: int) -> Sequence[str]:
    """Return the state of each image: sources, parents, its id. The first `parents` of the ids are the parents'."""
    return [" ".join([digest, *ids[:parents], image]) for image in ids[parents:]]


def place(context: Context, name: str) -> Path:
    return context.state / "built" / name.replace(":", "_")


def read(context: Context, name: str) -> str:
    file = place(context, name)
    return file.read_text() if file.exists() else ""
