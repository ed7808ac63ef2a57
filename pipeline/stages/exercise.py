"""Check the solution of an exercise of docs/exercises.md with docs/exercises/checks.py: exercise NAME."""

import importlib
import sys
from types import ModuleType

from pipeline.errors import VerdictError
from pipeline.stages import Context

CHECKS = "docs/exercises/checks.py"


def run(context: Context, name: str = "") -> None:
    exercises = checks(context).EXERCISES
    if name not in exercises:
        raise VerdictError(
            f"expected the name of an exercise ({' '.join(sorted(exercises))}), found '{name}'. "
            "Type for example: make exercise E=break-a-test"
        )
    exercises[name](context)


def checks(context: Context) -> ModuleType:
    sys.path.append(str((context.root / CHECKS).parent))
    return importlib.import_module("checks")
