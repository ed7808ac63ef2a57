"""Stop the environments. The volumes stay, so `make start` continues with the data."""

from pipeline.commands import docker
from pipeline.errors import InfrastructureError
from pipeline.stages import Context


def run(context: Context) -> None:
    """Stop the dev and the release environment, and a leftover candidate."""
    configuration = context.configuration
    context.info("Stopping...")
    for project in map(configuration.project, ("dev", "candidate", "release")):
        if context.run(docker.stop(project)) != 0:
            raise InfrastructureError(
                f"expected the containers of {project} to stop, found the error above. Look at: docker ps"
            )
    context.success(f"Stopped; the data is kept. Next: {context.make('start')}, or {context.make('clean')}")
