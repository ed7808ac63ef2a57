"""What the OpenAPI description says beyond what drf-spectacular reads off the code: errors, headers, exact items.

The statuses are those a client meets in front of the release, nginx's own included.
"""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers


class Error(serializers.Serializer):
    """An error in words."""

    detail = serializers.CharField()


class Reasons(serializers.ListField):
    """Why something is refused, in words."""

    child = serializers.CharField()

    def __init__(self) -> None:
        """Make the field optional: only what is refused is named."""
        super().__init__(required=False)


class RefusedItem(serializers.Serializer):
    """What is wrong with the body (`detail`), with the item as a whole (`non_field_errors`), or with a field."""

    detail = serializers.CharField(required=False)
    non_field_errors = Reasons()
    title = Reasons()
    completed = Reasons()
    order = Reasons()


class RefusedPage(serializers.Serializer):
    """What is wrong with the request (`detail`), or with a parameter of the page."""

    detail = serializers.CharField(required=False)
    limit = Reasons()
    offset = Reasons()


# --- answers by status, to be joined with | ---

ANY = {
    400: OpenApiResponse(Error, "The request is malformed: its Host header, for example."),
    406: OpenApiResponse(Error, "The client does not accept JSON."),
    414: OpenApiResponse(Error, "The address is too long."),
    431: OpenApiResponse(Error, "The headers are too large."),
    502: OpenApiResponse(Error, "The application does not answer."),
    503: OpenApiResponse(Error, "The database does not answer."),
}
ITEM = {404: OpenApiResponse(Error, "There is no such item.")}
BODY = {
    400: OpenApiResponse(RefusedItem, "The body is no JSON, or no item."),
    413: OpenApiResponse(Error, "The body is larger than 1 MiB."),
    415: OpenApiResponse(Error, "The body is not called application/json."),
}
PAGE = {400: OpenApiResponse(RefusedPage, "There is no such page.")}
EMPTY = {204: OpenApiResponse(None, "Deleted.")}

# --- parameters, in drf-spectacular's sense: an answer's headers are among them ---

ID = OpenApiParameter("id", {"type": "integer", "minimum": 1}, OpenApiParameter.PATH)


def _answered(name: str, kind: OpenApiTypes, statuses: bool | list[int], description: str, **more: Any) -> Any:
    return OpenApiParameter(
        name, kind, OpenApiParameter.HEADER, description=description, response=statuses, required=True, **more
    )


EVERYWHERE = [
    _answered(
        "X-Request-ID", OpenApiTypes.STR, True, "Names the request in the service's logs.", pattern="^[0-9a-f-]+$"
    ),
    _answered("Retry-After", OpenApiTypes.INT, [502, 503], "Seconds after which to try again."),
]
LOCATION = _answered("Location", OpenApiTypes.URI, [201], "The new item's `url`.")
LINK = OpenApiParameter(
    "Link",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description='Of a page: the way to rel="first", and to "prev" and "next" where they exist (RFC 8288).',
    response=[200],
)


def exact(result: dict[str, Any], **context: Any) -> dict[str, Any]:
    """Say what the serializer cannot.

    Args:
        result: the description so far.
        context: drf-spectacular's generator, request and whether the schema is public; not used.

    Returns:
        The same object, changed.
    """
    schemas = result["components"]["schemas"]
    # An answer always has every field; a field with a default is only optional for who sends it.
    schemas["TodoItem"]["required"] = list(schemas["TodoItem"]["properties"])
    for name in ("TodoItemRequest", "PatchedTodoItemRequest"):
        # REST framework refuses a NUL (ProhibitNullCharactersValidator).
        schemas[name]["properties"]["title"]["pattern"] = r"^[^\x00]*$"
    for field in schemas["PatchedTodoItemRequest"]["properties"].values():
        # What PATCH is not sent stays as it is.
        field.pop("default", None)
    return result
