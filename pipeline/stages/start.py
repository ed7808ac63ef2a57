"""Start the release environment with its data: database, probe, migrations, then the services."""

import re
from collections.abc import Sequence

from pipeline import evidence
from pipeline.commands import docker
from pipeline.configuration import PARTS
from pipeline.errors import InfrastructureError, PipelineError, VerdictError
from pipeline.stages import Context, probe

REFUSAL = re.compile(r"^FAIL: (.*)$", re.MULTILINE)


def run(context: Context) -> None:
    context.lock()
    with evidence.stage(context, "start") as stage:
        ensure_images(context)
        up(context, stage, "release")
        remember(context)
        context.success(
            f"The release runs on {context.configuration.addresses}. "
            f"Next: {context.make('stop')} keeps its data, {context.make('clean')} removes it"
        )


def ensure_images(context: Context) -> None:
    """Ensure the images to run: those that ran last, else the accepted ones. Raises VerdictError for none."""
    for part in PARTS:
        running, accepted = context.image(part, "running"), context.image(part, "accepted")
        if not context.engine.image_id(running):
            if not context.engine.image_id(accepted):
                raise VerdictError(f"expected a release image, found none. Type: {context.make('release')}")
            context.engine.tag(accepted, running)


def bring(context: Context) -> None:
    """Upgrade the running release to the accepted images; its data stays.

    If they do not serve the data, start the previous images again, and raise the error. Migrations are not reversed.
    """
    with evidence.stage(context, "start") as stage:
        before = {part: what_ran(context, part) for part in PARTS}
        for part in PARTS:
            context.engine.tag(context.image(part, "accepted"), context.image(part, "running"))
        try:
            up(context, stage, "release")
            with stage.step("smoke claims"):
                smoke(context)
        except PipelineError as error:
            if not all(before.values()):
                raise
            context.console.failure(str(error))
            context.info("Going back to the release before...")
            for part, image in before.items():
                context.engine.tag(image, context.image(part, "running"))
            serve(context, "release")
            raise VerdictError(
                "expected the accepted release to serve the data of the one before, found the failure above. "
                f"The one before runs again on {context.configuration.addresses}; migrations that came to their end "
                f"stay. Mend it, then: {context.make('release')}"
            ) from error
        remember(context)


def what_ran(context: Context, part: str) -> str:
    """Return the image of a part's container, else of its tag `running`, else "".

    A run killed here may have moved the tags and not the containers.
    """
    for container in context.engine.containers(context.configuration.release_project, part):
        return context.capture(docker.container_field("{{.Image}}", container)).output
    return context.engine.image_id(context.image(part, "running"))


def where_to_look(context: Context, environment: str) -> str:
    """Return where the containers' logs are."""
    return "Look at: " + ("reports/logs/candidate.log" if environment == "candidate" else context.make("logs"))


def up(context: Context, stage: evidence.Stage, environment: str) -> None:
    context.info("Ensuring database is ready, then running migrations...")
    with stage.step("database, migrations"):
        migrate(context, environment)
    context.info("Starting the application, nginx and the page...")
    with stage.step("start"):
        serve(context, environment)


def migrate(context: Context, environment: str) -> None:
    """Wait for the database, and migrate it."""
    if context.run(django_admin(context, environment, "migrate", "--noinput")) != 0:
        sentence = probe.sentence(context, environment)
        raise InfrastructureError(
            sentence or f"expected the migrations to run, found the error above. {where_to_look(context, environment)}"
        )


def django_admin(context: Context, environment: str, *arguments: str) -> Sequence[str]:
    """Return a command of Django in the release image."""
    return context.compose(environment, "run", "--rm", "--no-TTY", "app", "django-admin", *arguments)


def serve(context: Context, environment: str) -> None:
    """Start the services. Without dependencies: Compose takes the agent's successful end for a failure."""
    # A container that is unhealthy now stays so until its next check. A restart checks it at once.
    unhealthy = context.engine.containers(context.configuration.project(environment), "", "health=unhealthy")
    if unhealthy:
        context.engine.must("docker", "stop", *unhealthy)
    command = ("up", "--detach", "--no-deps", "--no-build", "--wait", "--wait-timeout", "120", *PARTS)
    if context.run(context.compose(environment, *command)) != 0:
        raise InfrastructureError(
            refusal(context, environment)
            or "expected the application, nginx and the page to become healthy, found the error above. "
            f"{where_to_look(context, environment)}"
        )


def refusal(context: Context, environment: str) -> str:
    """Return the message of a container that refused to start, "" for none."""
    found = []
    for part in PARTS:
        for container in context.engine.containers(context.configuration.project(environment), part):
            logs = context.capture(("docker", "logs", "--tail", "50", container), errors=True)
            found += REFUSAL.findall(logs.output)
    return found[-1] if found else ""


def smoke(context: Context) -> None:
    """Run the read-only claims on the running release, as after a deployment."""
    suite = ("test", "node", "node_modules/mocha/bin/mocha.js", "--grep", "@smoke")
    if context.run(context.compose("release", "run", "--rm", "--no-TTY", "--no-deps", *suite)) != 0:
        raise VerdictError("expected the smoke claims to hold on the running release, found failures. Read above")


def runs_accepted(context: Context) -> bool:
    """Whether the accepted images run, healthy, with the current settings."""
    healthy = context.engine.healthy(context.configuration.release_project)
    accepted = context.engine.image_ids(*(context.image(part, "accepted") for part in PARTS))
    if not accepted or accepted != [healthy.get(part) for part in PARTS]:
        return False
    file = context.state / f"running{context.configuration.build_id}"
    return file.exists() and file.read_text() == state(context)


def remember(context: Context) -> None:
    (context.state / f"running{context.configuration.build_id}").write_text(state(context))


def state(context: Context) -> str:
    """Return the release environment's settings and containers."""
    settings = context.capture(context.compose("release", "config", "--hash", "*")).output
    containers = context.engine.containers(context.configuration.release_project, "", "status=running")
    return "\n".join([settings, *sorted(containers)])
