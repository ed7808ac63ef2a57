"""What the client receives when the service fails: JSON, and nothing of the inside."""

import logging
from unittest import mock

from api import TODOS, ApiTestCase, database_away, path, refusal
from django.db import InterfaceError

from todo.models import TodoItem
from todo.views import TodoItemViewSet
from todobackend.mysql.kept import ServerSilentError

UNAVAILABLE = (503, "application/json", {"detail": "error"})


class DatabaseAway(ApiTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.item = TodoItem.objects.create(title="Walk the dog")

    def setUp(self):
        # The log is the operator's, and not to stand between the lines of the report.
        self.logs = self.enterContext(self.assertLogs("todobackend.errors", logging.ERROR))

    def ask(self, method, address, error=None, **request):
        """Ask while the database is away."""
        with database_away(error) if error else database_away():
            return getattr(self.client, method)(address, **request)

    def test_should_return_a_503_service_unavailable_response_to_a_list(self):
        self.assertEqual(refusal(self.ask("get", TODOS)), UNAVAILABLE)

    def test_should_return_a_503_service_unavailable_response_to_a_page(self):
        self.assertEqual(refusal(self.ask("get", f"{TODOS}?limit=1")), UNAVAILABLE)

    def test_should_return_a_503_service_unavailable_response_to_a_read(self):
        self.assertEqual(refusal(self.ask("get", path(self.item))), UNAVAILABLE)

    def test_should_return_a_503_service_unavailable_response_to_a_create(self):
        self.assertEqual(refusal(self.ask("post", TODOS, data={})), UNAVAILABLE)

    def test_should_return_a_503_service_unavailable_response_to_an_update(self):
        self.assertEqual(refusal(self.ask("patch", path(self.item), data={"order": 1})), UNAVAILABLE)

    def test_should_return_a_503_service_unavailable_response_to_a_delete(self):
        self.assertEqual(refusal(self.ask("delete", path(self.item))), UNAVAILABLE)

    def test_should_return_a_503_service_unavailable_response_to_a_delete_of_all(self):
        self.assertEqual(refusal(self.ask("delete", TODOS)), UNAVAILABLE)

    def test_should_return_a_503_service_unavailable_response_when_the_connection_is_lost(self):
        self.assertEqual(refusal(self.ask("get", TODOS, InterfaceError)), UNAVAILABLE)

    def test_should_return_a_503_service_unavailable_response_in_a_browser(self):
        response = self.ask("get", TODOS, HTTP_ACCEPT="text/html")
        self.assertEqual((response.status_code, response["Content-Type"]), (503, "text/html; charset=utf-8"))

    def test_should_say_when_to_try_again(self):
        self.assertEqual(self.ask("get", TODOS)["Retry-After"], "5")

    def test_should_say_what_to_do(self):
        self.assertEqual(
            self.ask("get", TODOS).json(), {"detail": "The database does not answer. Try again in a few seconds."}
        )

    def test_should_log_the_traceback(self):
        self.ask("get", TODOS)
        self.assertEqual(
            [(record.getMessage(), record.exc_info is not None) for record in self.logs.records],
            [("the database does not answer", True)],
        )


class DatabaseKeptSilentAMomentAgo(ApiTestCase):
    def setUp(self):
        with (
            database_away(lambda *_: ServerSilentError("the server kept silent a moment ago")),
            self.assertLogs("todobackend.errors", logging.WARNING) as self.logs,
        ):
            self.response = self.client.get(TODOS)

    def test_should_return_a_503_service_unavailable_response(self):
        self.assertEqual(refusal(self.response), UNAVAILABLE)

    def test_should_log_no_traceback(self):
        self.assertEqual(
            [(record.getMessage(), record.exc_info) for record in self.logs.records],
            [("the database does not answer: the server kept silent a moment ago", None)],
        )


class UnexpectedError(ApiTestCase):
    def setUp(self):
        self.client.raise_request_exception = False
        inside = mock.patch.object(TodoItemViewSet, "list", side_effect=RuntimeError("the inside"))
        with inside, self.assertLogs("django.request", logging.ERROR) as self.logs:
            self.response = self.client.get(TODOS)

    def test_should_return_a_500_internal_server_error_response(self):
        self.assertEqual(self.response.status_code, 500)

    def test_should_say_so_in_json_and_no_more(self):
        self.assertEqual(
            (self.response["Content-Type"], self.response.json()),
            ("application/json", {"detail": "Internal server error."}),
        )

    def test_should_log_the_traceback(self):
        self.assertEqual([repr(record.exc_info[1]) for record in self.logs.records], ["RuntimeError('the inside')"])
