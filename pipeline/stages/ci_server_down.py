"""Remove the CI server of `make ci-server`, what its builds left, and what it remembers."""

from __future__ import annotations

from pipeline import files
from pipeline.stages import Context, ci_server


def run(context: Context) -> None:
    """Remove it."""
    context.info("Removing the CI server, and the pipeline it ran...")
    remove(context)
    context.success(f"Removed. Next: {context.make('ci-server')}")


def remove(context: Context) -> None:
    """Remove its containers, those of its builds, their images, and its folder."""
    configuration = context.configuration
    built = [f"{configuration.ci_pipeline}{kind}" for kind in ("", "dev", "-candidate")]
    for project in (configuration.ci_project, *built):
        context.engine.remove_project(project)
    context.engine.remove_images(configuration.ci_pipeline)
    files.remove(ci_server.work_folder(context))
