"""The database backend. Django finds `DatabaseWrapper` in this module."""

from typing import Any

from django.db.backends.mysql import base
from MySQLdb.connections import Connection

from .kept import KeptConnection, UninterruptedQuery


class UninterruptedConnection(UninterruptedQuery, Connection):
    """mysqlclient's own, except that a signal does not end a wait for an answer."""


class Backend(base.DatabaseWrapper):
    """Django's own, with these connections."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        """Connect.

        Args:
            conn_params: what mysqlclient takes.

        Returns:
            The connection.

        Raises:
            MySQLdb.OperationalError: the server does not answer, or refuses.
        """
        return UninterruptedConnection(**conn_params)


class DatabaseWrapper(KeptConnection, Backend):
    """The same, except for the health check of a kept connection."""
