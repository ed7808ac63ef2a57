"""The images that no compose file builds, and the tools that run in them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import built
from pipeline.commands import compose, docker
from pipeline.errors import NETWORK_HINT, InfrastructureError

if TYPE_CHECKING:
    from pipeline.stages import Context

# Where a container finds the certificates of a proxy that inspects TLS.
CA_INSIDE = "/run/ca.pem"


def secrets(context: Context, *names: str) -> dict[str, str]:
    """Return the files with the network's settings that a build gets as secrets."""
    files = {"ca": "ca.pem", "pip": "pip.conf", "apt": "apt.conf", "npmrc": "npmrc"}
    return {name: f".state/network/{files[name]}" for name in names}


def build(context: Context, name: str, what: str, folder: str, *options: str, base: bool = True) -> None:
    """Build an image of ours; `what` says in an error what it is."""
    image = context.configuration.image
    arguments = {name: context.parent(name) for name in ("DEBIAN_PARENT", "PACKAGES_AS_OF")}
    if base:
        arguments["BASE_IMAGE"] = image("base")
    command = docker.build(
        image(name),
        folder,
        context.configuration.pipeline,
        arguments,
        secrets(context, "ca", "pip", "apt", "npmrc"),
        *options,
    )

    def run() -> None:
        if context.run(command, stdout=subprocess.DEVNULL) != 0:
            raise InfrastructureError(f"expected {what} to build, found the error above. {NETWORK_HINT}")

    built.ensure(context, [name], " ".join(command), run)


def build_by_compose(context: Context, environment: str, what: str, *services: str) -> None:
    """Build images of an environment, all at once."""
    # Outside of a step nobody wants to read how it is built.
    options = [] if context.runner.output or context.given("V") else ["--quiet"]
    command = context.compose(environment, "build", *options, *services)

    def run() -> None:
        if context.run(command) != 0:
            raise InfrastructureError(f"expected {what} to build, found the error above. {NETWORK_HINT}")

    variables = context.root / compose.env_file(context.configuration.build_id, environment)
    built.ensure(context, [image_of(environment, service) for service in services], variables.read_text(), run)


def image_of(environment: str, service: str) -> str:
    """Return the image of a service that is built by its environment."""
    tests = "dev" if environment == "dev" else "specs"
    return {"test": tests, "browser-test": "browser-specs", "node1": "node"}.get(service, service)


def build_agent(context: Context) -> None:
    """Build the agent, which is one image for all environments."""
    build_by_compose(context, "dev", "the agent", "agent")


def build_specs_tool(context: Context, target: str, name: str) -> None:
    """Build one of the stages of specs/Dockerfile that have tools."""
    build(context, name, "the tools of specs/", "specs", "--target", target, base=False)


def build_report(context: Context) -> None:
    """Build what makes the report."""
    build(context, "report", "what makes the report", "docker/report")


def build_linters(context: Context) -> None:
    """Build the linters of everything but JavaScript."""
    build_agent(context)
    build_specs_tool(context, "npm", "npm")
    image = context.configuration.image
    arguments = ("--build-arg", f"AGENT_IMAGE={image('agent')}", "--build-arg", f"NPM_IMAGE={image('npm')}")
    build(context, "lint", "the linters' image", "docker/lint", *arguments)


def build_publisher(context: Context) -> None:
    """Build what speaks to the package index."""
    build(context, "publish", "what speaks to the package index", "docker/publish")


def as_owner(context: Context) -> Sequence[str]:
    """Return the options of a container that works on the checkout as its user."""
    return ("--user", f"{os.getuid()}:{os.getgid()}")


def passed(*names: str) -> Sequence[str]:
    """Return the options that pass variables by name: no value is in the process list."""
    return tuple(part for name in names for part in ("--env", name))


def certificates(context: Context, *variables: str) -> Sequence[str]:
    """Return the options that give a container the certificates of a proxy, where there is one."""
    file = context.state / "network/ca.pem"
    if not file.exists() or file.stat().st_size == 0:
        return ()
    return ("--volume", f"{file}:{CA_INSIDE}:ro", *passed(*(f"{name}={CA_INSIDE}" for name in variables)))


PROXIES = ("http_proxy", "https_proxy", "no_proxy")


def with_linters(context: Context, *command: str, options: Sequence[str] = ()) -> Sequence[str]:
    """Return a command in the linters' image, on the checkout."""
    options = (
        *options,
        *as_owner(context),
        *("--volume", f"{context.root}:/project"),
        *certificates(context, "SSL_CERT_FILE"),
        *passed("NO_COLOR", "UPGRADE", *PROXIES, "UV_DEFAULT_INDEX"),
    )
    return docker.run(context.image("lint"), *command, options=options)


def with_publisher(context: Context, folder: Path, *command: str) -> Sequence[str]:
    """Return a command on wheels in a folder. It has the network of this machine: the index may be on its loopback."""
    options = (
        *("--network", "host", *as_owner(context), "--volume", f"{folder}:/target"),
        *certificates(context, "REQUESTS_CA_BUNDLE", "PIP_CERT"),
        *passed(*PROXIES, *INDEX_VARIABLES),
    )
    return docker.run(context.image("publish"), *command, options=options)


# What the publisher reads. The addresses may carry a password.
INDEX_VARIABLES = ("PACKAGE_INDEX_URL", "PACKAGE_UPLOAD_URL", "TWINE_USERNAME", "TWINE_PASSWORD")


def index_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return those of the user's variables that the publisher reads."""
    return {name: environment[name] for name in INDEX_VARIABLES if name in environment}
