"""Stop the environments. The volumes stay, so `make start` continues with the data."""

from pipeline.commands import docker
from pipeline.stages import Context


def run(context: Context) -> None:
    configuration = context.configuration
    context.info("Stopping...")
    for project in map(configuration.project, ("dev", "candidate", "release")):
        context.must(docker.stop(project), f"the containers of {project} to stop", "Look at: docker ps")
    context.success(f"Stopped; the data is kept. Next: {context.make('start')}, or {context.make('clean')}")
