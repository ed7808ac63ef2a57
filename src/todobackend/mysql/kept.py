"""How a connection waits, is kept, and what a silent server is to it; apart from MySQL's own classes."""

import contextlib
import os
import select
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import OperationalError

# Seconds between two questions to the server on one connection; in between, a look at the socket has to do.
PING_EVERY = 1.0

# Seconds: a kept connection that took longer to fail did so because nothing came back, not because it had ended.
LONG = 0.9

# Seconds between two attempts to reach a server that could not be reached.
TRY_EVERY = 1.0


class ServerSilentError(OperationalError):
    """The server could not be reached a moment ago: this request does not ask it again."""


class Silence:
    """What a process knows of a server that cannot be reached: stopped, paused, or cut off by the network.

    To find that out takes a request up to its whole patience (MYSQL_TIMEOUT, connect_timeout). Were each to find out
    for itself, a handful would occupy every worker and the rest would wait in line for many times that. So once one has
    found out, the others are told at once, and a thread of its own tries again: a circuit breaker (M. Nygard, Release
    It!).
    """

    def __init__(self) -> None:
        """Begin with a server that is thought to answer."""
        self._lock = threading.Lock()
        self._silent = False

    def note(self, connect: Callable[[], Any]) -> None:
        """Remember that the server could not be reached just now, until it answers.

        Args:
            connect: returns a new connection, or raises.
        """
        with self._lock:
            if self._silent:
                return
            self._silent = True
        threading.Thread(target=self._listen, args=(connect,), daemon=True).start()

    def _listen(self, connect: Callable[[], Any]) -> None:
        while self._silent:
            time.sleep(TRY_EVERY)
            # Whatever the reason: it is a request's business to tell it.
            with contextlib.suppress(Exception):
                connect().close()
                self._silent = False

    def check(self) -> None:
        """Ask for leave to connect.

        Raises:
            ServerSilentError: it could not be reached.
        """
        if self._silent:
            raise ServerSilentError("it could not be reached; it is tried again every second")


class UninterruptedQuery:
    """What a connection of mysqlclient's inherits first, so that a signal does not end a wait for an answer.

    Where there is a read_timeout, the client library takes an interrupted wait for one that is over. The signal that
    asks uWSGI's workers to end after the requests that they have would fail those very requests. Python goes on waiting
    after a signal (PEP 475); so it is Python that waits here, and the library that reads what has come.
    """

    def __init__(self, *args: Any, read_timeout: int = 0, **kwargs: Any) -> None:
        """Connect.

        Args:
            args: mysqlclient's.
            read_timeout: seconds until each answer begins; 0 waits for ever.
            kwargs: mysqlclient's.

        Raises:
            MySQLdb.OperationalError: the server does not answer, or refuses.
        """
        # Connecting asks a question itself.
        self._patience = read_timeout or None
        super().__init__(*args, read_timeout=read_timeout, **kwargs)

    def query(self, query: str | bytes | bytearray) -> None:
        """Send a statement, and wait until its answer begins.

        Args:
            query: the statement, with its values in it.

        Raises:
            MySQLdb.Error: nothing came within read_timeout, and the connection was ended; or the server refuses.
        """
        # As mysqlclient does: the text must not change while it is sent.
        self.send_query(bytes(query) if isinstance(query, bytearray) else query)
        if not _has_something_to_read(self.fileno(), self._patience):
            # Now the library finds its end at once, and says so in its own words.
            with socket.socket(fileno=os.dup(self.fileno())) as end:
                end.shutdown(socket.SHUT_RDWR)
        self.read_query_result()


class KeptConnection:
    """What a database wrapper of Django's inherits first, to do its health check (CONN_HEALTH_CHECKS) seldom.

    Django asks the server before each request whether it is still there, which costs as much as reading an item. But a
    server that ended, was restarted or closed the connection has closed the socket too, and that is seen from here.
    """

    silence = Silence()
    _answered = float("-inf")
    _began = float("-inf")
    _waited = 0.0

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect.

        Args:
            conn_params: the driver's arguments.

        Returns:
            The driver's connection.

        Raises:
            django.db.OperationalError: the server does not answer, or refuses.
        """
        began, self._waited = time.monotonic() - self._waited, 0.0
        self.silence.check()
        try:
            _look_up(conn_params.get("host"))
            # All that a request waits for is counted: its kept connection, the name, and now the new connection.
            left = round(conn_params["connect_timeout"] - (time.monotonic() - began))
            if left < 1:
                raise ServerSilentError("the time to reach it was over before it could be asked")
            connection = super().get_new_connection({**conn_params, "connect_timeout": left})
        except Exception as error:
            if not _is_an_answer(error):
                self._note_silence()
            raise
        self._answered = self._began = time.monotonic()
        return connection

    def is_usable(self) -> bool:
        """Tell whether the connection still lives.

        Returns:
            True when the server answered within the last second (PING_EVERY) and has not closed the connection since,
            or answers now.
        """
        if not self.errors_occurred:
            self._began = time.monotonic()
            if self._began - self._answered < PING_EVERY and not self._has_ended():
                return True
        usable = super().is_usable()
        if usable:
            self._answered = time.monotonic()
        else:
            # Since this request began to use the connection: the driver's words for a time that is over differ.
            waited = time.monotonic() - self._began
            # The driver waited for an answer as long as it may, nearly; without a limit it does not come back at all.
            if waited > max(LONG, 0.95 * self.get_connection_params().get("read_timeout", 0)):
                self._note_silence()
            # Now this request connects anew; after an error it is the next one.
            self._waited = 0.0 if self.errors_occurred else waited
        return usable

    def _has_ended(self) -> bool:
        # Nothing was asked, so there is nothing to read but the end.
        return _has_something_to_read(self.connection.fileno(), 0)

    def _note_silence(self) -> None:
        self.silence.note(partial(super().get_new_connection, self.get_connection_params()))


def _is_an_answer(error: Exception) -> bool:
    # A number of MySQL's own, but none of those from 2000 to 2999, by which the client library says that there was no
    # answer ("MySQL Error Message Reference"): a server that does not let this user in can be reached.
    number = error.args[0] if error.args else None
    return isinstance(number, int) and not 2000 <= number < 3000


def _look_up(host: str | None) -> None:
    # The driver asks for a name that nobody knows just now again and again, for longer than its connect_timeout.
    if host:
        try:
            socket.getaddrinfo(host, None)
        except OSError as error:
            raise OperationalError(f"the name {host} is not known: {error}") from error


def _has_something_to_read(file_descriptor: int, seconds: float | None) -> bool:
    poll = select.poll()
    poll.register(file_descriptor, select.POLLIN)
    return bool(poll.poll(None if seconds is None else 1000 * seconds))
