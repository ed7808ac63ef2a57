"""docker and docker compose."""

from __future__ import annotations

from collections.abc import Sequence

PROJECT = "com.docker.compose.project"


def info(field: str) -> Sequence[str]:
    """Ask the engine for a field of what it says of itself."""
    return ("docker", "info", "--format", f"{{{{.{field}}}}}")


def engine_version() -> Sequence[str]:
    """Ask for the version of the engine, not of the client."""
    return ("docker", "version", "--format", "{{.Server.Version}}")


def compose_version() -> Sequence[str]:
    """Ask for the version of the Compose plugin."""
    return ("docker", "compose", "version", "--short")


def project_of_port(port: int) -> Sequence[str]:
    """Ask for the Compose project whose container publishes a port."""
    return ("docker", "ps", "--filter", f"publish={port}", "--format", f'{{{{.Label "{PROJECT}"}}}}')


def containers(project: str) -> Sequence[str]:
    """List the containers of a Compose project, running or not.

    `oneoff` is on Compose's own containers alone: an image that Compose built has the project's label too, and what a
    Swarm runs of it inherits that.
    """
    labels = (f"label={PROJECT}={project}", "label=com.docker.compose.oneoff")
    return ("docker", "ps", "--all", "--quiet", *(part for label in labels for part in ("--filter", label)))


def stop(project: str) -> Sequence[str]:
    """Stop the containers of a Compose project."""
    return ("docker", "compose", "--project-name", project, "stop")
