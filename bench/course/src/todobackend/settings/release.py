"""Settings of the release."""

from .base import *  # noqa: F403

STATIC_ROOT = "/var/www/todobackend/static"
