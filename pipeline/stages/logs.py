"""Show what the containers of both environments logged.

A person gets the last lines, each with its container's name; a pipe all of it as it was logged, for grep and jq.
"""

from __future__ import annotations

import sys

from pipeline.stages import Context


def run(context: Context) -> None:
    """Show the dev environment's, then the release's."""
    for project in (context.configuration.dev_project, context.configuration.release_project):
        containers = context.engine.containers(project)
        if containers and sys.stdout.isatty():
            context.info(project)
            command = ("docker", "compose", "--project-name", project, "logs", "--no-color", "--tail", "200")
            context.run(command)
        elif containers:
            # Not by Compose, which writes a terminal's escapes into a pipe too.
            for container in containers:
                context.run(("docker", "logs", container), merged=True)
