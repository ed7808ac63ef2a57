"""The WSGI application for uWSGI. It has no default settings: who starts it names them."""

import io
import re

from django.core.wsgi import get_wsgi_application

django = get_wsgi_application()

# `; charset=NAME`, and every parameter that names an encoding of its own (`; NAME*=ENCODING''VALUE`, RFC 8187).
CHARSET = re.compile(r""";\s*(?:charset|[^;=\s"]+\*)\s*=\s*(?:"[^"]*"|[^;]*)""", re.IGNORECASE)


def application(environ, start_response):
    """Serve one request (PEP 3333).

    JSON is UTF-8 whatever a charset says (RFC 8259). Django would decode with any of Python's codecs that the client
    names: some take minutes for one body, others end in a 500 before a view or middleware could refuse.

    The whole body is read first; nginx lets in 1 MiB. A response that comes before that (405, 415) closes the socket
    with bytes unread, which cuts nginx off, and the client gets 502.
    """
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_TYPE"] = CHARSET.sub("", environ.get("CONTENT_TYPE", ""))
    return django(environ, start_response)
