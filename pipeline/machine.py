"""Check this machine before anything is built, started or changed."""

import contextlib
import shutil
import socket
import time
from collections.abc import Sequence
from pathlib import Path

from pipeline.commands import docker
from pipeline.configuration import KNOBS, LAST_PORT, Configuration, ca_bundle
from pipeline.errors import VerdictError
from pipeline.stages import Context

TOOLS = ("git",)
MIN_FREE_MIB = 1024  # of memory: MySQL takes half of it

# These verbs free memory, disk and ports, so they do not check them.
RESCUE_VERBS = {*("stop", "clean", "distclean", "logs", "logout", "undeploy", "lab-down")}

# After a killed run the engine may hold a port for a moment.
PORT_LOOKS, PORT_PAUSE_SECONDS = 10, 0.5


def look(context: Context, goals: Sequence[str]) -> None:
    """Check all that needs no engine. Raises VerdictError for the first failed check."""
    if goals and set(goals) <= RESCUE_VERBS:
        return
    for tool in TOOLS:
        if not shutil.which(tool):
            raise VerdictError(f"expected the command {tool}, found none. Install it, then run make again.")
    odd = [character for character in str(context.root) if character in ':"' or not character.isprintable()]
    if odd:
        raise VerdictError(f"expected a path that Docker can mount, found {odd[0]!r} in it. Move the checkout.")
    ca_bundle(context.runner.user_environment)
    check_space(context, context.root)
    check_memory()
    check_ports(context, goals)


def check_space(context: Context, place: Path) -> None:
    """Check the free space of a folder's disk, if the folder is on this machine."""
    if not place.is_absolute() or not place.is_dir():
        return
    wanted = int(context.knob("MIN_FREE_GIB"))
    free = shutil.disk_usage(place).free // 2**30
    if free < wanted:
        raise VerdictError(
            f"expected {wanted} GiB free at {place}, found {free} GiB. Free some: {context.make('clean')}; "
            f"docker system prune. Or: {context.configuration.again} MIN_FREE_GIB={free}"
        )


def check_memory() -> None:
    """Check the free memory, where the kernel tells it (Linux)."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                free = int(line.split()[1]) // 1024
                if free < MIN_FREE_MIB:
                    raise VerdictError(
                        f"expected {MIN_FREE_MIB} MiB of memory available (MySQL takes half of it), "
                        f"found {free} MiB. End some programs, then run make again."
                    )


def published_ports(configuration: Configuration, goals: Sequence[str]) -> tuple[str, Sequence[tuple[str, int]]]:
    """Return the project that will publish ports, and each port with its knob."""
    project = configuration.project
    users = {
        **dict.fromkeys(
            ("release", "all", "start", "release-from"), (project("release"), ("CLIENT_PORT", "HTTP_PORT"))
        ),
        "dev": (project("dev"), ("HTTP_PORT",)),
        "serve": ("", ("HTTP_PORT",)),
        **dict.fromkeys(("registry", "cluster"), (project("lab"), ("REGISTRY_PORT",))),
        "ci-server": (project("lab"), ("CI_PORT",)),
        "docs-serve": ("", ("DOCS_PORT",)),
    }
    user, knobs = next((users[goal] for goal in goals if goal in users), ("", ()))
    ports = [(knob, configuration.port(knob)) for knob in knobs]
    return user, ports + [(knob, configuration.index_port) for knob in knobs if knob == "REGISTRY_PORT"]


def check_ports(context: Context, goals: Sequence[str]) -> None:
    """Check that the ports differ, and that each is free or held by the environment that this run replaces."""
    configuration = context.configuration
    project, ports = published_ports(configuration, goals)
    if len({port for _, port in ports}) < len(ports):
        (first, port), (second, _) = ports
        raise VerdictError(
            f"expected the {first} to differ from the {second}, found {port} for both. "
            f"Type for example: {with_another_port(configuration, first, goals)}"
        )
    for knob, port in ports:
        check_port(context, knob, port, project, goals)


def check_port(context: Context, knob: str, port: int, project: str, goals: Sequence[str]) -> None:
    """Check one port. Wait for a moment if the engine still holds it after a killed run."""
    for _ in range(PORT_LOOKS):
        if not is_taken(port):
            return
        holder = context.capture(docker.project_of_port(port)).output
        if project and holder == project:
            return
        if holder or not (project and context.capture(docker.containers(project)).output):
            break
        time.sleep(PORT_PAUSE_SECONDS)
    raise VerdictError(
        f"expected port {port} to be free, found {holder or 'another program'} on it. "
        f"Free it, or: {with_another_port(context.configuration, knob, goals)}"
    )


def is_taken(port: int) -> bool:
    """Whether somebody listens on a port of this machine. A browser may ask the IPv6 address first."""
    for address in ("127.0.0.1", "::1"):
        with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=1):
            return True
    return False


def with_another_port(configuration: Configuration, knob: str, goals: Sequence[str]) -> str:
    """Return the typed command with the next port that no other knob uses."""
    others = {configuration.port(name) for name in ("HTTP_PORT", "CLIENT_PORT", "REGISTRY_PORT")}
    others.add(configuration.index_port)
    more = KNOBS[knob].more
    first = configuration.port(knob) + 1
    port = next(number for number in range(first, first + 20) if not others & set(range(number, number + more + 1)))
    if port + more > LAST_PORT:
        port = 8001
    ports = configuration.port_arguments(**{knob: port}) if knob in ("HTTP_PORT", "CLIENT_PORT") else f" {knob}={port}"
    return f"make {' '.join(goals)}{configuration.build_id_argument}{ports}"
