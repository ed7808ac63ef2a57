"""Remove the registry and the package index of `make registry`, with all they hold."""

from __future__ import annotations

from pipeline import files
from pipeline.errors import VerdictError
from pipeline.stages import Context


def run(context: Context) -> None:
    """Remove them, unless the lab stands on their network."""
    configuration = context.configuration
    if context.engine.containers(configuration.cluster_project):
        raise VerdictError(
            f"expected no lab on the registry's network, found one. Type: {context.make('cluster-down')}"
        )
    context.info("Removing the registry and the package index, all they hold included...")
    context.engine.remove_project(configuration.registry_project)
    files.remove(context.state / f"registry{configuration.build_id}")
    context.success(f"Removed. Next: {context.make('registry')}")
