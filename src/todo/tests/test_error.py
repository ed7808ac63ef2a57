"""What the client receives when the service fails: JSON, and nothing of the inside."""

import logging
import sqlite3
from unittest import mock

from api import TODOS, ApiTestCase, database_away, path, refusal
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import HttpResponse
from django.test import override_settings

from todo.models import TodoItem
from todo.views import TodoItemViewSet
from todobackend.api.errors import NoStoreMiddleware

UNAVAILABLE = (503, "application/json", {"detail": "error"})
FAULT = (500, "application/json", {"detail": "Internal server error."})


class DatabaseAway(ApiTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.item = TodoItem.objects.create(title="Walk the dog")

    def setUp(self):
        # The log is the operator's, and not to stand between the lines of the report.
        self.logs = self.enterContext(self.assertLogs("todobackend.api.errors", logging.ERROR))

    def test_should_return_a_503_service_unavailable_response_to_every_operation(self):
        requests = [
            ("get", TODOS, None),
            ("get", f"{TODOS}?limit=1", None),
            ("post", TODOS, {}),
            ("delete", TODOS, None),
            ("get", path(self.item), None),
            ("patch", path(self.item), {"order": 1}),
            ("delete", path(self.item), None),
        ]
        for method, address, data in requests:
            with self.subTest(method=method, address=address), database_away():
                self.assertEqual(refusal(getattr(self.client, method)(address, data)), UNAVAILABLE)

    def test_should_return_a_503_service_unavailable_response_in_a_browser(self):
        with database_away():
            response = self.client.get(TODOS, HTTP_ACCEPT="text/html")
        self.assertEqual((response.status_code, response["Content-Type"]), (503, "text/html; charset=utf-8"))

    def test_should_say_what_to_do_and_when(self):
        with database_away():
            response = self.client.get(TODOS)
        self.assertEqual(response["Retry-After"], "5")
        self.assertEqual(response.json(), {"detail": "The database does not answer. Try again in a few seconds."})

    def test_should_log_the_traceback(self):
        with database_away():
            self.client.get(TODOS)
        self.assertEqual(
            [(record.getMessage(), record.exc_info is not None) for record in self.logs.records],
            [("the database does not answer", True)],
        )


class DatabaseThatFails(ApiTestCase):
    def setUp(self):
        self.client.raise_request_exception = False

    def response(self, *arguments, error=OperationalError, cause=None, logger="todobackend.api.errors"):
        """Ask for the list while the database fails so; return (status, media type, body)."""
        failure = error(*arguments)
        failure.__cause__ = cause
        with database_away(failure), self.assertLogs(logger, logging.ERROR) as logs:
            response = self.client.get(TODOS)
        self.assertIsNotNone(logs.records[0].exc_info)
        return response.status_code, response["Content-Type"], response.json()

    def test_should_be_an_outage_where_the_server_is_lost_or_too_busy(self):
        for number in (2002, 2006, 2013, 1040, 1053, 1205, 1213):
            with self.subTest(number=number):
                self.assertEqual(self.response(number, "")[0], 503)

    def test_should_be_an_outage_where_the_connection_was_closed(self):
        self.assertEqual(self.response(0, "", error=InterfaceError)[0], 503)

    def test_should_be_an_outage_where_sqlite_is_locked(self):
        cause = sqlite3.OperationalError("database is locked")
        cause.sqlite_errorcode = sqlite3.SQLITE_BUSY
        self.assertEqual(self.response("database is locked", cause=cause)[0], 503)

    def test_should_be_a_fault_where_code_and_schema_do_not_match(self):
        for number, error in ((1054, OperationalError), (1146, ProgrammingError)):
            with self.subTest(number=number):
                self.assertEqual(self.response(number, "", error=error, logger="django.request"), FAULT)

    def test_should_be_a_fault_where_sqlite_misses_a_table(self):
        self.assertEqual(self.response("no such table: todo_todoitem", logger="django.request"), FAULT)


class UnexpectedError(ApiTestCase):
    def setUp(self):
        self.client.raise_request_exception = False
        inside = mock.patch.object(TodoItemViewSet, "list", side_effect=RuntimeError("the inside"))
        with inside, self.assertLogs("django.request", logging.ERROR) as self.logs:
            self.response = self.client.get(TODOS)

    def test_should_return_a_500_internal_server_error_response_in_json_and_no_more(self):
        self.assertEqual(
            (self.response.status_code, self.response["Content-Type"], self.response.json()),
            FAULT,
        )

    def test_should_log_the_traceback(self):
        self.assertEqual([repr(record.exc_info[1]) for record in self.logs.records], ["RuntimeError('the inside')"])


class ErrorsOfTheSchemaAndItsPage(ApiTestCase):
    def test_should_be_json(self):
        for address, request, status in (
            ("/schema", {"HTTP_ACCEPT": "image/png"}, 406),
            ("/schema", {"REQUEST_METHOD": "POST"}, 405),
            ("/docs", {"REQUEST_METHOD": "POST"}, 405),
        ):
            with self.subTest(address=address, status=status):
                response = self.client.get(address, **request)
                self.assertEqual((response.status_code, response["Content-Type"]), (status, "application/json"))
                self.assertEqual(list(response.json()), ["detail"])


@override_settings(DEBUG=True)
class ErrorsUnderDebug(ApiTestCase):
    def setUp(self):
        self.client.raise_request_exception = False

    def test_should_be_json_to_an_api_client(self):
        with (
            mock.patch.object(TodoItemViewSet, "list", side_effect=RuntimeError("the inside")),
            self.assertLogs("django.request", logging.ERROR),
        ):
            self.assertEqual(self.client.get(TODOS).json(), {"detail": "Internal server error."})
        self.assertEqual(self.client.get("/nowhere").json(), {"detail": "Not found."})
        self.assertEqual(self.client.get(TODOS, HTTP_HOST="evil.example").json(), {"detail": "Bad request."})

    def test_should_be_a_page_to_a_browser(self):
        response = self.client.get("/nowhere", HTTP_ACCEPT="text/html,*/*;q=0.8")
        self.assertEqual((response.status_code, response["Content-Type"]), (404, "text/html; charset=utf-8"))


class CacheControl(ApiTestCase):
    def test_should_keep_responses_and_errors_out_of_caches(self):
        for address in (TODOS, "/", "/schema", "/healthz", f"{TODOS}/0", "/nowhere"):
            with self.subTest(address=address):
                self.assertEqual(self.client.get(address)["Cache-Control"], "no-store")

    def test_should_be_the_view_s_where_it_has_one(self):
        own = NoStoreMiddleware(lambda request: HttpResponse(headers={"Cache-Control": "max-age=60"}))
        self.assertEqual(own(None)["Cache-Control"], "max-age=60")
