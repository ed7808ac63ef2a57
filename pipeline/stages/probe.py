"""The agent's message after a failed probe."""

import contextlib
import json

from pipeline.commands import docker
from pipeline.stages import Context


def sentence(context: Context, environment: str) -> str:
    """Return the agent's message if its last run failed, else ""."""
    for agent in context.engine.containers(context.configuration.project(environment), "agent")[:1]:
        if context.capture(docker.container_field("{{.State.ExitCode}}", agent)).output != "0":
            logs = context.capture(("docker", "logs", agent))
            with contextlib.suppress(ValueError, LookupError, TypeError):
                return str(json.loads(logs.output.splitlines()[-1])["message"])
    return ""
