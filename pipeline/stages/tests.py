"""Run the project's own tests, on copies of this checkout that are pipelines of their own.

tests                       what every change must pass: tests/tiers.py, without the nightly tier
tests nightly               the nightly tier
tests PYTEST-ARGUMENT...    some of them: e2e/test_gates.py
"""

from pipeline.configuration import ARGUMENTS, KNOBS
from pipeline.errors import VerdictError
from pipeline.stages import Context, python_env

# Variables that make exports.
OF_MAKE = ("GOALS", "TARGETS", "TYPED", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES")
# Knobs that describe this machine; copies of the checkout get them too.
OF_MACHINE = ("PARENTS", "DEBIAN_IMAGE", "MYSQL_IMAGE", "INSTALL_ENGINE", "MIN_FREE_GIB", "PROBE_TIMEOUT")


def environment(context: Context, *kept: str) -> dict[str, str]:
    """Return the user's environment without the knobs of this run, for a program that runs make in copies."""
    dropped = {*KNOBS, *OF_MAKE, *(name for names in ARGUMENTS.values() for name in names)} - set(kept)
    given = {name: value for name, value in context.runner.user_environment.items() if name not in dropped}
    return {**given, "PYTHONDONTWRITEBYTECODE": "1"}


def run(context: Context, *arguments: str) -> None:
    given = environment(context, *OF_MACHINE)
    if arguments in ((), ("nightly",)):
        context.runner.replace(("python3", "tests/run.py", *arguments), given)
    python_env.make(context, ".state/tests", "tests/requirements.txt")
    python = context.root / ".state/tests/bin/python"
    command = ("sh", "-c", 'cd tests && exec "$@"', "sh", str(python), "-m", "pytest", *arguments)
    if context.run(command, given) != 0:
        raise VerdictError(
            "expected the tests to pass, found failures. Read above; tests/README.md says what stands where."
        )
