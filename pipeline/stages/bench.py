"""Measure this checkout beside the older course's workflow: bench [SECTION...] of wait, size, service, growth.

Results go to bench/results.json, bench/plots/ and the terminal. Of the environment: ROUNDS, STATES (of wait), CASES and
SECONDS_EACH (of service), KEEP=yes; bench/README.md has them.
"""

from pipeline.errors import ReportedError
from pipeline.stages import Context, network, python_env, tests

TABLES = ".state/bench/bin/python bench/tables.py"


def run(context: Context, *sections: str) -> None:
    parents = {name: context.parent(name) for name in ("DEBIAN_PARENT", "MYSQL_PARENT")}
    network.run(context)
    python = python_env.make(context, ".state/bench", "bench/requirements.txt")
    variables = context.configuration.variables(context.state, {})
    files = {name: variables[name] for name in ("CA_FILE", "PIP_FILE", "APT_FILE", "NPM_FILE")}
    given = {**tests.environment(context), **parents, **files}
    if context.run((python, "bench/bench.py", *sections), given) != 0:
        raise ReportedError
    context.success(f"Measured. Results in bench/results.json, plots in bench/plots/. As Markdown: {TABLES}")
