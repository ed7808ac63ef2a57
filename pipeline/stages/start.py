"""Start the release environment with the data it was stopped with: database, gate, migrations, then what serves."""

from __future__ import annotations

import re

from pipeline import evidence
from pipeline.errors import InfrastructureError, VerdictError
from pipeline.stages import Context, probe

SERVING = ("app", "nginx", "client")
REFUSAL = re.compile(r"^FAIL: (.*)$", re.MULTILINE)


def run(context: Context, *following: str) -> None:
    """Start it, and wait until it is healthy; `following` is what to say at the end instead of how to stop it."""
    context.lock()
    configuration = context.configuration
    with evidence.stage(context, "start") as stage:
        if not context.engine.image_id(configuration.image("app")):
            raise VerdictError(f"expected a release image, found none. Type: {context.make('release')}")
        context.info("Ensuring database is ready, then running migrations...")
        with stage.step("database, migrations"):
            migrate(context)
        context.info("Starting the application, nginx and the page...")
        # What was unhealthy while something was away counts as unhealthy until its next check; started anew it is
        # checked first.
        unhealthy = context.engine.containers(configuration.release_project, "", "health=unhealthy")
        if unhealthy:
            context.must("docker", "stop", *unhealthy)
        with stage.step("start"):
            serve(context)
        end = " ".join(following) or f"Next: {context.make('stop')} keeps its data, {context.make('clean')} removes it"
        context.success(f"The release runs on {configuration.addresses}. {end}")


def migrate(context: Context) -> None:
    """Wait for the database, and migrate it."""
    if django_admin(context, "migrate", "--noinput") != 0:
        sentence = probe.sentence(context, "release", context.configuration.release_project)
        raise InfrastructureError(
            sentence or f"expected the migrations to run, found the error above. Look at: {context.make('logs')}"
        )


def django_admin(context: Context, *arguments: str) -> int:
    """Run a command of Django in the release image; return its exit status."""
    return context.run(context.compose("release", "run", "--rm", "--no-TTY", "app", "django-admin", *arguments))


def serve(context: Context) -> None:
    """Start what serves. Without dependencies: Compose would take the good end of the agent for a failure."""
    command = ("up", "--detach", "--no-deps", "--no-build", "--wait", "--wait-timeout", "120", *SERVING)
    if context.run(context.compose("release", *command)) != 0:
        raise InfrastructureError(
            refusal(context)
            or "expected the application, nginx and the page to become healthy, found the error above. "
            f"Look at: {context.make('logs')}"
        )


def refusal(context: Context) -> str:
    """Return the message of a container that refused to start, "" where none did."""
    found = []
    for service in SERVING:
        for container in context.engine.containers(context.configuration.release_project, service):
            logs = context.capture(("docker", "logs", "--tail", "50", container), errors=True)
            found += REFUSAL.findall(logs.output)
    return found[-1] if found else ""
