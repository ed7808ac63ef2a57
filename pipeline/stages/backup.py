"""Write a consistent copy of the running release's data to a file, while the release serves.

backup [FILE]: FILE must not exist; the default is in backups/, named by the time (UTC).
"""

import os
import shlex
import time
from pathlib import Path

from pipeline import data
from pipeline.errors import VerdictError
from pipeline.stages import Context


def run(context: Context, *given: str) -> None:
    """Write the backup, check it, then rename it. Only its owner can read it."""
    configuration = context.configuration
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    file = Path(given[0] if given and given[0] else f"backups/{configuration.pipeline}-{moment}.sql.gz")
    place = context.root / os.path.expanduser(file)  # noqa: PTH111 - Path's raises for an unknown user
    if place.exists():
        raise VerdictError(f"expected no file at {file} yet, found one. A backup overwrites nothing: give another FILE")
    if not context.engine.containers(configuration.release_project, "db", "status=running"):
        raise VerdictError(
            f"expected the release's database to run, found that it does not. Type: {context.make('start')}"
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    context.info(f"Writing the data of {configuration.pipeline}...")
    part = place.with_name(f"{place.name}.part")
    try:
        part.touch(mode=0o600)
        with part.open("wb") as opened:
            hint = f"Nothing was kept. Look at: {context.make('logs')}"
            context.must(data.dump(context), "the database to write its data", hint, stdout=opened)
        content = data.check(part)
        part.rename(place)
    finally:
        part.unlink(missing_ok=True)
    context.success(
        f"Backup complete: {file} ({place.stat().st_size} bytes, content {content}). "
        f"To have it back, in an empty release: {context.make('restore', f'FILE={shlex.quote(str(file))}')}"
    )
