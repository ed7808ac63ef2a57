"""A connection that is kept between requests: when the server is asked whether it is still there."""

import socket
from unittest import TestCase, mock

from todobackend.mysql.kept import PING_EVERY, KeptConnection


class Backend:
    """What the look needs of a database wrapper of Django's; it counts the questions to the server."""

    errors_occurred = False
    answers = True
    questions = 0

    def get_new_connection(self, conn_params):
        self.connection, self.server = socket.socketpair()
        return self.connection

    def is_usable(self):
        self.questions += 1
        return self.answers


class Wrapper(KeptConnection, Backend):
    pass


class AConnectionThatIsKept(TestCase):
    def setUp(self):
        clock = mock.patch("todobackend.mysql.kept.time.monotonic", side_effect=lambda: self.now)
        clock.start()
        self.addCleanup(clock.stop)
        self.now = 1000.0
        self.wrapper = Wrapper()
        self.wrapper.get_new_connection({})
        self.addCleanup(self.wrapper.connection.close)
        self.addCleanup(self.wrapper.server.close)

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
