"""`migrate`, one at a time: Django's own, behind a lock where the database has one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import OutputWrapper
from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

# One lock for each database of a server; MySQL takes names of 64 characters.
TAKE = "SELECT GET_LOCK(LEFT(CONCAT('migrate ', DATABASE()), 64), %s)"
RELEASE = "SELECT RELEASE_LOCK(LEFT(CONCAT('migrate ', DATABASE()), 64))"

# Seconds, as MySQL counts them.
NOT_AT_ALL, FOR_EVER = 0, -1


@contextmanager
def alone(connection: BaseDatabaseWrapper, output: OutputWrapper) -> Iterator[None]:
    """Wait until nobody else migrates the database, and keep others from it meanwhile.

    Two deployments at once would make the same table at the same time: one of them fails, and MySQL takes no table
    back. Where the database is a file (SQLite), the file is its own lock.

    Args:
        connection: to the database; MySQL ends the lock with it, whatever becomes of this process.
        output: is told of a wait.

    Yields:
        Nothing, while nobody else migrates.

    Raises:
        django.db.OperationalError: the server does not answer, or ends the wait.
    """
    if connection.vendor != "mysql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [NOT_AT_ALL])
        if cursor.fetchone() != (1,):
            output.write("Another migration of this database is under way: waiting for its end")
            cursor.execute(TAKE, [FOR_EVER])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(RELEASE)


class Command(migrate.Command):
    """Django's own, while nobody else migrates the same database."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate.

        Args:
            args: Django's.
            options: Django's; `database` is whose lock is taken.

        Raises:
            django.core.management.CommandError: as Django's own.
            django.db.Error: a migration failed.
        """
        with alone(connections[options["database"]], self.stdout):
            super().handle(*args, **options)
