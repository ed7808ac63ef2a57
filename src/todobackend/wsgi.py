"""The WSGI application for uWSGI. It has no default settings: who starts it says which."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
    """Answer one request.

    Args:
        environ: the request (PEP 3333).
        start_response: takes the answer's status and headers.

    Returns:
        The answer's body.
    """
    # JSON is UTF-8 whatever a charset says (RFC 8259). Django would decode with any of Python's codecs that the client
    # names: some take minutes for one body, others end in a 500 before a view or middleware could refuse.
    environ["CONTENT_TYPE"] = environ.get("CONTENT_TYPE", "").partition(";")[0]
    return django(environ, start_response)
