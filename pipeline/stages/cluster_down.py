"""Remove the lab of `make cluster`: its nodes, what runs on them, their data and keys."""

from __future__ import annotations

from pipeline import files
from pipeline.stages import Context


def run(context: Context) -> None:
    """Remove it."""
    context.info("Removing the nodes, all they hold included...")
    context.engine.remove_project(context.configuration.cluster_project)
    files.remove(context.state / f"cluster{context.configuration.build_id}")
    context.success(f"Removed. Next: {context.make('cluster')}")
