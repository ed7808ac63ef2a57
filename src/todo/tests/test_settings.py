"""The settings, each in a Python of its own that knows only the variables it is given."""

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import TestCase

SECRETS = {"SECRET_KEY": "the key", "MYSQL_PASSWORD": "the password"}


def python(code, **environment):
    """Run the code with these variables and nothing else, and return the finished process."""
    # It finds the modules that this Python finds: the checkout's, or the wheel's.
    own = {"PYTHONPATH": os.pathsep.join(sys.path)}
    if "COVERAGE_PROCESS_CONFIG" in os.environ:
        # The tests are being measured (`patch` in pyproject.toml): so is what runs here.
        own |= {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        code = f"import coverage; coverage.process_startup()\n{code}"
    return subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=own | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def settings(name, **environment):
    """Return the settings that JSON can express, as the module has them with these variables."""
    code = (
        f"import json, todobackend.settings.{name} as module\n"
        "print(json.dumps({key: value for key, value in vars(module).items() if key.isupper()}, default=repr))"
    )
    done = python(code, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def last_words(name, **environment):
    """Return (exit status, last line of standard error) of a start with these settings."""
    done = python(f"import todobackend.settings.{name}", **environment)
    return done.returncode, done.stderr.strip().rpartition("\n")[2]


def refuses(name):
    """Return what `last_words` are to be where a secret is missing."""
    return 1, (
        "django.core.exceptions.ImproperlyConfigured: "
        f"expected a secret in {name}_FILE (a file's path) or {name}, found nothing. "
        "The release has no default for it: give one, then start again."
    )


class ReleaseWithoutItsSecrets(TestCase):
    def test_should_refuse_to_start_without_secret_key(self):
        self.assertEqual(last_words("release", MYSQL_PASSWORD="the password"), refuses("SECRET_KEY"))

    def test_should_refuse_to_start_without_mysql_password(self):
        self.assertEqual(last_words("release", SECRET_KEY="the key"), refuses("MYSQL_PASSWORD"))

    def test_should_refuse_to_start_with_an_empty_secret(self):
        self.assertEqual(last_words("release", **SECRETS | {"SECRET_KEY": " \n"}), refuses("SECRET_KEY"))

    def test_should_refuse_to_start_with_an_empty_file(self):
        self.assertEqual(last_words("release", **SECRETS, MYSQL_PASSWORD_FILE=os.devnull), refuses("MYSQL_PASSWORD"))

    def test_should_refuse_to_start_where_a_file_is_missing(self):
        # Though the variable would do: whoever names a file means it.
        self.assertEqual(
            last_words("release", **SECRETS, SECRET_KEY_FILE="/nowhere/key"),
            (
                1,
                "django.core.exceptions.ImproperlyConfigured: expected a readable file in SECRET_KEY_FILE, found: "
                "[Errno 2] No such file or directory: '/nowhere/key'. Mount the secret there.",
            ),
        )

    def test_should_refuse_to_start_where_a_file_is_no_text(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"\xff")
            file.flush()
            status, words = last_words("release", **SECRETS, MYSQL_PASSWORD_FILE=file.name)
        self.assertEqual(
            (status, words.partition(", found: ")[0]),
            (
                1,
                "django.core.exceptions.ImproperlyConfigured: expected a readable file in MYSQL_PASSWORD_FILE",
            ),
        )


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
        self.assertEqual(self.settings["SECURE_PROXY_SSL_HEADER"], ["HTTP_X_FORWARDED_PROTO", "https"])

    def test_should_use_mysql_and_encrypt(self):
        self.assertEqual(
            self.settings["DATABASES"],
            {
                "default": {
                    "ENGINE": "todobackend.mysql",
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
                        "connect_timeout": 2,
                        "read_timeout": 0,
                        "write_timeout": 0,
                    },
                    "TEST": {"CHARSET": "utf8mb4"},
                }
            },
        )

    def test_should_read_where_mysql_is(self):
        database = settings(
            "release",
            **SECRETS,
            MYSQL_HOST="db.example",
            MYSQL_PORT="3307",
            MYSQL_DATABASE="todos",
            MYSQL_USER="todo",
        )["DATABASES"]["default"]
        self.assertEqual(
            (database["HOST"], database["PORT"], database["NAME"], database["USER"]),
            ("db.example", 3307, "todos", "todo"),
        )


class ReleaseSettingsBeforeDjangosDeploymentCheck(TestCase):
    """Release settings before Django's deployment check"""

    def check(self, **changed):
        """Return (exit status, standard error) of the check; it does not need the driver of MySQL."""
        code = (
            "import todobackend.settings.release as module\n"
            "module.DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}\n"
            "from django.core.management import execute_from_command_line\n"
            "execute_from_command_line(['django', 'check', '--deploy', '--fail-level', 'WARNING'])"
        )
        done = python(
            code,
            DJANGO_SETTINGS_MODULE="todobackend.settings.release",
            **SECRETS | {"SECRET_KEY": secrets.token_urlsafe(50)} | changed,
        )
        return done.returncode, done.stdout, done.stderr

    def test_should_pass_it(self):
        status, output, error = self.check()
        self.assertEqual((status, error), (0, ""))
        self.assertIn("System check identified no issues", output)

    def test_should_not_pass_it_with_a_weak_key(self):
        status, _, error = self.check(SECRET_KEY="weak")
        self.assertEqual((status, "(security.W009)" in error), (1, True))


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

    def test_should_print_no_colours_unless_it_is_told(self):
        self.assertNotIn("--spec-color", self.settings["NOSE_ARGS"])

    def test_should_print_colours_where_it_is_told(self):
        told = settings("test", MYSQL_PASSWORD="the password", FORCE_COLOR="1")
        self.assertIn("--spec-color", told["NOSE_ARGS"])


class BaseSettings(TestCase):
    def debug(self, **environment):
        """Return DEBUG with these variables."""
        return settings("base", **environment)["DEBUG"]

    def test_should_debug_on_a_laptop(self):
        self.assertIs(self.debug(), True)

    def test_should_not_debug_when_debug_is_false(self):
        # A bare os.environ lookup would take the word for true.
        self.assertIs(self.debug(DEBUG="false"), False)

    def test_should_not_debug_when_debug_is_0(self):
        self.assertIs(self.debug(DEBUG="0"), False)

    def test_should_debug_when_debug_is_true(self):
        self.assertIs(self.debug(DEBUG="true"), True)
