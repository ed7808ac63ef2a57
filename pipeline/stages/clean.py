"""Remove this pipeline's containers, networks and volumes, with their data."""

from pipeline.stages import Context, lab_down


def run(context: Context) -> None:
    """Remove them. Named images, target/ and reports/ stay."""
    context.lock()
    remove(context)
    context.success(
        f"Cleaned. Images, target/ and reports/ stay ({context.make('distclean')} removes them). "
        f"Next: {context.make('test')}"
    )


def remove(context: Context) -> None:
    """Remove containers, networks, volumes and unnamed images."""
    configuration = context.configuration
    context.info(f"Removing containers, networks and volumes of {configuration.pipeline}, the data included...")
    for environment in ("dev", "candidate", "release"):
        context.engine.remove_project(configuration.project(environment))
    lab_down.remove(context)
    context.engine.remove_images(configuration.pipeline, "dangling=true")
