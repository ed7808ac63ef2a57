"""Which form of the answer a client gets."""

from collections.abc import Sequence

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class ContentNegotiation(DefaultContentNegotiation):
    """REST framework's, which takes apart and sorts what the client accepts; most clients accept anything."""

    def select_renderer(
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Choose.

        Args:
            request: its Accept header, and its query where that names a format.
            renderers: the view's, the preferred one first.
            format_suffix: the format where the address names one.

        Returns:
            A renderer, and the media type it shall answer with.

        Raises:
            rest_framework.exceptions.NotAcceptable: the client accepts none of them.
        """
        accepts_anything = request.META.get("HTTP_ACCEPT", "*/*") == "*/*"
        if accepts_anything and not format_suffix and not request.META.get("QUERY_STRING"):
            return renderers[0], renderers[0].media_type
        return super().select_renderer(request, renderers, format_suffix)
