"""Build images, and run the tools in some of them."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline import built
from pipeline.commands import compose, docker
from pipeline.errors import NETWORK_HINT
from pipeline.stages import Context

# Path of a TLS proxy's certificates in containers.
CA_INSIDE = "/run/ca.pem"


def build(context: Context, what: str, *names: str) -> None:
    """Build images of docker/images.yml in one command; `what` names them in an error."""
    # Outside of a step the output has no log.
    options = [] if context.runner.output or context.given("V") else ["--quiet"]
    command = context.compose("images", "build", *options, *names)

    def run() -> None:
        context.must(command, f"{what} to build", NETWORK_HINT)

    built.ensure(context, names, variables(context, names), run)


def variables(context: Context, names: Sequence[str]) -> str:
    """Return the compose file's variables that are input of these images; APP_... are labels of `app` only."""
    text = (context.root / "docker/images.yml").read_text()
    lines = (context.root / compose.env_file(context.configuration.build_id, "images")).read_text().splitlines()
    used = [line for line in lines if f"${{{line.partition('=')[0]}:" in text]
    return "\n".join(line for line in used if "app" in names or not line.startswith("APP_"))


def build_agent(context: Context) -> None:
    build(context, "the agent", "agent")


def build_npm(context: Context) -> None:
    build(context, "npm", "npm")


def build_report(context: Context) -> None:
    build(context, "what makes the report", "report")


def build_linters(context: Context) -> None:
    build(context, "the agent and npm", "agent", "npm")
    build(context, "the linters", "lint")


def build_publisher(context: Context) -> None:
    build(context, "what speaks to the package index", "publish")


def owner(context: Context) -> str:
    """Return the user and group for a container that writes to the checkout."""
    return "0:0" if context.engine.is_rootless() else f"{os.getuid()}:{os.getgid()}"


def as_owner(context: Context) -> Sequence[str]:
    """Return the options of a container that works on the checkout as its user."""
    return ("--user", owner(context))


def passed(*names: str) -> Sequence[str]:
    """Return options that pass variables by name, so that the process list shows no value."""
    return tuple(part for name in names for part in ("--env", name))


def certificates(context: Context, *variables: str) -> Sequence[str]:
    """Return options that mount a TLS proxy's certificates, if there are any."""
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
    """Return a command on a folder of wheels, in this machine's network: the index may listen on its loopback."""
    options = (
        *("--network", "host", *as_owner(context), "--volume", f"{folder}:/target"),
        *certificates(context, "REQUESTS_CA_BUNDLE", "PIP_CERT"),
        *passed(*PROXIES, *INDEX_VARIABLES),
    )
    return docker.run(context.image("publish"), *command, options=options)


# Variables of the publisher. The addresses may contain a password.
INDEX_VARIABLES = ("PACKAGE_INDEX_URL", "PACKAGE_UPLOAD_URL", "TWINE_USERNAME", "TWINE_PASSWORD")


def index_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return those of the user's variables that the publisher reads."""
    return {name: environment[name] for name in INDEX_VARIABLES if name in environment}
