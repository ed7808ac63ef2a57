"""Cross origin requests: a page from anywhere may call, and may read every answer, errors included."""

import logging
from unittest import mock

from api import ORIGIN, TODOS, ApiTestCase, database_away
from django.conf import settings

from todo.views import TodoItemViewSet

METHODS = {"DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"}


def words(header):
    """Return a header's list as a set."""
    return set(header.split(", "))


class CrossOriginRequests(ApiTestCase):
    def setUp(self):
        self.response = self.client.get(TODOS, HTTP_ORIGIN=ORIGIN)

    def test_should_be_allowed_from_all_origins(self):
        self.assertEqual(self.response["Access-Control-Allow-Origin"], "*")

    def test_should_let_the_page_read_where_items_are_and_what_went_wrong(self):
        self.assertEqual(
            words(self.response["Access-Control-Expose-Headers"]), {"Link", "Location", "Retry-After", "X-Request-ID"}
        )

    def test_should_carry_no_credentials(self):
        self.assertNotIn("Access-Control-Allow-Credentials", self.response)


class Preflight(ApiTestCase):
    def setUp(self):
        self.response = self.client.options(
            TODOS,
            HTTP_ORIGIN=ORIGIN,
            HTTP_ACCESS_CONTROL_REQUEST_METHOD="PATCH",
            HTTP_ACCESS_CONTROL_REQUEST_HEADERS="content-type",
        )

    def test_should_return_a_200_ok_response(self):
        self.assertEqual(self.response.status_code, 200)

    def test_should_allow_all_origins(self):
        self.assertEqual(self.response["Access-Control-Allow-Origin"], "*")

    def test_should_allow_all_methods(self):
        self.assertEqual(words(self.response["Access-Control-Allow-Methods"]), METHODS)

    def test_should_allow_the_header_that_json_needs(self):
        self.assertIn("content-type", words(self.response["Access-Control-Allow-Headers"]))


class OptionsWithOnlyAnOrigin(ApiTestCase):
    def setUp(self):
        self.response = self.client.options(TODOS, HTTP_ORIGIN=ORIGIN)

    def test_should_return_a_200_ok_response(self):
        self.assertEqual(self.response.status_code, 200)

    def test_should_allow_all_origins(self):
        self.assertEqual(self.response["Access-Control-Allow-Origin"], "*")

    def test_should_allow_all_methods(self):
        self.assertEqual(words(self.response["Access-Control-Allow-Methods"]), METHODS)

    def test_should_allow_the_header_that_json_needs(self):
        self.assertIn("content-type", words(self.response["Access-Control-Allow-Headers"]))


class CrossOriginErrors(ApiTestCase):
    def answer(self, method, address, **request):
        """Call from the other origin and return (status, who may read the answer)."""
        response = getattr(self.client, method)(address, HTTP_ORIGIN=ORIGIN, **request)
        return response.status_code, response.get("Access-Control-Allow-Origin")

    def test_should_be_readable_when_400(self):
        self.assertEqual(self.answer("post", TODOS, data={"title": 1}), (400, "*"))

    def test_should_be_readable_when_400_for_the_host(self):
        self.assertEqual(self.answer("get", TODOS, HTTP_HOST="evil.example"), (400, "*"))

    def test_should_be_readable_when_404_for_an_item(self):
        self.assertEqual(self.answer("get", f"{TODOS}/0"), (404, "*"))

    def test_should_be_readable_when_404_for_an_address(self):
        self.assertEqual(self.answer("get", "/nowhere"), (404, "*"))

    def test_should_be_readable_when_405(self):
        self.assertEqual(self.answer("put", TODOS, data={}), (405, "*"))

    def test_should_be_readable_when_406(self):
        self.assertEqual(self.answer("get", TODOS, HTTP_ACCEPT="image/png"), (406, "*"))

    def test_should_be_readable_when_413(self):
        body = b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        self.assertEqual(self.answer("post", TODOS, data=body, content_type="application/json"), (413, "*"))

    def test_should_be_readable_when_415(self):
        self.assertEqual(self.answer("post", TODOS, data="dog", content_type="text/plain"), (415, "*"))

    def test_should_be_readable_when_500(self):
        self.client.raise_request_exception = False
        with mock.patch.object(TodoItemViewSet, "list", side_effect=RuntimeError):
            self.assertEqual(self.answer("get", TODOS), (500, "*"))

    def test_should_be_readable_when_503(self):
        with database_away(), self.assertLogs("todobackend", logging.ERROR):
            self.assertEqual(self.answer("get", TODOS), (503, "*"))

    def test_should_be_readable_when_a_probe_fails(self):
        with (
            database_away(),
            self.assertLogs("todobackend", logging.WARNING),
            mock.patch("todobackend.health.connection.close"),
        ):
            self.assertEqual(self.answer("get", "/readyz"), (503, "*"))
