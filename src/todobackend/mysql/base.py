"""The database backend. Django finds `DatabaseWrapper` in this module."""

from django.db.backends.mysql import base

from .kept import KeptConnection


class DatabaseWrapper(KeptConnection, base.DatabaseWrapper):
    """Django's own, except for the health check of a kept connection."""
