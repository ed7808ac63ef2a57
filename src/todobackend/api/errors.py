"""Errors as JSON with a `detail`, as REST framework's own, from every layer of the application."""

import logging
import sqlite3

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from rest_framework import renderers, status, views
from rest_framework.exceptions import APIException, NotFound

from .json import JSONRenderer

logger = logging.getLogger(__name__)

# "MySQL 9.7 Error Message Reference": too many connections, server shutdown, lock wait timeout, deadlock.
UNAVAILABLE = {1040, 1053, 1205, 1213}
# Errors of the client library: the server is unreachable, or the connection is lost.
CLIENT_ERRORS = range(2000, 3000)
# Renderers that show errors as JSON, or as a page.
SHOW_ERRORS = (renderers.JSONRenderer, renderers.BrowsableAPIRenderer)
SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class PayloadTooLarge(APIException):
    """413: the body is larger than DATA_UPLOAD_MAX_MEMORY_SIZE."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."


class DatabaseUnavailable(APIException):
    """503: the database is unreachable or too busy; the client may try again."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The database does not answer. Try again in a few seconds."
    wait = 5  # seconds; REST framework sends it as Retry-After


def is_outage(error):
    """Return whether a database error is an outage, so that the same request may succeed later.

    An outage is an unreachable or busy server. A missing table or column is a fault of this service (500).
    """
    if not isinstance(error, InterfaceError | OperationalError):
        return False
    number = error.args[0] if error.args else None
    # mysqlclient raises InterfaceError(0, "") for a connection that was closed under it.
    mysql = isinstance(number, int) and (number in UNAVAILABLE or number in CLIENT_ERRORS or number == 0)
    return mysql or getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF in SQLITE_BUSY


def exception_handler(exc, context):
    """Return the response for a view's exception; None for one that REST framework does not know (500)."""
    if is_outage(exc):
        logger.exception("the database does not answer")
        exc = DatabaseUnavailable()
    elif isinstance(exc, RequestDataTooBig):
        exc = PayloadTooLarge()
    elif isinstance(exc, Http404):
        exc = NotFound()  # Django's sentence names the model
    request = context["request"]
    if not isinstance(getattr(request, "accepted_renderer", None), SHOW_ERRORS):
        # Errors are JSON also if the view renders YAML, CSV or HTML.
        request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    return views.exception_handler(exc, context)


def bad_request(request, exception):
    """Respond 400 before a view. `exception` may quote the client's bytes, so the response does not."""
    if isinstance(exception, DisallowedHost):
        return error(400, "The Host header names no host of this service (ALLOWED_HOSTS).")
    return error(400)


def forbidden(request, exception):
    """Respond 403 outside of a view of REST framework."""
    return error(403)


def not_found(request, exception):
    """Respond 404 for an unknown address."""
    return error(404)


def server_error(request):
    """Respond 500; the traceback is in the log."""
    return error(500)


def error(status_code, detail=None):
    """Return an error as JSON. `detail` defaults to the sentence of the status."""
    sentences = {400: "Bad request.", 403: "Forbidden.", 404: "Not found.", 500: "Internal server error."}
    return JsonResponse({"detail": detail or sentences[status_code]}, status=status_code)


class JSONErrorsMiddleware:
    """With DEBUG, replace Django's debug pages by JSON, except for browsers, which accept HTML."""

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
    """Set `Cache-Control: no-store`, unless the view has set it: another client may change the list."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response
