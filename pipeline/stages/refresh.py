"""Update the packages of Debian, PyPI and npm, and print what changed: package, from, to.

PACKAGES_AS_OF in docker/parents/pins.env becomes today, so every machine that builds the commit fetches Debian's
packages again. The locks take the newest versions that their sources allow.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from pipeline.commands import docker
from pipeline.stages import Context, base, lock, parents

LOCKS = (
    *("src/requirements/*.txt", "*/requirements.txt", "docker/*/*/requirements.txt", "docker/dev/tools.txt"),
    *("bench/gunicorn/requirements.txt", *(f"{folder}/package-lock.json" for folder in ("*", "*/*", "docker/*/*"))),
)
# (place, package): versions. A lock may have several versions of a package.
Versions = Mapping[tuple[str, str], str]


def run(context: Context) -> None:
    """Update all, or leave everything as it was."""
    context.lock()
    before = {**of_images(context), **of_locks(context.root)}
    written = [context.root / parents.PINS, *locks(context.root)]
    kept = {file: file.read_bytes() for file in written}
    try:
        context.info("Fetching what Debian has today...")
        parents.renew(context)
        base.run(context)
        lock.resolve(context, newest=True)
    except BaseException:
        for file, content in kept.items():
            file.write_bytes(content)
        raise
    changes = compared(before, {**of_images(context), **of_locks(context.root)})
    for change in changes:
        context.detail(change)
    context.success(
        f"{len(changes)} packages changed. Next: git diff, then {context.make('lint', 'test', 'build', 'release')}; "
        "what those images add to the base image is fetched anew, too"
    )


def compared(before: Versions, after: Versions) -> list[str]:
    """Return a line for each changed package."""
    return [
        f"{where}: {name} {before.get((where, name), '(new)')} -> {after.get((where, name), '(gone)')}"
        for where, name in sorted({*before, *after})
        if before.get((where, name)) != after.get((where, name))
    ]


def of_images(context: Context) -> dict[tuple[str, str], str]:
    """Return Debian's packages in the base image and in MySQL's, if that is a stand-in."""
    found = {}
    for where, image in (("base image", context.image("base")), ("MySQL", context.parent("MYSQL_PARENT"))):
        for line in context.lines(docker.run(image, "--show", options=("--entrypoint", "dpkg-query"))):
            name, _, version = line.partition("\t")
            found[where, name] = version
    return found


def locks(root: Path) -> list[Path]:
    return sorted({file for pattern in LOCKS for file in root.glob(pattern)})


def of_locks(root: Path) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], list[str]] = {}
    for file in locks(root):
        text, where = file.read_text(), str(file.relative_to(root))
        if file.suffix == ".json":
            packages = json.loads(text)["packages"].items()
            pairs = [(key.rpartition("node_modules/")[2], entry.get("version", "")) for key, entry in packages if key]
        else:
            pairs = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE)
        for name, version in pairs:
            found.setdefault((where, name), []).append(version)
    return {key: ", ".join(sorted(set(versions))) for key, versions in found.items()}
