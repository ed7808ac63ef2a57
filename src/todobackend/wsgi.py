"""The WSGI application for uWSGI. DJANGO_SETTINGS_MODULE must be set."""

import io
import re

from django.core.wsgi import get_wsgi_application

django = get_wsgi_application()

# `; charset=NAME`, and parameters with an encoding of their own (`; NAME*=ENCODING''VALUE`, RFC 8187).
CHARSET = re.compile(r""";\s*(?:charset|[^;=\s"]+\*)\s*=\s*(?:"[^"]*"|[^;]*)""", re.IGNORECASE)


def application(environ, start_response):
    """Serve one request (PEP 3333).

    The charset is removed, because JSON is UTF-8 (RFC 8259). Django would decode with any Python codec that the client
    names: some take minutes for one body, others end in a 500 before a view or middleware could refuse.

    The whole body is read first (nginx accepts 1 MiB). An earlier response (405, 415) would close the socket with
    unread bytes, and nginx would respond 502.
    """
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_TYPE"] = CHARSET.sub("", environ.get("CONTENT_TYPE", ""))
    return django(environ, start_response)
