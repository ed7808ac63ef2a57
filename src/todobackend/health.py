"""Health probes for Docker, Swarm and load balancers, answered whatever the Host header."""

import logging
from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

logger = logging.getLogger(__name__)


def healthz() -> JsonResponse:
    """Tell that the process answers.

    Returns:
        200, without a look at the database: restarting this process would not bring that back.
    """
    return JsonResponse({"status": "alive"})


def readyz() -> JsonResponse:
    """Tell whether requests can be served.

    Returns:
        200 when the database answers a query, else 503 with Retry-After (seconds).
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        logger.warning("not ready: the database does not answer: %s", error)
        return JsonResponse({"status": "database unavailable"}, status=503, headers={"Retry-After": "5"})
    return JsonResponse({"status": "ready"})


class HealthMiddleware:
    """Answer /healthz and /readyz before anything looks at the rest of the request."""

    probes = {"/healthz": healthz, "/readyz": readyz}

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next layer.

        Args:
            get_response: answers everything that is no probe.
        """
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a probe, or pass the request on.

        Args:
            request: any request; only GET and HEAD of a probe's path are taken.

        Returns:
            The probe's answer, or the next layer's.
        """
        probe = self.probes.get(request.path_info)
        if probe and request.method in ("GET", "HEAD"):
            return probe()
        return self.get_response(request)
