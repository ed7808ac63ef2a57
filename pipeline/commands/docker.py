"""Commands of docker."""

from collections.abc import Sequence

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
PIPELINE = "todobackend.pipeline"


def info(field: str) -> Sequence[str]:
    return ("docker", "info", "--format", f"{{{{.{field}}}}}")


def endpoint() -> Sequence[str]:
    """Ask for the engine's address, as docker resolves it: DOCKER_HOST, a context, or the default socket."""
    return ("docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}")


def compose_version() -> Sequence[str]:
    return ("docker", "compose", "version", "--short")


def buildx_version() -> Sequence[str]:
    return ("docker", "buildx", "version")


def project_of_port(port: int) -> Sequence[str]:
    """Ask for the Compose project whose container publishes a port."""
    return ("docker", "ps", "--filter", f"publish={port}", "--format", f'{{{{.Label "{PROJECT}"}}}}')


def filters(*conditions: str) -> tuple[str, ...]:
    """Return conditions ("label=x") as options."""
    return tuple(part for condition in conditions for part in ("--filter", condition))


def containers(project: str, service: str = "", *conditions: str) -> Sequence[str]:
    """List a Compose project's containers, or one service's, running or not, by full ids.

    Only Compose's own containers have the label `oneoff`. An image that Compose built has the project's label, and a
    Swarm's containers of that image inherit it.
    """
    labels = [f"label={PROJECT}={project}", "label=com.docker.compose.oneoff"]
    if service:
        labels.append(f"label={SERVICE}={service}")
    return ("docker", "ps", "--all", "--quiet", "--no-trunc", *filters(*labels, *conditions))


def named(name: str) -> Sequence[str]:
    return ("docker", "ps", "--all", "--quiet", *filters(f"name=^{name}$"))


def of_project(kind: str, project: str) -> Sequence[str]:
    """List the networks or the volumes of a Compose project."""
    return ("docker", kind, "ls", "--quiet", *filters(f"label={PROJECT}={project}"))


def images(pipeline: str, *conditions: str) -> Sequence[str]:
    """List a pipeline's images by id, because those pulled by digest have no tag."""
    return ("docker", "images", "--quiet", *filters(f"label={PIPELINE}={pipeline}", *conditions))


def image_field(field: str, *names: str) -> Sequence[str]:
    """Ask for a field of images (a Go template)."""
    return ("docker", "image", "inspect", "--format", field, *names)


def image_id(*names: str) -> Sequence[str]:
    return image_field("{{.Id}}", *names)


def image_label(name: str, label: str) -> Sequence[str]:
    return image_field(f'{{{{index .Config.Labels "{label}"}}}}', name)


def container_field(field: str, *containers: str) -> Sequence[str]:
    return ("docker", "inspect", "--format", field, *containers)


# A healthy container's service and image; nothing for other containers.
HEALTHY = (
    '{{if .State.Health}}{{if eq .State.Health.Status "healthy"}}'
    f'{{{{index .Config.Labels "{SERVICE}"}}}} {{{{.Image}}}}{{{{end}}}}{{{{end}}}}'
)


def history(role: str, name: str, image: str) -> Sequence[str]:
    """List the layers of an image, as docker/tools/report/report.py reads them."""
    line = "\t".join((role, name, image, "{{.Size}}"))
    return ("docker", "history", "--no-trunc", "--human=false", "--format", line, image)


def remove_containers(*ids: str) -> Sequence[str]:
    return ("docker", "rm", "--force", "--volumes", *ids)


def stop(project: str) -> Sequence[str]:
    # The checkout's own .env may be for another program.
    return ("docker", "compose", "--env-file", "/dev/null", "--project-name", project, "stop")


def run(image: str, *command: str, options: Sequence[str] = ()) -> Sequence[str]:
    return ("docker", "run", "--rm", *options, image, *command)
