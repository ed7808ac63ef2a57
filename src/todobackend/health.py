"""Health probes for Docker, Swarm and load balancers, for any Host header."""

import logging

from django.db import Error, connection
from django.http import JsonResponse

logger = logging.getLogger(__name__)


def healthz():
    """Respond 200 without a query: a restart of this process does not help the database."""
    return JsonResponse({"status": "alive"})


def readyz():
    """Respond 200 if the database answers a query, else 503 with Retry-After (seconds)."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        logger.warning("not ready: the database does not answer: %s", error)
        return JsonResponse({"status": "database unavailable"}, status=503, headers={"Retry-After": "5"})
    return JsonResponse({"status": "ready"})


class HealthMiddleware:
    """Respond to /healthz and /readyz before other middleware checks the request."""

    probes = {"/healthz": healthz, "/readyz": readyz}

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        probe = self.probes.get(request.path_info)
        if not probe:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            detail = f'Method "{request.method}" not allowed.'
            return JsonResponse({"detail": detail}, status=405, headers={"Allow": "GET, HEAD"})
        return probe()
