"""Pages with Link headers (RFC 8288), because the contract's body is a bare array."""

from django.db.models import QuerySet
from django.db.models.query import ModelIterable
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

MAX_LIMIT = 1000
MAX_OFFSET = 2**31 - 1
# Characters of a link, which repeats the query. nginx accepts 4 KiB of headers from the application.
MAX_LINK = 1000


class PageQuery(serializers.Serializer):
    """The two parameters of a page, with their bounds."""

    limit = serializers.IntegerField(
        min_value=1, max_value=MAX_LIMIT, default=100, help_text="Items on the page; 100 where only offset is given."
    )
    offset = serializers.IntegerField(
        min_value=0, max_value=MAX_OFFSET, default=0, help_text="Items before the page; 0 where only limit is given."
    )


def is_one_table(queryset):
    """Return whether a page can be read by primary keys: a queryset of model instances from one table."""
    if not isinstance(queryset, QuerySet) or queryset._iterable_class is not ModelIterable:
        return False
    query = queryset.query
    changed = query.distinct or query.is_sliced or query.combinator or query.annotations or query.extra
    # Ordering by a relation may join, and give an item more than one row.
    meta = query.get_meta()
    ordering = query.order_by or (meta.ordering if query.default_ordering else ())
    columns = {"pk", *(field.attname for field in meta.concrete_fields)}
    is_by_column = not query.extra_order_by and all(str(name).removeprefix("-") in columns for name in ordering)
    return not changed and is_by_column and len(query.alias_map) <= 1


class LinkHeaderPagination(BasePagination):
    """`?limit=&offset=` selects a page; without them, the whole list, except in the browsable API."""

    def paginate_queryset(self, queryset, request, view=None):
        asked = {name: request.query_params[name] for name in ("limit", "offset") if name in request.query_params}
        if not asked and request.accepted_renderer.format != "api":
            return None
        query = PageQuery(data=asked)
        query.is_valid(raise_exception=True)
        self.url = request.build_absolute_uri()
        self.limit, self.offset = query.validated_data["limit"], query.validated_data["offset"]
        if len(self.link(MAX_OFFSET)) > MAX_LINK:
            raise ParseError("The query is too long to be repeated in the links to other pages.")
        # One more item shows whether there is a next page, without a count of the table.
        end = self.offset + self.limit + 1
        if not is_one_table(queryset):
            page = list(queryset[self.offset : end])
            self.has_next = len(page) > self.limit
            return page[: self.limit]
        # The index gives the keys; only the page's rows are read.
        keys = list(queryset.values_list("pk", flat=True)[self.offset : end])
        self.has_next = len(keys) > self.limit
        return queryset.filter(pk__in=keys[: self.limit])

    def get_paginated_response(self, data):
        offsets = {"first": 0}
        if self.offset > 0:
            offsets["prev"] = max(0, self.offset - self.limit)
        if self.has_next:
            offsets["next"] = self.offset + self.limit
        links = ", ".join(f'<{self.link(offset)}>; rel="{rel}"' for rel, offset in offsets.items())
        return Response(data, headers={"Link": links})

    def get_schema_operation_parameters(self, view):
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

    def get_paginated_response_schema(self, schema):
        return schema

    def link(self, offset):
        """Return the URL of the page that begins at an offset."""
        return replace_query_param(replace_query_param(self.url, "limit", self.limit), "offset", offset)
