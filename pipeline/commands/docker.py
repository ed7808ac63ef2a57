"""docker."""

from __future__ import annotations

from collections.abc import Sequence

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
PIPELINE = "todobackend.pipeline"


def info(field: str) -> Sequence[str]:
    """Ask the engine for a field of what it says of itself."""
    return ("docker", "info", "--format", f"{{{{.{field}}}}}")


def endpoint() -> Sequence[str]:
    """Ask for the address of the engine that docker talks to: by DOCKER_HOST, a context, or the usual socket."""
    return ("docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}")


def compose_version() -> Sequence[str]:
    """Ask for the version of the Compose plugin."""
    return ("docker", "compose", "version", "--short")


def buildx_version() -> Sequence[str]:
    """Ask for the version of the plugin that builds, and asks registries."""
    return ("docker", "buildx", "version")


def project_of_port(port: int) -> Sequence[str]:
    """Ask for the Compose project whose container publishes a port."""
    return ("docker", "ps", "--filter", f"publish={port}", "--format", f'{{{{.Label "{PROJECT}"}}}}')


def filters(*conditions: str) -> tuple[str, ...]:
    """Return conditions ("label=x") as options."""
    return tuple(part for condition in conditions for part in ("--filter", condition))


def containers(project: str, service: str = "", *conditions: str) -> Sequence[str]:
    """List the containers of a Compose project or of one of its services, running or not, by their whole ids.

    `oneoff` is on Compose's own containers alone: an image that Compose built has the project's label too, and what a
    Swarm runs of it inherits that.
    """
    labels = [f"label={PROJECT}={project}", "label=com.docker.compose.oneoff"]
    if service:
        labels.append(f"label={SERVICE}={service}")
    return ("docker", "ps", "--all", "--quiet", "--no-trunc", *filters(*labels, *conditions))


def named(name: str) -> Sequence[str]:
    """List the container of a name, running or not."""
    return ("docker", "ps", "--all", "--quiet", *filters(f"name=^{name}$"))


def of_project(kind: str, project: str) -> Sequence[str]:
    """List the networks or the volumes of a Compose project."""
    return ("docker", kind, "ls", "--quiet", *filters(f"label={PROJECT}={project}"))


def images(pipeline: str, *conditions: str) -> Sequence[str]:
    """List the images that a pipeline built, by their ids: what a registry gave by digest has no tag."""
    return ("docker", "images", "--quiet", *filters(f"label={PIPELINE}={pipeline}", *conditions))


def image_field(field: str, *names: str) -> Sequence[str]:
    """Ask for a field of images, by a template of Go."""
    return ("docker", "image", "inspect", "--format", field, *names)


def image_id(*names: str) -> Sequence[str]:
    """Ask for the ids of images."""
    return image_field("{{.Id}}", *names)


def image_label(name: str, label: str) -> Sequence[str]:
    """Ask for a label of an image."""
    return image_field(f'{{{{index .Config.Labels "{label}"}}}}', name)


def container_field(field: str, *containers: str) -> Sequence[str]:
    """Ask for a field of containers, by a template of Go."""
    return ("docker", "inspect", "--format", field, *containers)


# The service of a container that is healthy, and its image; nothing for another one.
HEALTHY = (
    '{{if .State.Health}}{{if eq .State.Health.Status "healthy"}}'
    f'{{{{index .Config.Labels "{SERVICE}"}}}} {{{{.Image}}}}{{{{end}}}}{{{{end}}}}'
)


def history(role: str, name: str, image: str) -> Sequence[str]:
    """List the layers of an image, as docker/tools/report/report.py reads them."""
    line = "\t".join((role, name, image, "{{.Size}}", "{{.CreatedBy}}"))
    return ("docker", "history", "--no-trunc", "--human=false", "--format", line, image)


def remove_containers(*ids: str) -> Sequence[str]:
    """Remove containers, and their anonymous volumes."""
    return ("docker", "rm", "--force", "--volumes", *ids)


def stop(project: str) -> Sequence[str]:
    """Stop the containers of a Compose project."""
    return ("docker", "compose", "--project-name", project, "stop")


def run(image: str, *command: str, options: Sequence[str] = ()) -> Sequence[str]:
    """Run a container of an image to its end, and remove it."""
    return ("docker", "run", "--rm", *options, image, *command)
