"""Django's `migrate`, one at a time: behind a lock, if the database is MySQL."""

from contextlib import contextmanager

from django.core.management.commands import migrate
from django.db import connections

# One lock for each database of a server; MySQL takes names of 64 characters.
TAKE = "SELECT GET_LOCK(LEFT(CONCAT('migrate ', DATABASE()), 64), %s)"
RELEASE = "SELECT RELEASE_LOCK(LEFT(CONCAT('migrate ', DATABASE()), 64))"
# Seconds, as MySQL counts them.
NOT_AT_ALL, FOR_EVER = 0, -1


@contextmanager
def alone(connection, output):
    """Hold the migration lock of a database; if another migration has it, write a line to `output` and wait.

    Two migrations at once would create the same table: one fails, and MySQL does not roll back tables. MySQL releases
    the lock at the end of the connection. SQLite needs no lock.
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
    """Django's command, with the lock."""

    def handle(self, *args, **options):
        with alone(connections[options["database"]], self.stdout):
            super().handle(*args, **options)
