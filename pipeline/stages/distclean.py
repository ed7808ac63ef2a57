"""Remove what `make clean` removes, and this pipeline's images, target/, reports/, site/, .state/ and .venv/."""

from pipeline import files
from pipeline.errors import VerdictError
from pipeline.stages import Context, clean

# State of other pipelines of this checkout, and the lock that this run holds.
KEPT = ("registry", "cluster", "ci-server", "lock")


def run(context: Context) -> None:
    """Remove them. The parent images and the engine's build cache stay."""
    configuration = context.configuration
    deployed = f"label=com.docker.stack.namespace={configuration.pipeline}"
    # The image of a running service cannot be removed, and this verb must not stop a service.
    if context.capture(("docker", "service", "ls", "--quiet", "--filter", deployed)).output:
        raise VerdictError(
            f"expected {configuration.pipeline} not to be deployed on this machine's own Swarm, found that it is. "
            f"Type: {context.make('undeploy')}"
        )
    context.lock()
    clean.remove(context)
    context.info("Removing images, target/, reports/, site/ and .venv/...")
    context.engine.remove_images(configuration.pipeline)
    for name in ("target", "reports", "site", ".venv"):
        files.remove(context.root / name)
    for left in context.root.glob(".target.*"):
        files.remove(left)
    for entry in context.state.iterdir():
        if not entry.name.startswith(KEPT):
            files.remove(entry)
    if [entry.name for entry in context.state.iterdir()] == ["lock"]:
        files.remove(context.state)
    context.success(f"Cleaned. The parent images and the engine's build cache stay. Next: {context.make('release')}")
