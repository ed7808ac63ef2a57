"""What is logged about a request, and the id that ties the lines together."""

import io
import json
import logging
from logging.config import DictConfigurator
from unittest import mock

from api import TODOS, ApiTestCase
from test_settings import SECRETS, settings

from todo.views import TodoItemViewSet

GIVEN = "0123456789abcdef0123456789abcdef"


class RequestId(ApiTestCase):
    def test_should_be_taken_over(self):
        response = self.client.get(TODOS, HTTP_X_REQUEST_ID=GIVEN)
        self.assertEqual(response["X-Request-ID"], GIVEN)

    def test_should_be_made_where_none_is_given(self):
        self.assertRegex(self.client.get(TODOS)["X-Request-ID"], "^[0-9a-f]{32}$")

    def test_should_be_made_where_another_thing_is_given(self):
        response = self.client.get(TODOS, HTTP_X_REQUEST_ID='mine", "level": "FATAL')
        self.assertRegex(response["X-Request-ID"], "^[0-9a-f]{32}$")

    def test_should_be_another_for_each_request(self):
        self.assertNotEqual(self.client.get(TODOS)["X-Request-ID"], self.client.get(TODOS)["X-Request-ID"])

    def test_should_be_on_a_refusal(self):
        response = self.client.get(TODOS, HTTP_HOST="evil.example", HTTP_X_REQUEST_ID=GIVEN)
        self.assertEqual((response.status_code, response["X-Request-ID"]), (400, GIVEN))

    def test_should_be_on_a_preflight(self):
        response = self.client.options(
            TODOS, HTTP_ORIGIN="https://app.example", HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST", HTTP_X_REQUEST_ID=GIVEN
        )
        self.assertEqual(response["X-Request-ID"], GIVEN)


class RequestLog(ApiTestCase):
    def logged(self, *request, **headers):
        """Send a request and return what the lines about it carry."""
        with mock.patch("todobackend.request_log.logger") as logger:
            self.client.generic(*request, **headers)
        return [call.kwargs["extra"] for call in logger.info.call_args_list]

    def test_should_be_one_line_of_who_asked_what_and_got_what(self):
        (line,) = self.logged("GET", f"{TODOS}?limit=5", REMOTE_ADDR="192.0.2.7")
        self.assertIsInstance(line.pop("duration"), float)
        self.assertEqual(line, {"client": "192.0.2.7", "method": "GET", "path": "/todos?limit=5", "status": 200})

    def test_should_be_one_line_for_a_refusal(self):
        (line,) = self.logged("PATCH", TODOS, REMOTE_ADDR="192.0.2.7")
        self.assertEqual(line["status"], 405)

    def test_should_have_a_client_s_probe(self):
        (line,) = self.logged("GET", "/readyz", REMOTE_ADDR="192.0.2.7")
        self.assertEqual(line["path"], "/readyz")

    def test_should_not_have_the_container_s_own_probes(self):
        self.assertEqual(self.logged("GET", "/readyz", REMOTE_ADDR="127.0.0.1"), [])

    def test_should_not_let_a_path_end_the_line(self):
        (line,) = self.logged("GET", "/a%0ab", REMOTE_ADDR="192.0.2.7")
        self.assertEqual(line["path"], "/a%0Ab")


class LogOfTheRelease(ApiTestCase):
    """The lines as the release writes them: one request that is refused, one that breaks"""

    def setUp(self):
        self.logging = settings("release", **SECRETS)["LOGGING"]
        make = DictConfigurator(self.logging)
        handler = logging.StreamHandler(output := io.StringIO())
        handler.setFormatter(make.configure_formatter(self.logging["formatters"]["json"]))
        handler.addFilter(make.configure_filter(self.logging["filters"]["request_id"]))
        for name, level in (("todobackend.request_log", logging.INFO), ("django.request", logging.ERROR)):
            logger = logging.getLogger(name)
            self.enterContext(mock.patch.multiple(logger, handlers=[handler], level=level, propagate=False))
            logger.manager._clear_cache()
            self.addCleanup(logger.manager._clear_cache)
        self.client.raise_request_exception = False
        with mock.patch.object(TodoItemViewSet, "list", side_effect=RuntimeError):
            for address in ("/nowhere", TODOS):
                self.client.get(address, HTTP_X_REQUEST_ID=GIVEN, REMOTE_ADDR="192.0.2.7")
        self.lines = [json.loads(line) for line in output.getvalue().splitlines()]

    def test_should_be_one_line_of_json_for_a_refusal(self):
        line = self.lines[0]
        self.assertEqual(line["message"], "GET /nowhere 404")
        self.assertEqual((line["level"], line["logger"], line["status"]), ("INFO", "todobackend.request_log", 404))

    def test_should_say_when(self):
        self.assertRegex(self.lines[0]["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00$")

    def test_should_have_the_traceback_of_what_broke(self):
        (line,) = [line for line in self.lines if line["level"] == "ERROR"]
        self.assertIn("Traceback", line["exc_info"])

    def test_should_have_the_id_of_the_request_on_each_line(self):
        self.assertEqual([line["request_id"] for line in self.lines], [GIVEN] * 3)

    def test_should_be_about_failures_alone_where_that_is_asked_for(self):
        quiet = settings("release", **SECRETS, LOG_LEVEL="error")["LOGGING"]
        self.assertEqual(quiet["root"]["level"], "ERROR")
        # The line of a request is written at INFO, by the root's level.
        self.assertNotIn("todobackend.request_log", quiet["loggers"])
