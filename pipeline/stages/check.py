"""Run the tests of src/ on SQLite with Python alone. It is quick, but only `make test` opens the gate."""

import re
import time

from pipeline import machine
from pipeline.errors import VerdictError
from pipeline.stages import Context, python_env

LOCKS = ("src/requirements/base.txt", "src/requirements/test.txt")


def environment(context: Context) -> str:
    """Update the virtual environment of src/ if a lock has changed; return its Python."""
    return python_env.make(context, ".venv", *LOCKS)


def failed(expected: str, verb: str) -> VerdictError:
    """Return the error of a command whose output the user has seen."""
    return VerdictError(f"expected {expected}, found failures. Read above; mend src/, then: make {verb}")


def run(context: Context) -> None:
    """Run the tests; a run without tests is an error."""
    machine.look(context, ["check"])
    python = environment(context)
    began = time.monotonic()
    context.info("Running tests on SQLite...")
    folders = sorted(str(folder.relative_to(context.root)) for folder in context.root.glob("src/*/tests"))
    status, output = context.runner.show([python, "src/manage.py", "test", *folders])
    if status != 0:
        raise failed("all tests to pass", "check")
    if not re.search(r"^Ran [1-9]", output, re.MULTILINE):
        raise VerdictError("expected tests in src/*/tests, found none. Look there.")
    context.success(f"Check complete in {time.monotonic() - began:.0f} s. Next: make test, on a real MySQL")
