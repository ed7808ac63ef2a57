"""Run a verb: python3 -m pipeline VERB [ARGUMENT...]. Exit status 1 is a verdict, 2 means that there is none."""

import sys

if sys.version_info < (3, 9):  # noqa: UP036 - before any import that an older Python could not read
    sys.exit(f"FAIL: expected Python 3.9 or newer, found {sys.version.split()[0]}. Install it, then run make again.")

import importlib
import os
from pathlib import Path

from pipeline.configuration import Configuration
from pipeline.console import Console
from pipeline.errors import PipelineError
from pipeline.runner import Runner
from pipeline.stages import Context

ROOT = Path(__file__).resolve().parent.parent


def main(verb: str, *arguments: str) -> int:
    """Run a verb; return its exit status."""
    console = Console()
    stage = importlib.import_module(f"pipeline.stages.{verb.replace('-', '_')}")
    try:
        configuration = Configuration.read(os.environ)
        stage.run(Context(configuration, Runner(ROOT, os.environ), console, ROOT), *arguments)
    except PipelineError as error:
        if str(error):
            console.failure(str(error))
        return error.status
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
