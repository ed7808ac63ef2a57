"""Build the base image, the runtime that the dev image and the release image share, from the Debian parent."""

from pipeline import images
from pipeline.stages import Context, network


def run(context: Context) -> None:
    """Write the network settings for all builds, then build the image."""
    name = context.image("base")
    network.run(context)
    if not context.engine.image_id(name):
        context.info("Building the base image...")
    images.build(context, "the base image", "base")
    if context.was_asked_for("base"):
        context.success(
            f"The base image {name} stands on {context.parent('DEBIAN_PARENT')}. Next: {context.make('test')}"
        )
