"""The verbs, one module for each. `run(context, *arguments)` is what the verb does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.configuration import Configuration
from pipeline.console import Console
from pipeline.runner import Runner


@dataclass
class Context:
    """What a stage works with. `root` is the checkout."""

    configuration: Configuration
    runner: Runner
    console: Console
    root: Path
