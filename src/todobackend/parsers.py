"""JSON as it comes in."""

from typing import IO, Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """REST framework's parser, for bodies from strangers."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: dict[str, Any] | None = None
    ) -> Any:
        """Read the body.

        Args:
            stream: the body's bytes.
            media_type: the request's Content-Type.
            parser_context: REST framework's view, args, kwargs, request and encoding.

        Returns:
            What the JSON says.

        Raises:
            rest_framework.exceptions.ParseError: it is no JSON, or its brackets nest deeper than Python can follow.
        """
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply") from error
