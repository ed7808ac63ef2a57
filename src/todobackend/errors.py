"""Errors as JSON, whatever layer of the application answers: `detail`, as in REST framework's own."""

import logging
from typing import Any

from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import status, views
from rest_framework.exceptions import APIException, NotFound
from rest_framework.response import Response

from .mysql.kept import ServerSilentError

logger = logging.getLogger(__name__)


class PayloadTooLarge(APIException):
    """413: the body is larger than DATA_UPLOAD_MAX_MEMORY_SIZE."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."


class DatabaseUnavailable(APIException):
    """503: the database does not answer; the client may try again."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The database does not answer. Try again in a few seconds."
    wait = 5  # seconds; becomes Retry-After


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into an answer.

    Args:
        exc: what was raised.
        context: REST framework's view, args, kwargs and request.

    Returns:
        The answer; None where REST framework knows none, so that Django answers 500.
    """
    if isinstance(exc, ServerSilentError):
        # One request in a second finds out why, and says it at length; there may be thousands of these.
        logger.warning("the database does not answer: %s", exc)
        exc = DatabaseUnavailable()
    elif isinstance(exc, InterfaceError | OperationalError):
        logger.exception("the database does not answer")
        exc = DatabaseUnavailable()
    elif isinstance(exc, RequestDataTooBig):
        exc = PayloadTooLarge()
    elif isinstance(exc, Http404):
        exc = NotFound()  # without Django's words, which name the model
    return views.exception_handler(exc, context)


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Answer 400 where no view was reached, for example for a Host header that is not ours.

    Args:
        request: the refused request.
        exception: why; it may quote the client's bytes and is not repeated.

    Returns:
        400 as JSON.
    """
    detail = "Bad request."
    if isinstance(exception, DisallowedHost):
        detail = "The Host header names no host of this service (ALLOWED_HOSTS)."
    return JsonResponse({"detail": detail}, status=400)


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Answer 404 for an address that is not ours.

    Args:
        request: the request.
        exception: Django's Resolver404.

    Returns:
        404 as JSON.
    """
    return JsonResponse({"detail": "Not found."}, status=404)


def server_error(request: HttpRequest) -> JsonResponse:
    """Answer 500; the traceback is in the log.

    Args:
        request: the request.

    Returns:
        500 as JSON.
    """
    return JsonResponse({"detail": "Internal server error."}, status=500)
