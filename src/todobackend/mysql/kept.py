"""The look at a kept connection, apart from MySQL's own classes."""

import select
import time
from typing import Any

# Seconds between two questions to the server on one connection; in between, a look at the socket has to do.
PING_EVERY = 1.0


class KeptConnection:
    """What a database wrapper of Django's inherits first, to do its health check (CONN_HEALTH_CHECKS) seldom.

    Django asks the server before each request whether it is still there, which costs as much as reading an item. But a
    server that ended, was restarted or closed the connection has closed the socket too, and that is seen from here.
    """

    _answered = float("-inf")

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect.

        Args:
            conn_params: the driver's arguments.

        Returns:
            The driver's connection.

        Raises:
            django.db.OperationalError: the server does not answer, or refuses.
        """
        connection = super().get_new_connection(conn_params)
        self._answered = time.monotonic()
        return connection

    def is_usable(self) -> bool:
        """Tell whether the connection still lives.

        Returns:
            True when the server answered within the last second (PING_EVERY) and has not closed the connection since,
            or answers now.
        """
        if (
            not self.errors_occurred
            and time.monotonic() - self._answered < PING_EVERY
            and not _has_something_to_read(self.connection.fileno())
        ):
            return True
        usable = super().is_usable()
        if usable:
            self._answered = time.monotonic()
        return usable


def _has_something_to_read(file_descriptor: int) -> bool:
    # Nothing was asked, so there is nothing to read but the end.
    poll = select.poll()
    poll.register(file_descriptor, select.POLLIN)
    return bool(poll.poll(0))
