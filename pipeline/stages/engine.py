"""Ensure that a Docker engine and Compose answer; a bare Debian or Ubuntu gets them installed and started."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Callable, NamedTuple

from pipeline import machine
from pipeline.commands import apt, docker
from pipeline.errors import InfrastructureError, VerdictError
from pipeline.stages import Context

MIN_ENGINE, MIN_COMPOSE = "20.10", "2.24"
LOG = Path("/var/log/dockerd.log")
# The engine's pid files, each with the program that it names.
PID_FILES = {"dockerd": Path("/var/run/docker.pid"), "containerd": Path("/var/run/docker/containerd/containerd.pid")}
START_SECONDS = 60
WANTED = f"expected a Docker engine {MIN_ENGINE} or newer with Compose {MIN_COMPOSE} or newer"
INSTALL = f"apt-get install docker.io, and Compose {MIN_COMPOSE} or newer"


class Missing(NamedTuple):
    """What is missing and can be mended: what was found, the command for a person, and the function that mends it."""

    found: str
    command: str
    mend: Callable[[Context], None]


def run(context: Context) -> None:
    """Check the machine for make's goals, and ensure an engine that answers."""
    goals = context.configuration.goals.split()
    machine.look(context, goals)
    if set(goals) <= machine.RESCUE_VERBS:
        check(context, plugins=False)
        return
    ensure(context)
    machine.check_space(context, root_folder(context))
    if "engine" in goals:
        context.success(f"{versions(context)}. Next: {context.make('release')}")


def root_folder(context: Context) -> Path:
    """Return the folder of the engine's images, which may be on another machine."""
    return Path(context.capture(docker.info("DockerRootDir")).output)


def versions(context: Context) -> str:
    found = context.capture(docker.info("ServerVersion")).output
    return f"Ready: Docker engine {found}, Compose {compose_version(context)}"


def check(context: Context, plugins: bool = True) -> None:
    """Check the engine, and change nothing. Raises VerdictError if it is missing or too old."""
    what = missing(context, plugins)
    if what:
        raise VerdictError(f"{WANTED}, found {what.found}. Type: {what.command}; or, as root on Debian: make engine")


def ensure(context: Context) -> None:
    """Install and start what is missing. Raises VerdictError if this run may not."""
    mended: list[str] = []
    what = missing(context)
    while what:
        if what.found in mended:
            raise InfrastructureError(
                f"{WANTED} after the installation, found {what.found}. Install it by hand, then run make again."
            )
        may_install(context, what)
        what.mend(context)
        mended.append(what.found)
        what = missing(context)


def missing(context: Context, plugins: bool = True) -> Missing | None:
    """Return the first missing thing, if any. Raises VerdictError for what a person must mend."""
    if not shutil.which("docker"):
        return Missing("no docker command", INSTALL, install_engine)
    answer = context.capture(docker.info("ServerVersion"))
    if answer.status != 0 or not answer.output:
        return silence(context, context.capture(docker.info("ServerVersion"), errors=True).output)
    if not plugins:
        return None
    if not at_least(answer.output, MIN_ENGINE):
        raise VerdictError(
            f"expected Docker engine {MIN_ENGINE} or newer, found {answer.output}. Upgrade it, then run make again."
        )
    found = compose_version(context)
    if not at_least(found, MIN_COMPOSE):
        command = f"apt-get install docker-compose ({MIN_COMPOSE} or newer; on Ubuntu docker-compose-v2)"
        return Missing(f"Compose {found}" if found else "no Compose plugin", command, install_plugins)
    if context.capture(docker.buildx_version()).status != 0:
        command = "apt-get install docker-buildx (docker-buildx-plugin of Docker's own)"
        return Missing("no buildx plugin", command, install_plugins)
    return None


# Reasons of a silent engine: words of docker's message, and what to do.
REASONS = {
    "permission denied": "Type: sudo usermod -aG docker {user}, log in again, then run make again.",
    "API version|too (old|new)": "The docker command and the engine are too far apart: upgrade the older one.",
    "tls|x509|certificate": "Correct DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, then run make again.",
    "context .*not found|current context": "Type: docker context use default",
}


def silence(context: Context, answer: str) -> Missing:
    """Return how to start a silent engine. Raises VerdictError if a person must mend it."""
    last = (answer.strip().splitlines() or ["nothing"])[-1]
    for words, advice in REASONS.items():
        if re.search(words, answer, re.IGNORECASE):
            raise VerdictError(
                f"expected a Docker engine that answers, found: {last} {advice.format(user=user(context))}"
            )
    host = context.given("DOCKER_HOST") or other_context(context)
    if host:
        raise VerdictError(f"expected a Docker engine at {host}, found: {last} Start it there, or choose another.")
    if shutil.which("dockerd"):
        return Missing("a Docker engine that does not answer", "sudo systemctl start docker", start)
    return Missing("a docker command without an engine", INSTALL, install_engine)


def other_context(context: Context) -> str:
    """Return the name of docker's context, "" for this machine's own engine."""
    name = context.capture(("docker", "context", "show")).output
    return "" if name in ("", "default") else f"the context {name}"


def may_install(context: Context, what: Missing) -> None:
    """Raise VerdictError, with the command to type, if this run may not change the machine."""
    if context.knob("INSTALL_ENGINE") == "no":
        raise VerdictError(f"{WANTED}, found {what.found}, and INSTALL_ENGINE=no forbids helping. Type: {what.command}")
    if not is_debian():
        raise VerdictError(
            f"{WANTED}, found {what.found}. Install Docker Desktop, or your system's packages of Docker, "
            "then run make again."
        )
    if context.capture(("id", "-u")).output != "0":
        raise VerdictError(f"{WANTED}, found {what.found}, and only root can change that. Type: {what.command}")


def is_debian() -> bool:
    """Whether this machine has Debian's or Ubuntu's packages."""
    with contextlib.suppress(OSError):
        return bool(re.search(r"^(ID|ID_LIKE)=.*(debian|ubuntu)", Path("/etc/os-release").read_text(), re.MULTILINE))
    return False


def user(context: Context) -> str:
    return context.capture(("id", "-un")).output


def compose_version(context: Context) -> str:
    return context.capture(docker.compose_version()).output.lstrip("v")


def at_least(found: str, wanted: str) -> bool:
    """Compare dotted versions, number by number; what follows the numbers does not count."""
    have = re.match(r"[0-9.]*", found)
    numbers = [int(number or 0) for number in (have[0] if have else "").split(".")]
    return numbers[:3] >= [int(number) for number in wanted.split(".")]


def apt_install(context: Context, *packages: str) -> None:
    """Install packages; print apt's output if it fails."""
    done = context.capture(apt.install(*packages), errors=True)
    if done.status != 0:
        print(done.output, flush=True)
        raise InfrastructureError(
            f"expected apt-get to install {' '.join(packages)}, found the error above. Mend apt, then run make again."
        )


def update_lists(context: Context) -> None:
    hint = "Mend the network or apt's sources, then run make again."
    context.must(apt.update(), "the package mirror to answer", hint)


def install_engine(context: Context) -> None:
    context.info(
        "No Docker engine on this machine: installing docker.io from the distribution's packages "
        "(INSTALL_ENGINE=no refuses)"
    )
    update_lists(context)
    apt_install(context, "docker.io", "iptables", "ca-certificates")
    start(context)


def start(context: Context) -> None:
    context.info("Starting the Docker engine")
    if Path("/run/systemd/system").is_dir():
        context.must(("systemctl", "start", "docker"), "systemd to start docker", "Look at: journalctl -u docker")
    else:
        start_daemon(context)
    deadline = time.monotonic() + START_SECONDS
    while context.capture(docker.info("ServerVersion")).status != 0:
        if time.monotonic() > deadline:
            raise InfrastructureError(
                f"expected the Docker engine to answer within {START_SECONDS} s of its start, found silence. "
                f"Look at: {LOG}"
            )
        time.sleep(0.5)


def start_daemon(context: Context) -> None:
    """Start the engine where no init system does.

    In its own session and with none of our files open: otherwise a reader of make's output waits for the engine's end.
    """
    # A killed engine's pid file stops the next start if another process, or a zombie, has that number.
    for program, file in PID_FILES.items():
        with contextlib.suppress(OSError, ValueError):
            process = Path(f"/proc/{int(file.read_text())}/stat")
            if not process.exists() or not re.match(rf"\d+ \({program}\) [^ZX]", process.read_text()):
                file.unlink()
    with LOG.open("a") as log:
        subprocess.Popen(
            ("dockerd",),
            env=context.runner.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def install_plugins(context: Context) -> None:
    """Install Compose and buildx, from Debian 13 if this distribution's are too old."""
    context.info("Installing the plugins Compose and buildx")
    if candidate(context, "docker-compose-v2"):  # Ubuntu's name
        apt_install(context, "docker-compose-v2", "docker-buildx")
    elif at_least(candidate(context, "docker-compose"), MIN_COMPOSE):
        apt_install(context, "docker-compose", "docker-buildx")
    else:
        install_plugins_of_debian_13(context)


def candidate(context: Context, package: str) -> str:
    """Return the version of a package that apt would install, "" for none."""
    policy = context.capture(("env", "LC_ALL=C", "apt-cache", "policy", package)).output
    found = re.search(r"^ *Candidate: (?:[0-9]*:)?([0-9].*)$", policy, re.MULTILINE)
    return found[1] if found else ""


def install_plugins_of_debian_13(context: Context) -> None:
    """Install two packages of the newer suite, with separate package lists: the machine's suite does not change.

    Debian 12 has only Compose 1. These packages depend on libc6 alone, so they install there.
    """
    target = ("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian")
    sources = context.lines(target)
    if not sources:
        raise VerdictError(
            "expected a Debian package source in apt's configuration, found none. "
            f"Add one, or install Compose {MIN_COMPOSE} or newer by hand."
        )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.chown(folder, "_apt")  # the user that apt downloads as
        keys = "/usr/share/keyrings/debian-archive-keyring.gpg"
        (folder / "sources.list").write_text(f"deb [signed-by={keys}] {sources[0]} trixie main\n")
        (folder / "lists").mkdir()
        options = (
            *("-qq", "-o", f"Dir::Etc::SourceList={folder}/sources.list", "-o", "Dir::Etc::SourceParts=/dev/null"),
            *("-o", f"Dir::State::Lists={folder}/lists"),
        )
        for command in (("update",), ("download", "docker-compose", "docker-buildx")):
            context.must(
                # `apt-get download` writes to the current folder.
                ("env", "-C", name, "apt-get", *options, *command),
                "to download docker-compose and docker-buildx of Debian 13",
                f"Install Compose {MIN_COMPOSE} or newer by hand, then run make again.",
            )
        apt_install(context, *(str(file) for file in sorted(folder.glob("*.deb"))))
