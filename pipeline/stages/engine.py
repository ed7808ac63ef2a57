"""Ensure that a Docker engine and Compose answer; a bare Debian or Ubuntu gets them installed and started."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from pipeline.commands import apt, docker
from pipeline.errors import InfrastructureError, VerdictError
from pipeline.stages import Context

MIN_ENGINE, MIN_COMPOSE = "20.10", "2.20"
LOG = Path("/var/log/dockerd.log")
PID_FILE = Path("/var/run/docker.pid")
START_SECONDS = 60
WANTED = f"expected a Docker engine {MIN_ENGINE} or newer with Compose {MIN_COMPOSE} or newer"
INSTALL = f"apt-get install docker.io, and Compose {MIN_COMPOSE} or newer"


def ensure(context: Context) -> None:
    """Install and start what is missing. Raises VerdictError where this run may not."""
    if not shutil.which("docker"):
        may_install(context, "no docker command", INSTALL)
        install_engine(context)
        start(context)
    else:
        answer = context.capture(docker.info("ServerVersion"), errors=True)
        if answer.status != 0 or not answer.output:
            revive(context, answer.output)
    version = context.capture(docker.engine_version()).output
    if not at_least(version, MIN_ENGINE):
        raise VerdictError(
            f"expected Docker engine {MIN_ENGINE} or newer, found {version}. Upgrade it, then run make again."
        )
    found = compose_version(context)
    if not at_least(found, MIN_COMPOSE):
        may_install(
            context,
            f"Compose {found}" if found else "no Compose plugin",
            "apt-get install docker-compose (2.20 or newer; on Ubuntu docker-compose-v2)",
        )
        install_plugins(context)
    if context.capture(docker.buildx_version()).status != 0:
        may_install(context, "no buildx plugin", "apt-get install docker-buildx (docker-buildx-plugin of Docker's own)")
        install_plugins(context)


def revive(context: Context, answer: str) -> None:
    """Start an engine that does not answer, and install one for a client that has none."""
    if "permission denied" in answer:
        raise VerdictError(
            "expected to be allowed to talk to the Docker engine, found permission denied on its socket. "
            f"Type: sudo usermod -aG docker {user(context)}, log in again, then run make again."
        )
    host = context.runner.user_environment.get("DOCKER_HOST")
    if host:
        raise VerdictError(
            f"expected a Docker engine at DOCKER_HOST={host}, found no answer. Start it there, or unset DOCKER_HOST."
        )
    if shutil.which("dockerd"):
        may_install(context, "a Docker engine that does not answer", "sudo systemctl start docker")
    else:
        may_install(context, "a docker command without an engine", INSTALL)
        install_engine(context)
    start(context)


def may_install(context: Context, found: str, command: str) -> None:
    """Refuse where this run may not change the machine, with the command that a person may type."""
    if context.knob("INSTALL_ENGINE") == "no":
        raise VerdictError(f"{WANTED}, found {found}, and INSTALL_ENGINE=no forbids helping. Type: {command}")
    if not is_debian():
        raise VerdictError(
            f"{WANTED}, found {found}. Install Docker Desktop or your system's Docker packages, then run make again."
        )
    if context.capture(("id", "-u")).output != "0":
        raise VerdictError(f"{WANTED}, found {found}, and only root can change that. Type: {command}")


def is_debian() -> bool:
    """Whether this machine has Debian's or Ubuntu's packages."""
    with contextlib.suppress(OSError):
        return bool(re.search(r"^(ID|ID_LIKE)=.*(debian|ubuntu)", Path("/etc/os-release").read_text(), re.MULTILINE))
    return False


def user(context: Context) -> str:
    """Return the name of who runs make."""
    return context.capture(("id", "-un")).output


def compose_version(context: Context) -> str:
    """Return the version of Compose, "" where there is none."""
    return context.capture(docker.compose_version()).output.lstrip("v")


def at_least(found: str, wanted: str) -> bool:
    """Compare dotted versions, number by number; what follows the numbers does not count."""
    have = re.match(r"[0-9.]*", found)
    numbers = [int(number or 0) for number in (have[0] if have else "").split(".")]
    return numbers[:3] >= [int(number) for number in wanted.split(".")]


def apt_install(context: Context, *packages: str) -> None:
    """Install packages; what apt says is shown where it fails."""
    done = context.capture(("env", "DEBIAN_FRONTEND=noninteractive", *apt.install(*packages)), errors=True)
    if done.status != 0:
        print(done.output, flush=True)
        raise InfrastructureError(
            f"expected apt-get to install {' '.join(packages)}, found the error above. Mend apt, then run make again."
        )


def update_lists(context: Context) -> None:
    """Fetch the lists of packages."""
    if context.run(apt.update()) != 0:
        raise InfrastructureError(
            "expected the package mirror to answer, found the error above. "
            "Mend the network or apt's sources, then run make again."
        )


def install_engine(context: Context) -> None:
    """Install the engine of the distribution."""
    context.info(
        "No Docker engine on this machine: installing docker.io from the distribution's packages "
        "(INSTALL_ENGINE=no refuses)"
    )
    update_lists(context)
    apt_install(context, "docker.io", "iptables", "ca-certificates")


def start(context: Context) -> None:
    """Start the engine, and wait until it answers."""
    context.info("Starting the Docker engine")
    if Path("/run/systemd/system").is_dir():
        if context.run(("systemctl", "start", "docker")) != 0:
            raise InfrastructureError(
                "expected systemd to start docker, found the error above. Look at: journalctl -u docker"
            )
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

    In a session of its own, and with none of our files open: who reads the output of make would wait for its end.
    """
    with contextlib.suppress(OSError, ValueError):
        # A pid file that a killed engine left stops the next one.
        number = int(PID_FILE.read_text())
        name = Path(f"/proc/{number}/comm")
        if not name.exists() or name.read_text().strip() != "dockerd":
            PID_FILE.unlink()
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
    """Install Compose and buildx, from Debian 13 where this distribution's are too old."""
    context.info("Installing the plugins Compose and buildx")
    if candidate(context, "docker-compose-v2"):  # Ubuntu's name
        apt_install(context, "docker-compose-v2", "docker-buildx")
    elif at_least(candidate(context, "docker-compose"), MIN_COMPOSE):
        apt_install(context, "docker-compose", "docker-buildx")
    else:
        install_plugins_of_debian_13(context)
    found = compose_version(context)
    if not at_least(found, MIN_COMPOSE):
        raise InfrastructureError(
            f"expected Compose {MIN_COMPOSE} or newer after the installation, found {found}. "
            "Install it by hand, then run make again."
        )


def candidate(context: Context, package: str) -> str:
    """Return the version of a package that apt would install, "" for none."""
    policy = context.capture(("apt-cache", "policy", package)).output
    found = re.search(r"^ *Candidate: (?:[0-9]*:)?([0-9].*)$", policy, re.MULTILINE)
    return found[1] if found else ""


def install_plugins_of_debian_13(context: Context) -> None:
    """Install two packages of the newer suite, with lists of their own: the machine's suite stays what it is.

    Debian 12 has Compose 1 alone; these packages need nothing but libc6, and install there.
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
            # `download` writes into the folder that it is started in.
            if context.run(("env", "-C", name, "apt-get", *options, *command)) != 0:
                raise InfrastructureError(
                    "expected to download docker-compose and docker-buildx of Debian 13, found the error above. "
                    f"Install Compose {MIN_COMPOSE} or newer by hand, then run make again."
                )
        apt_install(context, *(str(file) for file in sorted(folder.glob("*.deb"))))
