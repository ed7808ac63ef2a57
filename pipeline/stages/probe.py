"""What the agent said when it gave up."""

from __future__ import annotations

import re

from pipeline.commands import docker
from pipeline.stages import Context

MESSAGE = re.compile(r'^.*"msg": "FAIL: (.*)"}$', re.MULTILINE)


def sentence(context: Context, environment: str) -> str:
    """Return the agent's own message, if its last run stopped what depends on it; else ""."""
    for agent in context.engine.containers(context.configuration.project(environment), "agent")[:1]:
        if context.capture(docker.container_field(agent, "{{.State.ExitCode}}")).output != "0":
            logs = context.capture(context.compose(environment, "logs", "--no-log-prefix", "--no-color", "agent"))
            return str((MESSAGE.findall(logs.output) or [""])[-1])
    return ""
