"""One log line for each request."""

import logging
import time

from .health import HealthMiddleware

logger = logging.getLogger(__name__)

LOOPBACK = ("127.0.0.1", "::1")


class RequestLogMiddleware:
    """Log each request with its status and duration, in the fields of nginx's log."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        began = time.monotonic()
        response = self.get_response(request)
        client = request.META.get("REMOTE_ADDR", "")
        # Do not log the containers' own health checks.
        if not (client in LOOPBACK and request.path_info in HealthMiddleware.probes):
            path = request.get_full_path()
            logger.info(
                "%s %s %s",
                request.method,
                path,
                response.status_code,
                extra={
                    "client": client,
                    "method": request.method,
                    "path": path,
                    "status": response.status_code,
                    "duration": round(time.monotonic() - began, 3),  # seconds
                },
            )
        return response
