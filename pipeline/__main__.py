"""Run a verb: python3 -m pipeline VERB [ARGUMENT...]. Exit status 1: a failed check. 2: no verdict."""

import sys

if sys.version_info < (3, 9):  # noqa: UP036 - before any import that an older Python could not read
    sys.exit(f"FAIL: expected Python 3.9 or newer, found {sys.version.split()[0]}. Install it, then run make again.")

import importlib
import os
import signal
from pathlib import Path

from pipeline.configuration import Configuration, arguments
from pipeline.console import Console
from pipeline.errors import PipelineError
from pipeline.runner import Runner
from pipeline.stages import Context

ROOT = Path(__file__).resolve().parent.parent


def main(verb: str, *words: str) -> int:
    """Run a verb; return its exit status."""
    console = Console()
    stage = importlib.import_module(f"pipeline.stages.{verb.replace('-', '_')}")
    # SystemExit runs the `finally` blocks, which remove temporary files and containers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        configuration = Configuration.read(os.environ)
        words += tuple(arguments(verb, os.environ))
    except PipelineError as error:
        console.failure(str(error))
        return error.status
    context = Context(configuration, Runner(ROOT, os.environ, console.colours), console, ROOT)
    status = 0
    try:
        stage.run(context, *words)
    except PipelineError as error:
        if str(error):
            console.failure(str(error))
        status = error.status
    except OSError as error:
        console.failure(f"expected make {verb} to come to its end, found: {error}. Then: {configuration.again}")
        status = 2
    except KeyboardInterrupt:
        context.runner.end_all(terminate=False)
        return 128 + signal.SIGINT
    except SystemExit:
        context.runner.end_all()
        raise
    if context.has_news:
        importlib.import_module("pipeline.stages.report").renew(context, status)
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
