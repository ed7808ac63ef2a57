"""Settings of the dev image: the tests and `make dev`, against a real MySQL."""

import socket

from .base import *
from .base import env
from .mysql import mysql

DATABASES = {"default": mysql(env, password=env("MYSQL_PASSWORD"))}
# A database for each container: a run whose make was killed may still be going on beside the next one.
DATABASES["default"]["TEST"]["NAME"] = f"test_{DATABASES['default']['NAME']}_{socket.gethostname()[:24]}"

# nose as the runner: the report reads as a specification, and a copy is written as xunit XML.
INSTALLED_APPS += ["django_nose"]
TEST_RUNNER = "django_nose.NoseTestSuiteRunner"
NOSE_ARGS = [
    "--with-spec",
    "--with-xunit",
    "--xunit-file=" + env("XUNIT_FILE", default="unittests.xml"),
]
# Not by looking at standard output: in a container it is no terminal, also where the person sits at one.
if env.bool("FORCE_COLOR", default=False):
    NOSE_ARGS.append("--spec-color")
