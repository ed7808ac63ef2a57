"""Restore a backup into a release without data, all or nothing: restore FILE."""

import contextlib
import os
import shlex
import tempfile
from pathlib import Path

from pipeline import data
from pipeline.errors import InfrastructureError, PipelineError, VerdictError
from pipeline.stages import Context, start

# Counts the rows of all tables except that of the migrations.
COUNT = r"""
count=""
for table in $(mysql -u todobackend -NBe "SHOW TABLES" todobackend); do
    [ "$table" = django_migrations ] || count="$count + (SELECT COUNT(*) FROM \`$table\`)"
done
mysql -u todobackend -NBe "SELECT 0$count" todobackend
"""
FILL = "gunzip -c | mysql -u todobackend --default-character-set=utf8mb4 todobackend"


def run(context: Context, *given: str) -> None:
    """Check the file and the release; stop the application, fill the database, compare, start again."""
    context.lock()
    name = given[0] if given else ""
    place = context.root / os.path.expanduser(name)  # noqa: PTH111 - as in backup
    if not name:
        example = context.make("restore", f"FILE={shlex.quote(newest(context))}")
        raise VerdictError(f"expected a backup, found none given. Type: {example}")
    if not place.is_file():
        raise VerdictError(
            f"expected a backup at {name}, found no such file. Correct the path, "
            f"then: {context.make('restore FILE=...')}"
        )
    start.ensure_images(context)
    context.info("Looking at the backup...")
    wanted = data.check(place)
    context.info("Ensuring database is ready and empty...")
    start.migrate(context, "release")
    ensure_empty(context)
    # Nobody must write meanwhile. Without the application nginx would be unhealthy, so stop it too.
    context.engine.must(*context.compose("release", "stop", "nginx", "app"))
    ensure_empty(context)
    context.info("Bringing the data in...")
    try:
        fill(context, place)
    except PipelineError:
        with contextlib.suppress(PipelineError):  # the first error is the useful one
            start.run(context)
        raise
    found = content(context)
    if found != wanted:
        raise VerdictError(
            f"expected the content {wanted} after the restore, found {found}. The backup is as it was; to try again: "
            f"{context.make('clean')}; {context.make('start')}; {context.make('restore', f'FILE={shlex.quote(name)}')}"
        )
    start.run(context)
    context.success(f"Restore complete: content {found}, as in {name}")


def newest(context: Context) -> str:
    found = sorted((context.root / "backups").glob("*.sql.gz"))
    return str(found[-1].relative_to(context.root)) if found else "backups/NAME.sql.gz"


def ensure_empty(context: Context) -> None:
    """Raise VerdictError for a release with data."""
    with tempfile.TemporaryFile("w+") as answer:
        status = context.run(data.in_database(context, data.WITH_PASSWORD + COUNT), stdout=answer)
        answer.seek(0)
        found = answer.read().strip()
    if status != 0 or not found.isdigit():
        raise InfrastructureError(
            f"expected the database to say what it holds, found the error above. Look at: {context.make('logs')}"
        )
    if int(found) > 0:
        raise VerdictError(
            f"expected a release without data, found {found} items. Nothing was changed. "
            f"Keep them with {context.make('backup')}, then {context.make('clean')}; "
            f"{context.make('start')}, and restore again"
        )


def fill(context: Context, place: Path) -> None:
    """Migrate the tables to the backup's migrations, and insert the data."""
    for application, name in data.migrations(place):
        context.must(
            start.django_admin(context, "release", "migrate", "--noinput", "-v", "0", application, name),
            f"a release that knows the migration {name} of {application}",
            "The backup is of a newer one: restore it there. Nothing was changed",
            VerdictError,
        )
    with place.open("rb") as file:
        hint = f"It took none of it. Look at: {context.make('logs')}"
        command = data.in_database(context, data.WITH_PASSWORD + FILL)
        context.must(command, "the database to take the data", hint, VerdictError, stdin=file)


def content(context: Context) -> str:
    file = context.state / "restored.sql.gz"
    try:
        with file.open("wb") as opened:
            context.run(data.dump(context), stdout=opened)
        return data.check(file)
    finally:
        file.unlink(missing_ok=True)
