"""Serve src/ on SQLite with Python alone, reloading as the source changes, until Ctrl-C."""

from pipeline import machine
from pipeline.stages import Context, check

# The variables for SQLite in docs/settings.md.
SETTINGS = ("DEBUG", "ALLOWED_HOSTS", "LOG_LEVEL", "SQLITE_PATH")


def run(context: Context) -> None:
    machine.look(context, ["serve"])
    python = check.environment(context)
    given = {name: value for name, value in context.runner.user_environment.items() if name in SETTINGS}
    if context.run([python, "src/manage.py", "migrate", "--verbosity", "0"], given) != 0:
        raise check.failed("the migrations to run", "serve")
    port = context.knob("HTTP_PORT")
    context.info(f"Serving src/ on http://localhost:{port}/todos, data in src/db.sqlite3; Ctrl-C ends it")
    context.runner.replace([python, "src/manage.py", "runserver", port], given)
