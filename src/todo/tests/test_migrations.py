"""The migrations, which make the database from nothing."""

import contextlib
import io
from unittest import TestCase, mock

from api import ApiTestCase
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from todobackend.api.management.commands.migrate import FOR_EVER, NOT_AT_ALL, RELEASE, TAKE, alone


class Migrations(ApiTestCase):
    def test_should_say_what_the_models_say(self):
        output = io.StringIO()
        with contextlib.suppress(SystemExit):  # it would end nose without a verdict
            call_command("makemigrations", "--check", "--dry-run", stdout=output)
        self.assertEqual(output.getvalue(), "No changes detected\n")

    def test_should_all_be_in_the_database(self):
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        self.assertEqual(missing, [])

    def test_should_be_found(self):
        # Without this the two above would pass for a package that lost its migrations.
        self.assertIn(("todo", "0001_initial"), MigrationExecutor(connection).loader.disk_migrations)


class TwoMigrationsAtOnce(TestCase):
    """What MySQL is asked; tests/e2e/test_accepted.py asks it."""

    def asked(self, *answers):
        """Migrate beside a server that gives these answers; return what it was asked, and what was said."""
        server, output = mock.MagicMock(vendor="mysql"), io.StringIO()
        cursor = server.cursor.return_value.__enter__.return_value
        cursor.fetchone.side_effect = answers
        with alone(server, output):
            cursor.execute("migrate")
        return [call.args for call in cursor.execute.call_args_list], output.getvalue()

    def test_should_find_a_lock_that_is_free(self):
        self.assertEqual(self.asked((1,)), ([(TAKE, [NOT_AT_ALL]), ("migrate",), (RELEASE,)], ""))

    def test_should_wait_for_each_other_and_say_so(self):
        asked, said = self.asked((0,))
        self.assertEqual(asked, [(TAKE, [NOT_AT_ALL]), (TAKE, [FOR_EVER]), ("migrate",), (RELEASE,)])
        self.assertIn("waiting for its end", said)

    def test_should_give_the_lock_back_after_a_failure(self):
        server = mock.MagicMock(vendor="mysql")
        cursor = server.cursor.return_value.__enter__.return_value
        cursor.fetchone.return_value = (1,)
        with self.assertRaises(ValueError), alone(server, io.StringIO()):
            raise ValueError
        cursor.execute.assert_called_with(RELEASE)

    def test_should_be_left_to_a_database_that_is_a_file(self):
        server = mock.MagicMock(vendor="sqlite")
        with alone(server, io.StringIO()):
            pass
        server.cursor.assert_not_called()
