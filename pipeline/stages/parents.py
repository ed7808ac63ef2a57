"""Ensure the two parent images of docker/parents/pins.env, and write their names to .state/parents.env.

They come from a registry; if none answers, they are made from Debian's packages under our own names (stand-ins).
"""

from __future__ import annotations

import contextlib
import copy
import functools
import hashlib
import os
import re
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from pipeline import files, lock
from pipeline.background import Background
from pipeline.commands import docker, mmdebstrap
from pipeline.errors import InfrastructureError, VerdictError
from pipeline.runner import Runner
from pipeline.stages import Context, engine

FOLDER = "docker/parents"
PINS = f"{FOLDER}/pins.env"
KINDS = ("debian", "mysql")
STAND_IN = "todobackend-parent-"
# Input of a stand-in besides the suite. A stand-in of other input is made again.
RECIPES = {
    "debian": ("dpkg.conf", "apt.conf", "apt-clean.conf", "policy-rc.d"),
    "mysql": ("dpkg.conf", "mysql.cnf", "mysql-entrypoint.sh"),
}
# What `docker import` adds.
CHANGES = {
    "debian": ('CMD ["bash"]',),
    "mysql": (
        *('ENTRYPOINT ["docker-entrypoint.sh"]', 'CMD ["mysqld"]', "VOLUME /var/lib/mysql", "EXPOSE 3306 33060"),
    ),
}
LABEL = "todobackend.recipe"
# Limits: until a registry begins to answer, and until the image is here.
ANSWER_SECONDS, PULL_SECONDS = 20, 900
DATE_CHECKS = ("Acquire::Check-Valid-Until", "Acquire::Check-Date")


def read_pins(context: Context) -> dict[str, str]:
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", (context.root / PINS).read_text(), re.MULTILINE))


class Parent:
    """A parent image, and its stand-in."""

    def __init__(self, context: Context, kind: str):
        self.context, self.kind = context, kind
        pins = read_pins(context)
        upper = kind.upper()
        self.knob = context.knob(f"{upper}_IMAGE")
        self.registry_name = self.knob or pins[f"{upper}_IMAGE"]
        self.suite, self.line = pins[f"{upper}_SUITE"], pins[f"{upper}_LINE"]
        self.day = pins["PACKAGES_AS_OF"]
        self.own_name = f"{STAND_IN}{kind}:{self.line}"

    def recipe(self) -> str:
        """Return a digest of the stand-in's input."""
        given = f"{mmdebstrap.build(self.kind, self.suite, '', (), ())} {CHANGES[self.kind]} {self.day}".encode()
        parts = [self.context.root / FOLDER / name for name in RECIPES[self.kind]]
        return hashlib.sha256(b"".join(part.read_bytes() for part in parts) + given).hexdigest()

    def of_registry(self) -> str:
        """Return the name of the registry's image, if this machine has it and PARENTS allows it."""
        taken = self.context.knob("PARENTS") != "build"
        return self.registry_name if taken and self.context.engine.image_id(self.registry_name) else ""

    def own(self) -> str:
        """Return the name of the stand-in, if there is one of the current recipe."""
        return self.own_name if self.context.engine.label(self.own_name, LABEL) == self.recipe() else ""

    def present(self) -> str:
        """Return the image to use, if it is here.

        A stand-in replaces an image that a knob names only after a registry was asked for it.
        """
        parents = self.context.knob("PARENTS")
        may_stand_in = parents == "build" or (parents == "auto" and not self.knob)
        return self.of_registry() or (self.own() if may_stand_in else "")


def run(context: Context) -> None:
    parents = [Parent(context, kind) for kind in KINDS]
    names = [parent.present() for parent in parents]
    absent = [parent for parent, name in zip(parents, names) if not name]
    if absent:
        obtain(context, absent)
        names = [parent.of_registry() or parent.own() for parent in parents]
    if not all(names):
        raise InfrastructureError(
            "expected the parents that were just found, found one of them gone: something else removes images here. "
            "Run make again."
        )
    lines = [f"{parent.kind.upper()}_PARENT={name}" for parent, name in zip(parents, names)]
    files.write(context.state / "parents.env", "\n".join([*lines, f"PACKAGES_AS_OF={parents[0].day}", ""]))
    if context.was_asked_for("parents"):
        context.success(f"The parents are {' and '.join(names)}. Next: {context.make('base')}")


def renew(context: Context) -> None:
    """Set the day to today (UTC), and pull or make both parents again."""
    today = time.strftime("%Y-%m-%d", time.gmtime())
    file = context.root / PINS
    files.write(file, re.sub("(?m)^PACKAGES_AS_OF=.*$", f"PACKAGES_AS_OF={today}", file.read_text()))
    for parent in (Parent(context, kind) for kind in KINDS):
        reason = pull(context, parent) if parent.of_registry() else ""
        if reason:
            raise InfrastructureError(
                f"expected a registry to give {parent.registry_name} once more, found: {reason}. "
                "Let the Docker engine reach one, or have the parents made from Debian's packages, by the later verbs "
                f"too: {context.make('refresh', 'PARENTS=build')}"
            )
    run(context)


def obtain(context: Context, absent: Sequence[Parent]) -> None:
    """Get the absent parents, as PARENTS allows."""
    why = ""
    if context.knob("PARENTS") != "build":
        reasons = {parent: pull(context, parent) for parent in absent}
        absent = [parent for parent, reason in reasons.items() if reason]
        if not absent:
            return
        asked, reason = both(parent.registry_name for parent in absent), reasons[absent[-1]]
        if context.knob("PARENTS") == "pull":
            raise VerdictError(
                f"expected a registry to give {asked}, found: {reason}. Let the Docker engine reach one, "
                "or have them made from Debian's packages: make PARENTS=auto"
            )
        why = f"No registry gave {asked} ({reason}): "
    missing = [parent for parent in absent if not parent.own()]
    if not missing:
        context.info(f"{why}using {both(parent.own_name for parent in absent)}")
        return
    context.info(f"{why}making {both(parent.own_name for parent in missing)} from Debian's packages")
    ensure_mmdebstrap(context, missing)
    make(context, missing)


def both(names: Iterable[str]) -> str:
    return " and ".join(names)


def pull(context: Context, parent: Parent) -> str:
    """Pull an image within time limits; return the reason of a failure, "" for success.

    When a registry answers, docker prints "Pulling from".
    """
    with tempfile.TemporaryFile("w+") as log:
        process = context.runner.begin(("docker", "pull", parent.registry_name), log)
        began, limit = time.monotonic(), ANSWER_SECONDS
        while process.poll() is None:
            said = read(log)
            if limit == ANSWER_SECONDS and "Pulling from" in said:
                limit = PULL_SECONDS
                context.info(f"Pulling {parent.registry_name}")
            if time.monotonic() - began >= limit:
                process.kill()
                process.wait()
                return f"nothing within {limit} s"
            time.sleep(0.1)
        said = read(log).strip().split("\n")[-1]
    return "" if process.returncode == 0 else said.rsplit(": ", 1)[-1] or "an error"


def read(log: IO[str]) -> str:
    """Return all that is in a file so far."""
    log.seek(0)
    return log.read()


def ensure_mmdebstrap(context: Context, missing: Sequence[Parent]) -> None:
    """Install mmdebstrap. Raises VerdictError if this run may not."""
    if engine.is_debian() and os.geteuid() == 0 and not context.lines(mmdebstrap.indextargets("Debian")):
        # Without package lists, apt cannot name this machine's mirror.
        context.run(("apt-get", "-qq", "update"))
    if shutil.which("mmdebstrap") and os.access(mmdebstrap.KEYRING, os.R_OK):
        return
    wanted = (
        f"expected a registry that gives {both(parent.registry_name for parent in missing)}, "
        "or mmdebstrap and Debian's keys on this machine to make them, found neither."
    )
    if not shutil.which("apt-get"):
        raise VerdictError(
            f"{wanted} Let the Docker engine reach a registry, or name images that it has: "
            "make DEBIAN_IMAGE=... MYSQL_IMAGE=..."
        )
    if os.geteuid() != 0 or context.knob("INSTALL_ENGINE") == "no":
        raise VerdictError(f"{wanted} Type: sudo apt-get install mmdebstrap debian-archive-keyring")
    context.info("Installing mmdebstrap, which makes images from Debian's packages")
    engine.update_lists(context)
    engine.apt_install(context, "mmdebstrap", "debian-archive-keyring")


def make(context: Context, missing: Sequence[Parent]) -> None:
    """Make stand-ins in parallel, in one run at a time on this machine."""
    file = lock.pipeline_file("todobackend-parents")
    lock.take(context.runner, context.console, file, waiting="Another run is making the parents")
    missing = [parent for parent in missing if not parent.own()]  # another run may have made them
    with tempfile.TemporaryDirectory(prefix="todobackend-parents.") as name, contextlib.ExitStack() as beside:
        folder = Path(name)
        folder.chmod(0o755)  # apt downloads as the user _apt
        for parent in missing:
            beside.enter_context(Background(context, parent.kind, functools.partial(make_one, parent, folder)))


def make_one(parent: Parent, folder: Path, context: Context) -> None:
    """Make a stand-in: a file system in a folder, then an image."""
    began = time.monotonic()
    file = folder / f"{parent.kind}.tar"
    runner, suite = with_one_lock(context.runner), parent.suite
    sources = find_sources(runner, suite, folder)
    unchecked = [name for name in DATE_CHECKS if setting(runner, name) == "false"]
    # As root, mmdebstrap mounts file systems for the chroot, and leaves them if it is killed. A mount namespace ends
    # with its last process.
    alone = ("unshare", "--mount") if runner.capture(("unshare", "--mount", "true")).status == 0 else ()
    command = mmdebstrap.build(parent.kind, suite, str(file), sources, unchecked)
    here = ("env", "-C", str(context.root / FOLDER), f"TMPDIR={folder}", *proxies(runner))
    runner.must(
        (*here, *alone, *command),
        f"mmdebstrap to make Debian {suite} from its packages",
        "Mend it, or let the Docker engine reach a registry that has the parents, then run make again.",
    )
    check_line(parent, file)
    import_image(context, parent, file)
    context.detail(f"{parent.own_name}: {time.monotonic() - began:.1f} s")


def with_one_lock(runner: Runner) -> Runner:
    """Return a runner whose commands inherit the last lock only, which is the parents'.

    mmdebstrap lets dash write to the next free descriptor, and dash knows numbers of one digit only.
    """
    other = copy.copy(runner)
    other.locks = runner.locks[-1:]
    return other


def find_sources(runner: Runner, suite: str, folder: Path) -> list[str]:
    """Return the lines of sources.list; none on a machine without a Debian mirror (Ubuntu).

    mmdebstrap then uses Debian's own, with the updates of a stable suite.
    """
    main = mirror(runner, "Debian")
    if not main:
        return []
    runner.must(
        mmdebstrap.look_up(main, suite, str(folder / f"{suite}.index")),
        f"this machine's Debian mirror to give the suite {suite}",
        "Mend the network or apt's sources, or let the Docker engine reach a registry that has the parents, then run "
        "make again.",
    )
    found = [mmdebstrap.source(main, suite)]
    if suite != "sid":  # sid has no separate updates
        security = mirror(runner, "Debian-Security")
        for address, name in ((main, f"{suite}-updates"), (security, f"{suite}-security")):
            command = mmdebstrap.look_up(address, name, str(folder / f"{name}.index"))
            if address and runner.capture(command).status == 0:
                found.append(mmdebstrap.source(address, name))
    return found


def check_line(parent: Parent, file: Path) -> None:
    """Raise VerdictError for another version line than the pinned one: both ways must run the same server."""
    name, member = {
        "debian": ("Debian", "./etc/debian_version"),
        "mysql": ("MySQL", "./var/lib/dpkg/status"),
    }[parent.kind]
    with tarfile.open(file) as archive:
        opened = archive.extractfile(member)
        text = opened.read().decode() if opened else ""
    if parent.kind == "mysql":
        version = re.search(r"^Package: mysql-server-core\n(?:.+\n)*?Version: (.*)$", text, re.MULTILINE)
        text = version[1] if version else ""
    if not f"{text.strip()}.".startswith(f"{parent.line}."):
        raise VerdictError(
            f"expected {name} {parent.line} from Debian's packages, found '{text.strip()}'. Let this machine reach a "
            f"registry, or pin the new line: {parent.kind.upper()}_LINE in docker/parents/pins.env"
        )


def import_image(context: Context, parent: Parent, file: Path) -> None:
    """Import the image, which takes its name from the previous one."""
    before = context.engine.image_id(parent.own_name)
    labels = f"LABEL todobackend.project=todobackend {LABEL}={parent.recipe()}"
    changes = [part for change in (labels, *CHANGES[parent.kind]) for part in ("--change", change)]
    command = ("docker", "import", *changes, str(file), parent.own_name)
    context.must(command, f"docker to import {parent.own_name}", "Then run make again.")
    # Remove the previous image, unless it has another name or children.
    if before and context.capture(docker.image_field("{{len .RepoTags}}", before)).output == "0":
        context.capture(("docker", "rmi", before))


def mirror(runner: Runner, label: str) -> str:
    """Return the address of this machine's Debian mirror, "" for none."""
    found = [line for line in runner.lines(mmdebstrap.indextargets(label)) if re.match("https?:", line)]
    return found[0].rstrip("/") if found else ""


def setting(runner: Runner, name: str) -> str:
    """Return a setting of this machine's apt, "" for none."""
    found = re.fullmatch("value='(.*)'", runner.capture(mmdebstrap.setting(name)).output)
    return found[1] if found else ""


def proxies(runner: Runner) -> list[str]:
    """Return the proxies of this machine's apt as variables, because mmdebstrap does not read apt's settings."""
    found = []
    for kind in ("http", "https"):
        value = runner.environment.get(f"{kind}_proxy") or setting(runner, f"Acquire::{kind}::Proxy")
        if value:
            found.append(f"{kind}_proxy={value}")
    return found
