"""Errors as JSON, whatever layer of the application responds: `detail`, as in REST framework's own."""

import logging
import sqlite3

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from rest_framework import status, views
from rest_framework.exceptions import APIException, NotFound

from .json import JSONRenderer

logger = logging.getLogger(__name__)

# "MySQL 9.7 Error Message Reference": too many connections, server shutdown, lock wait timeout, deadlock.
UNAVAILABLE = {1040, 1053, 1205, 1213}
# The client library's own errors: the server cannot be reached, or the connection was lost.
CLIENT_ERRORS = range(2000, 3000)
SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class PayloadTooLarge(APIException):
    """413: the body is larger than DATA_UPLOAD_MAX_MEMORY_SIZE."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."


class DatabaseUnavailable(APIException):
    """503: the database cannot be reached or is too busy; the client may try again."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The database does not answer. Try again in a few seconds."
    wait = 5  # seconds; REST framework makes Retry-After of it


def is_outage(error):
    """Return whether a database error means that the same request may succeed later.

    An outage is an unreachable or busy server. A missing table or column is a fault of this service: 500.
    """
    if not isinstance(error, InterfaceError | OperationalError):
        return False
    number = error.args[0] if error.args else None
    # mysqlclient raises InterfaceError(0, "") for a connection that was closed under it.
    mysql = isinstance(number, int) and (number in UNAVAILABLE or number in CLIENT_ERRORS or number == 0)
    return mysql or getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF in SQLITE_BUSY


def exception_handler(exc, context):
    """Return the response for an exception of a view; None for what REST framework does not know: Django's 500."""
    if is_outage(exc):
        logger.exception("the database does not answer")
        exc = DatabaseUnavailable()
    elif isinstance(exc, RequestDataTooBig):
        exc = PayloadTooLarge()
    elif isinstance(exc, Http404):
        exc = NotFound()  # Django's sentence names the model
    request = context["request"]
    if getattr(getattr(request, "accepted_renderer", None), "format", None) != "api":
        # The view may render YAML, CSV or a page; its errors are JSON all the same.
        request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    return views.exception_handler(exc, context)


def bad_request(request, exception):
    """Respond 400 where no view was reached. `exception` may quote the client's bytes, so it is not repeated."""
    if isinstance(exception, DisallowedHost):
        return error(400, "The Host header names no host of this service (ALLOWED_HOSTS).")
    return error(400)


def not_found(request, exception):
    """Respond 404 for an unknown address."""
    return error(404)


def server_error(request):
    """Respond 500; the traceback is in the log."""
    return error(500)


def error(status_code, detail=None):
    """Return an error as JSON. `detail` defaults to the sentence of the status."""
    sentences = {400: "Bad request.", 404: "Not found.", 500: "Internal server error."}
    return JsonResponse({"detail": detail or sentences[status_code]}, status=status_code)


class JSONErrorsMiddleware:
    """Under DEBUG, send JSON in place of Django's debug pages, except to a browser, which asks for HTML."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith(("text/html", "text/plain"))
        is_debug_page = settings.DEBUG and is_page and response.status_code in (400, 404, 500)
        if is_debug_page and "text/html" not in request.headers.get("Accept", ""):
            return error(response.status_code)
        return response


class NoStoreMiddleware:
    """Tell caches to keep no response, unless the view said otherwise: another client may have changed the list."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response
