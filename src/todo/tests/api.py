"""What the tests share: addresses, a look into the database, and a way to take the database away."""

import contextlib
import io
import json
import logging
import wsgiref.util
from unittest import mock

from django.core.signals import request_finished, request_started
from django.db import OperationalError, close_old_connections
from rest_framework.test import APITestCase

from todo.models import TodoItem
from todobackend.wsgi import application

TODOS = "/todos"
HOST = "http://testserver"  # what Django's test client calls itself
ORIGIN = "https://app.example"  # a page that calls the API from elsewhere

# Django logs every refusal that is provoked here, and the report would drown in them. (After the import of
# todobackend.wsgi, which sets the levels back.)
for name in ("django.request", "django.security"):
    logging.getLogger(name).setLevel(logging.CRITICAL)


class ApiTestCase(APITestCase):
    """REST framework's test case, for both of our runners; every test that touches Django uses it."""

    def assert_shows(self, item, **expected):
        """Check the values of an item as JSON; it may have more fields."""
        self.assertEqual({name: item.get(name) for name in expected}, expected)

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        # nose does not know class clean-ups: what @override_settings on a class sets would stay for all that follow.
        # For unittest, which does them next, nothing is left.
        cls.doClassCleanups()


def path(item):
    """Return the item's path."""
    return f"{TODOS}/{item.pk}"


def stored():
    """Return what the database holds, oldest first, as (title, completed, order)."""
    return list(TodoItem.objects.order_by("id").values_list("title", "completed", "order"))


def titles(response):
    """Return the titles of a list, in its order."""
    # A long list comes in pieces, and has no json().
    return [item["title"] for item in json.loads(response.getvalue())]


def refusal(response):
    """Return a refusal as (status, media type, {key of the JSON: REST framework's code or codes}).

    The codes, because the sentences are worded by REST framework and by Python's json, and change with them.
    """
    codes = {
        key: [error.code for error in value] if isinstance(value, list) else value.code
        for key, value in response.data.items()
    }
    # `data` is what the view meant to send; this is what was sent.
    assert response.json() == response.data, response.content
    return response.status_code, response["Content-Type"], codes


LOST = OperationalError(2002, "Can't connect to server on 'db' (115)")


def database_away(error=LOST):
    """Return a context in which every use of the database raises this error."""
    return mock.patch("django.db.backends.base.base.BaseDatabaseWrapper.cursor", side_effect=error)


@contextlib.contextmanager
def connection_kept():
    """Let a request leave the database connection open: it is in the middle of the test's transaction."""
    signals = request_started, request_finished
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def post_by_wsgi(content_type, body, query=""):
    """POST to the list the way uWSGI does, and return (status, JSON).

    Django's test client makes its request itself, and todobackend.wsgi would not be asked.
    """
    environ = {
        "REQUEST_METHOD": "POST",
        "HTTP_HOST": "testserver",
        "PATH_INFO": TODOS,
        "QUERY_STRING": query,
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    wsgiref.util.setup_testing_defaults(environ)
    status = []
    with connection_kept():
        response = application(environ, lambda line, _: status.append(line))
        body = b"".join(response)
        response.close()
    return status[0], json.loads(body)
