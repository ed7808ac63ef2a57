"""Back up the data of the release's database, and check backups."""

import gzip
import hashlib
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import VerdictError
from pipeline.stages import Context

HEAD = b"-- todobackend backup 1\n"
END = re.compile(rb"-- content ([0-9a-f]{64})\n?")
BEGIN, COMMIT = b"START TRANSACTION;\n", b"COMMIT;\n"
MIGRATION = re.compile(r"-- migration ([a-z_]*) ([A-Za-z0-9_]*)\n")


def in_database(context: Context, script: str) -> Sequence[str]:
    """Return the command of a bash script in the database's container."""
    return context.compose("release", "exec", "--no-TTY", "db", "bash", "-euo", "pipefail", "-c", script)


# The variable that MySQL's client reads.
WITH_PASSWORD = "export MYSQL_PWD=$(cat /secrets/mysql_password); "  # noqa: S105 - a command


def dump(context: Context) -> Sequence[str]:
    """Return the command that writes a compressed backup: docker/release/dump.sh."""
    script = (context.root / "docker/release/dump.sh").read_text()
    return in_database(context, f"{{ {script}\n}} | gzip --no-name")


def check(file: Path) -> str:
    """Return the digest of a backup's data. Raises VerdictError if the file is no backup or incomplete."""
    digest, last, inside = hashlib.sha256(), b"", False
    try:
        with gzip.open(file, "rb") as lines:
            found_head = lines.readline() == HEAD
            for line in lines:
                inside = inside or line == BEGIN
                if inside:
                    digest.update(line)
                inside = inside and line != COMMIT
                last = line
        said = END.fullmatch(last)
        if found_head and said and said[1].decode() == digest.hexdigest():
            return digest.hexdigest()
    except (OSError, EOFError, zlib.error):
        pass  # said below
    raise VerdictError(
        "expected a whole backup, as make backup writes it, "
        f"found that {file} is broken or something else. Nothing was changed. Take another"
    )


def migrations(file: Path) -> list[tuple[str, str]]:
    """Return the migrations of the backed up tables: each application, and the name of its last migration."""
    found = []
    with gzip.open(file, "rt", errors="replace") as lines:
        for line in lines:
            if line.startswith("START"):
                break
            match = MIGRATION.fullmatch(line)
            if match:
                found.append((match[1], match[2]))
    return found
