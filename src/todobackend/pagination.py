"""Pages with Link headers (RFC 8288): the body stays the bare array the contract asks for."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

MAX_LIMIT = 1000
MAX_OFFSET = 2**31 - 1
# Characters of a link, which repeats the rest of the query. nginx takes 4 KiB of headers from the application, with
# three links in them.
MAX_LINK = 1000


class PageQuery(serializers.Serializer):
    """The two parameters of a page, with their bounds."""

    limit = serializers.IntegerField(
        min_value=1, max_value=MAX_LIMIT, default=100, help_text="Items on the page; 100 where only offset is given."
    )
    offset = serializers.IntegerField(
        min_value=0, max_value=MAX_OFFSET, default=0, help_text="Items before the page; 0 where only limit is given."
    )


# Once: a serializer makes its fields anew each time it is made.
PARAMETERS = tuple(PageQuery().fields)


class LinkHeaderPagination(BasePagination):
    """`?limit=&offset=` gives a page; neither gives the whole list, except to a person at the browsable API."""

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list | None:
        """Cut the page out of the list.

        Args:
            queryset: the whole list, ordered.
            request: its query says limit (items, 1 to 1000) and offset (items to skip).
            view: not used.

        Returns:
            The page's items, or None where the request asks for no page.

        Raises:
            rest_framework.exceptions.ValidationError: limit or offset is no number, or out of bounds.
            rest_framework.exceptions.ParseError: the rest of the query is too long for the links.
        """
        asked = {name: request.query_params[name] for name in PARAMETERS if name in request.query_params}
        if not asked and request.accepted_renderer.format != "api":
            return None
        query = PageQuery(data=asked)
        query.is_valid(raise_exception=True)
        self.url = request.build_absolute_uri()
        self.limit, self.offset = query.validated_data["limit"], query.validated_data["offset"]
        if len(self._link(MAX_OFFSET)) > MAX_LINK:
            raise ParseError("The query is too long to be repeated in the links to other pages.")
        # One more than asked tells whether a next page exists, without counting a long table.
        # The index alone counts through what comes before the page; only the page's own rows are read.
        keys = list(queryset.values_list("pk", flat=True)[self.offset : self.offset + self.limit + 1])
        self.has_next = len(keys) > self.limit
        return list(queryset.filter(pk__in=keys[: self.limit]))

    def get_paginated_response(self, data: list) -> Response:
        """Answer with the page and the way to its neighbours.

        Args:
            data: the serialized items.

        Returns:
            200, the bare array, `Link` with rel first, prev and next where they exist.
        """
        offsets = {"first": 0}
        if self.offset > 0:
            offsets["prev"] = max(0, self.offset - self.limit)
        if self.has_next:
            offsets["next"] = self.offset + self.limit
        links = ", ".join(f'<{self._link(offset)}>; rel="{rel}"' for rel, offset in offsets.items())
        return Response(data, headers={"Link": links})

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the query for the schema.

        Args:
            view: not used.

        Returns:
            OpenAPI's parameter objects.
        """
        return [
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": field.help_text,
                "schema": {"type": "integer", "minimum": field.min_value, "maximum": field.max_value},
            }
            for name, field in PageQuery().fields.items()
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page for the schema.

        Args:
            schema: of the whole list.

        Returns:
            The same: a page is a bare array too.
        """
        return schema

    def _link(self, offset: int) -> str:
        return replace_query_param(replace_query_param(self.url, "limit", self.limit), "offset", offset)
