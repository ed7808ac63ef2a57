"""Remove the service from the Swarm of INVENTORY; its data stays."""

from pipeline.stages import Context, deploy


def run(context: Context) -> None:
    deploy.run(context, "undeploy")
