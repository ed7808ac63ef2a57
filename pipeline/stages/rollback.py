"""Deploy the previous release again on the Swarm of INVENTORY."""

from pipeline.stages import Context, deploy


def run(context: Context) -> None:
    """Roll back."""
    deploy.run(context, "rollback")
