"""Settings of the tests."""

from .base import *  # noqa: F403
