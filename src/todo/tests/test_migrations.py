"""The migrations, which make the database from nothing."""

import contextlib
import io

from api import ApiTestCase
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


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
