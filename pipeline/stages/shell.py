"""Open a shell in the dev image, with the dev database beside it; src/ is the checkout's."""

from pipeline import images
from pipeline.errors import InfrastructureError
from pipeline.stages import Context, probe


def build_images(context: Context) -> None:
    """Build the dev image and the agent."""
    images.build(context, "the dev image", "agent", "dev")


def run(context: Context) -> None:
    """Open the shell. The exit status of its last command does not count."""
    build_images(context)
    context.info(
        "A shell in the dev image: src/ is the checkout's, read-only; test.sh runs the tests of the image; exit ends it"
    )
    options = ("--rm", *images.as_owner(context), "--volume", f"{context.root}/src:/app/src:ro")
    command = context.compose("dev", "run", *options, "test", "bash", "-c", "bash || true")
    if context.run(command, stdin=None) != 0:
        sentence = probe.sentence(context, "dev")
        raise InfrastructureError(sentence or "expected a shell, found the error above. Look at: make logs")
