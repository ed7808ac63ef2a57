"""Print the containers' logs, each line with its container's name: logs [SERVICE [ENVIRONMENT]].

A terminal gets the last lines, a pipe all of them.
"""

import sys
from typing import Callable

from pipeline.commands import docker
from pipeline.errors import VerdictError
from pipeline.stages import Context

ENVIRONMENTS = ("dev", "candidate", "release")
LINES = "200"


def run(context: Context, service: str = "", environment: str = "") -> None:
    """Print one environment after the other. Raises VerdictError if SERVICE or ENVIRONMENT has no container."""
    if environment and environment not in ENVIRONMENTS:
        raise VerdictError(f"expected ENV={', '.join(ENVIRONMENTS)}, found '{environment}'. Correct it.")
    names = (environment,) if environment else ENVIRONMENTS
    projects = [context.configuration.project(name) for name in names]
    found = [project for project in projects if context.engine.containers(project, service)]
    if not found and (service or environment):
        raise VerdictError(
            f"expected containers of {service or 'a service'} in {' or '.join(projects)}, found none. "
            "Look at: docker compose ls --all"
        )
    # Not `docker compose logs`: it writes terminal escapes into a pipe too.
    tail = ("--tail", LINES) if sys.stdout.isatty() else ()
    for project in found:
        for container in context.engine.containers(project, service):
            name = context.capture(docker.container_field("{{.Name}}", container)).output.lstrip("/")
            context.runner.show(("docker", "logs", *tail, container), named(name))


def named(name: str) -> Callable[[str], bool]:
    """Return a function that prints a line with its container's name."""

    def show(line: str) -> bool:
        print(f"{name} | {line}", end="", flush=True)
        return False

    return show
