"""The settings, each module run anew with the variables that a test gives it."""

import importlib
import os
import secrets
import socket
import sys
import tempfile
from pathlib import Path
from unittest import TestCase, mock

from api import ApiTestCase
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import override_settings
from environ import FileAwareEnv
from environ.fileaware_mapping import FileAwareMapping

SECRETS = {"SECRET_KEY": "the key", "MYSQL_PASSWORD": "the password"}


def settings(name, **environment):
    """Return the settings of a module as they are with these variables and no others."""
    others = {key: module for key, module in sys.modules.items() if not key.startswith("todobackend.settings.")}
    with (
        mock.patch.dict(os.environ, environment, clear=True),
        # django-environ remembers what it has read.
        mock.patch.object(FileAwareEnv, "ENVIRON", FileAwareMapping()),
        mock.patch.dict(sys.modules, others, clear=True),
    ):
        module = importlib.import_module(f"todobackend.settings.{name}")
        return {key: value for key, value in vars(module).items() if key.isupper()}


class ReleaseWithoutItsSecrets(TestCase):
    def refuses(self, words, **environment):
        """Check that a start with these variables is refused in these words."""
        with self.assertRaisesRegex(ImproperlyConfigured, words):
            settings("release", **environment)

    def test_should_refuse_to_start_without_a_secret_or_with_an_empty_one(self):
        for name in SECRETS:
            words = rf"expected a secret in {name}_FILE \(a file's path\) or {name}, found nothing\. .*: give one"
            self.refuses(words, **{other: value for other, value in SECRETS.items() if other != name})
            self.refuses(words, **SECRETS | {name: " \n"})
            self.refuses(words, **SECRETS, **{f"{name}_FILE": os.devnull})

    def test_should_refuse_to_start_where_a_file_is_missing(self):
        # Though the variable would do: whoever names a file means it.
        words = "expected a readable file in SECRET_KEY_FILE, found: .*'/nowhere/key'. Mount the secret there."
        self.refuses(words, **SECRETS, SECRET_KEY_FILE="/nowhere/key")

    def test_should_refuse_to_start_where_a_file_is_no_text(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"\xff")
            file.flush()
            self.refuses("expected a readable file in MYSQL_PASSWORD_FILE", **SECRETS, MYSQL_PASSWORD_FILE=file.name)


class ReleaseWithSecretsInFiles(TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            key, password = Path(folder, "key"), Path(folder, "password")
            key.write_text("key of the file\n")
            password.write_text("$HOME is not a variable here")
            cls.settings = settings("release", **SECRETS, SECRET_KEY_FILE=str(key), MYSQL_PASSWORD_FILE=str(password))

    def test_should_prefer_the_file_and_drop_its_line_end(self):
        self.assertEqual(self.settings["SECRET_KEY"], "key of the file")

    def test_should_take_a_secret_that_starts_with_a_dollar_as_it_is(self):
        self.assertEqual(self.settings["DATABASES"]["default"]["PASSWORD"], "$HOME is not a variable here")


class ReleaseSettings(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.settings = settings("release", **SECRETS, DEBUG="true", ALLOWED_HOSTS="todo.example,10.0.0.7")

    def test_should_read_the_secret_key_from_its_variable(self):
        self.assertEqual(self.settings["SECRET_KEY"], "the key")

    def test_should_never_debug(self):
        self.assertIs(self.settings["DEBUG"], False)

    def test_should_read_the_hosts_it_answers_to(self):
        self.assertEqual(self.settings["ALLOWED_HOSTS"], ["todo.example", "10.0.0.7"])

    def test_should_believe_the_proxy_about_https(self):
        self.assertEqual(self.settings["SECURE_PROXY_SSL_HEADER"], ("HTTP_X_FORWARDED_PROTO", "https"))

    def test_should_use_mysql_and_encrypt(self):
        self.assertEqual(
            self.settings["DATABASES"]["default"],
            {
                "ENGINE": "django.db.backends.mysql",
                "HOST": "db",
                "PORT": 3306,
                "NAME": "todobackend",
                "USER": "todobackend",
                "PASSWORD": "the password",
                "CONN_MAX_AGE": 60,
                "CONN_HEALTH_CHECKS": True,
                "OPTIONS": {
                    "charset": "utf8mb4",
                    "sql_mode": "STRICT_TRANS_TABLES",
                    "ssl_mode": "REQUIRED",
                    "connect_timeout": 1,
                    "read_timeout": 0,
                    "write_timeout": 0,
                },
                "TEST": {"CHARSET": "utf8mb4"},
            },
        )

    def test_should_read_where_mysql_is(self):
        where = {"HOST": "db.example", "PORT": "3307", "DATABASE": "todos", "USER": "todo"}
        database = settings("release", **SECRETS, **{f"MYSQL_{name}": value for name, value in where.items()})
        database = database["DATABASES"]["default"]
        self.assertEqual(
            (database["HOST"], database["PORT"], database["NAME"], database["USER"]),
            ("db.example", 3307, "todos", "todo"),
        )


class ReleaseSettingsBeforeDjangosDeploymentCheck(ApiTestCase):
    """Release settings before Django's deployment check"""

    def check(self, key):
        """Run the check on the release's settings, but for the database: it would ask the release's."""
        release = settings("release", **SECRETS | {"SECRET_KEY": key})
        del release["DATABASES"]
        with override_settings(**release):
            call_command("check", deploy=True, fail_level="WARNING", stdout=mock.Mock(), stderr=mock.Mock())

    def test_should_pass_it(self):
        self.check(secrets.token_urlsafe(50))

    def test_should_not_pass_it_with_a_weak_key(self):
        with self.assertRaisesRegex(CommandError, r"\(security.W009\)"):
            self.check("weak")


class TestSettings(TestCase):
    """Settings of the dev image"""

    @classmethod
    def setUpClass(cls):
        cls.settings = settings("test", MYSQL_PASSWORD="the password", XUNIT_FILE="/reports/unittests.xml")

    def test_should_use_the_same_mysql_as_the_release(self):
        database = self.settings["DATABASES"]["default"]
        release = settings("release", **SECRETS)["DATABASES"]["default"]
        self.assertEqual({**database, "TEST": release["TEST"]}, release)

    def test_should_test_in_a_database_of_its_own(self):
        name = f"test_todobackend_{socket.gethostname()[:24]}"
        self.assertEqual(self.settings["DATABASES"]["default"]["TEST"], {"CHARSET": "utf8mb4", "NAME": name})

    def test_should_run_nose(self):
        self.assertEqual(self.settings["TEST_RUNNER"], "django_nose.NoseTestSuiteRunner")

    def test_should_write_the_report_where_it_is_told(self):
        self.assertIn("--xunit-file=/reports/unittests.xml", self.settings["NOSE_ARGS"])

    def test_should_print_colours_only_where_it_is_told(self):
        told = settings("test", MYSQL_PASSWORD="the password", FORCE_COLOR="1")
        self.assertNotIn("--spec-color", self.settings["NOSE_ARGS"])
        self.assertIn("--spec-color", told["NOSE_ARGS"])


class BaseSettings(TestCase):
    def test_should_debug_unless_debug_says_no(self):
        # A bare os.environ lookup would take the word "false" for true.
        for value, expected in ((None, True), ("true", True), ("false", False), ("0", False)):
            with self.subTest(value=value):
                self.assertIs(settings("base", **({} if value is None else {"DEBUG": value}))["DEBUG"], expected)

    def test_should_read_a_level_of_the_log_in_small_letters(self):
        self.assertEqual(settings("base", LOG_LEVEL="debug")["LOGGING"]["root"]["level"], "DEBUG")

    def test_should_take_the_lock_of_sqlite_when_a_transaction_begins(self):
        options = settings("base")["DATABASES"]["default"]["OPTIONS"]
        self.assertEqual(options["transaction_mode"], "IMMEDIATE")
