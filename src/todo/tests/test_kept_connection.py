"""A connection that is kept between requests: when the server is asked whether it is still there, and when no more."""

import contextlib
import signal
import socket
import threading
from unittest import TestCase, mock

from django.db import OperationalError

from todobackend.mysql.kept import (
    PING_EVERY,
    TRY_EVERY,
    KeptConnection,
    ServerSilentError,
    Silence,
    UninterruptedQuery,
)


class DriverError(Exception):
    """An error of mysqlclient's, with MySQL's number."""


class Backend:
    """What the look needs of a database wrapper of Django's; it counts the questions to the server."""

    errors_occurred = False
    answers = True
    questions = attempts = 0
    number = 2002  # nobody listens there

    def get_new_connection(self, conn_params):
        self.attempts += 1
        self.patience = conn_params["connect_timeout"]
        if not self.answers:
            self.passes()
            raise DriverError(self.number, "what MySQL or the client library says")
        self.connection, self.server = socket.socketpair()
        return self.connection

    def is_usable(self):
        self.questions += 1
        if not self.answers:
            self.passes()
        return self.answers

    def get_connection_params(self):
        return {"connect_timeout": 2, "read_timeout": 2}

    def passes(self):
        """Let the time pass that this server takes to say nothing."""


class ConnectionTestCase(TestCase):
    def setUp(self):
        clock = mock.patch("todobackend.mysql.kept.time.monotonic", side_effect=lambda: self.now)
        clock.start()
        self.addCleanup(clock.stop)
        self.now = 1000.0

        class Wrapper(KeptConnection, Backend):
            silence = Silence()

        self.wrapper = self.connected(Wrapper())

    def connected(self, wrapper):
        """Connect, and see to the end of the connection."""
        wrapper.get_new_connection(wrapper.get_connection_params())
        self.addCleanup(wrapper.connection.close)
        self.addCleanup(wrapper.server.close)
        return wrapper


class AConnectionThatIsKept(ConnectionTestCase):
    def looked_at(self):
        """Look at the connection; return what it is found to be, and whether the server was asked."""
        before = self.wrapper.questions
        return self.wrapper.is_usable(), self.wrapper.questions > before

    def test_should_be_usable_without_a_question_within_a_second(self):
        self.now += PING_EVERY / 2
        self.assertEqual(self.looked_at(), (True, False))

    def test_should_be_asked_about_after_a_second(self):
        self.now += PING_EVERY
        self.assertEqual(self.looked_at(), (True, True))

    def test_should_not_be_asked_about_twice_in_a_second(self):
        self.now += PING_EVERY
        self.looked_at()
        self.assertEqual(self.looked_at(), (True, False))

    def test_should_be_asked_about_when_the_server_has_closed_it(self):
        self.wrapper.server.close()
        self.wrapper.answers = False
        self.assertEqual(self.looked_at(), (False, True))

    def test_should_be_asked_about_when_the_server_has_said_something(self):
        self.wrapper.server.send(b"shutting down")
        self.assertEqual(self.looked_at(), (True, True))

    def test_should_be_asked_about_after_an_error(self):
        self.wrapper.errors_occurred = True
        self.assertEqual(self.looked_at(), (True, True))

    def test_should_be_asked_about_again_when_the_server_did_not_answer(self):
        self.now += PING_EVERY
        self.wrapper.answers = False
        self.looked_at()
        self.assertEqual(self.looked_at(), (False, True))


class AServerThatKeepsSilent(ConnectionTestCase):
    def setUp(self):
        super().setUp()
        self.another = self.connected(type(self.wrapper)())
        thread = mock.patch("todobackend.mysql.kept.threading.Thread")
        self.thread = thread.start()
        self.addCleanup(thread.stop)
        self.keep_silent(2)

    def keep_silent(self, patience):
        def passes():
            self.now += patience

        for wrapper in (self.wrapper, self.another):
            wrapper.answers = False
            wrapper.passes = passes
        self.now += PING_EVERY

    def connect(self, wrapper):
        """Try to connect; return what came of it, and whether the server was asked."""
        before, found = wrapper.attempts, None
        try:
            self.connected(wrapper)
        except (DriverError, ServerSilentError) as error:
            found = type(error)
        return found, wrapper.attempts > before

    def test_should_not_be_asked_for_a_connection_right_after_a_ping(self):
        self.wrapper.is_usable()
        self.assertEqual(self.connect(self.wrapper), (ServerSilentError, False))

    def test_should_not_be_asked_right_after_a_query(self):
        self.now += 2
        self.wrapper.errors_occurred, self.wrapper.passes = True, lambda: None
        self.wrapper.is_usable()
        self.assertEqual(self.connect(self.another), (ServerSilentError, False))

    def test_should_not_be_asked_right_after_an_attempt_to_connect(self):
        self.assertEqual(self.connect(self.wrapper), (DriverError, True))
        self.assertEqual(self.connect(self.another), (ServerSilentError, False))

    def test_should_be_asked_by_one_thread_alone(self):
        self.wrapper.is_usable()
        self.another.is_usable()
        self.assertEqual(self.thread.return_value.start.call_count, 1)

    def test_should_be_asked_every_second_until_it_answers(self):
        self.wrapper.is_usable()
        self.assertEqual(self.connect(self.wrapper), (ServerSilentError, False))
        asked = []

        def second(seconds):
            asked.append((seconds, self.wrapper.attempts))
            self.wrapper.answers = len(asked) == 3

        with mock.patch("todobackend.mysql.kept.time.sleep", second):
            call = self.thread.call_args.kwargs
            call["target"](*call["args"])
        self.assertEqual(asked, [(TRY_EVERY, 1), (TRY_EVERY, 2), (TRY_EVERY, 3)])
        self.assertEqual(self.connect(self.wrapper), (None, True))

    def test_should_be_one_whose_name_is_looked_up_in_vain(self):
        self.wrapper.answers = True

        def look_up(*_):
            self.now += 1
            raise socket.gaierror(-3, "Temporary failure in name resolution")

        with (
            mock.patch("todobackend.mysql.kept.socket.getaddrinfo", look_up),
            self.assertRaisesRegex(OperationalError, "the name db is not known"),
        ):
            self.wrapper.get_new_connection({"host": "db", "connect_timeout": 2})
        self.assertEqual(self.wrapper.attempts, 1)  # the one of setUp
        self.assertEqual(self.connect(self.another), (ServerSilentError, False))

    def test_should_not_be_one_that_ends_a_connection_before_the_time_is_over(self):
        self.keep_silent(1.5)
        self.wrapper.is_usable()
        self.assertEqual(self.connect(self.another), (DriverError, True))

    def patience(self, connection=0.0, name=0.0):
        """Seconds that a new connection is waited for where a kept one and the name took these; None: not at all."""
        self.keep_silent(connection)
        if connection:
            self.wrapper.is_usable()
        self.wrapper.answers, self.wrapper.patience = True, None

        def look_up(*_):
            self.now += name

        with (
            mock.patch("todobackend.mysql.kept.socket.getaddrinfo", look_up),
            contextlib.suppress(ServerSilentError),
        ):
            self.wrapper.get_new_connection({"host": "db", "connect_timeout": 2})
        return self.wrapper.patience

    def test_should_be_waited_for_as_long_as_is_left_of_the_request_s_patience(self):
        cases = [
            ((), 2),
            ((0.4,), 2),
            ((1.2,), 1),
            ((0.0, 0.4), 2),
            ((0.0, 1.0), 1),
            ((0.4, 0.4), 1),
            ((1.0, 0.9), None),
        ]
        self.assertEqual([self.patience(*waits) for waits, _ in cases], [seconds for _, seconds in cases])

    def test_should_not_be_asked_by_others_where_there_was_no_time_left(self):
        self.assertIsNone(self.patience(1.0, 0.9))
        self.assertEqual(self.connect(self.another), (ServerSilentError, False))

    def test_should_be_waited_for_as_usual_by_a_request_that_has_not_waited(self):
        self.now += 1.5
        self.wrapper.errors_occurred, self.wrapper.passes = True, lambda: None
        self.wrapper.is_usable()
        self.connect(self.wrapper)
        self.assertEqual(self.wrapper.patience, 2)

    def test_should_be_one_that_refuses_at_once(self):
        self.keep_silent(0.1)
        self.assertEqual(self.connect(self.wrapper), (DriverError, True))
        self.assertEqual(self.connect(self.another), (ServerSilentError, False))

    def test_should_not_be_one_that_does_not_let_the_user_in(self):
        self.wrapper.number = 1044
        self.assertEqual(self.connect(self.wrapper), (DriverError, True))
        self.assertEqual(self.connect(self.another), (DriverError, True))

    def test_should_not_be_one_that_has_ended_a_kept_connection_alone(self):
        self.keep_silent(0.1)
        self.wrapper.is_usable()
        self.wrapper.answers = True
        self.assertEqual(self.connect(self.wrapper), (None, True))


class Client:
    """What a statement needs of a connection of mysqlclient's; its answers come from a socket."""

    def __init__(self, read_timeout):
        self.socket, self.server = socket.socketpair()

    def fileno(self):
        return self.socket.fileno()

    def send_query(self, query):
        self.socket.sendall(query)

    def read_query_result(self):
        self.answer = self.socket.recv(100)


class Connection(UninterruptedQuery, Client):
    pass


class AStatement(TestCase):
    def connected(self, read_timeout):
        connection = Connection(read_timeout=read_timeout)
        self.addCleanup(connection.socket.close)
        self.addCleanup(connection.server.close)
        return connection

    def answers_late(self, connection, seconds):
        answer = threading.Timer(seconds, connection.server.sendall, [b"late"])
        answer.start()
        self.addCleanup(answer.join)

    def test_should_be_sent_as_it_is(self):
        connection = self.connected(1)
        connection.server.sendall(b"answer")
        connection.query(bytearray(b"SELECT 1"))
        self.assertEqual(connection.server.recv(100), b"SELECT 1")

    def test_should_be_answered_late(self):
        connection = self.connected(5)
        self.answers_late(connection, 0.2)
        connection.query(b"SELECT 1")
        self.assertEqual(connection.answer, b"late")

    def test_should_be_answered_late_where_there_is_no_limit(self):
        connection = self.connected(0)
        self.answers_late(connection, 0.2)
        connection.query(b"SELECT 1")
        self.assertEqual(connection.answer, b"late")

    def test_should_be_answered_through_a_signal(self):
        signals = []
        before = signal.signal(signal.SIGALRM, lambda number, _: signals.append(number))
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        connection = self.connected(5)
        self.answers_late(connection, 0.3)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        connection.query(b"SELECT 1")
        self.assertEqual((signals, connection.answer), ([signal.SIGALRM], b"late"))

    def test_should_not_wait_for_ever(self):
        connection = self.connected(0.1)
        connection.query(b"SELECT 1")
        self.assertEqual(connection.answer, b"")
