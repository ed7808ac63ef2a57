"""Deploy the previous release again on the Swarm of INVENTORY."""

from pipeline.stages import Context, deploy


def run(context: Context) -> None:
    deploy.run(context, "rollback")
