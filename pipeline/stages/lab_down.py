"""Remove the lab of `make registry`, `make cluster` and `make ci-server`, with its data."""

from pipeline import files
from pipeline.stages import Context, ci_server


def run(context: Context) -> None:
    context.info("Removing the registry, the package index, the nodes and the CI server, all they hold included...")
    remove(context)
    context.success(f"Removed. Next: {context.make('registry')}, or {context.make('stop')}")


def remove(context: Context) -> None:
    """Remove its containers, the CI server's builds, and its state."""
    configuration = context.configuration
    built = [f"{configuration.ci_pipeline}{kind}" for kind in ("", "dev", "-candidate")]
    for project in (configuration.lab_project, *built):
        context.engine.remove_project(project)
    context.engine.remove_images(configuration.ci_pipeline)
    for name in ("cluster", "registry"):
        files.remove(context.state / f"{name}{configuration.build_id}")
    files.remove(ci_server.work_folder(context))
