"""The todo list over HTTP."""

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from todobackend.schema import ANY, BODY, EMPTY, EVERYWHERE, ID, ITEM, LINK, LOCATION, PAGE

from .models import TodoItem
from .rows import read_one
from .serializers import TodoItemSerializer
from .whole_list import delete_all, whole_list

FOUND = {200: OpenApiResponse(TodoItemSerializer, "The item as it now is.")}


@extend_schema_view(
    list=extend_schema(
        summary="List items",
        description="By `order`, then by age. All of them, or a page where `limit` or `offset` asks for one.",
        parameters=[*EVERYWHERE, LINK],
        responses={200: OpenApiResponse(TodoItemSerializer(many=True), "The items.")} | ANY | PAGE,
    ),
    create=extend_schema(
        summary="Create item",
        description="Every field may be left out. `Location` says where the item lives.",
        parameters=[*EVERYWHERE, LOCATION],
        responses={201: OpenApiResponse(TodoItemSerializer, "The new item.")} | ANY | BODY,
    ),
    retrieve=extend_schema(
        summary="Read item",
        description="One item, by its `url`.",
        parameters=[*EVERYWHERE, ID],
        responses=FOUND | ANY | ITEM,
    ),
    update=extend_schema(
        summary="Replace item",
        description="What is not sent takes its default.",
        parameters=[*EVERYWHERE, ID],
        responses=FOUND | ANY | ITEM | BODY,
    ),
    partial_update=extend_schema(
        summary="Change item",
        description="What is not sent stays as it is.",
        parameters=[*EVERYWHERE, ID],
        responses=FOUND | ANY | ITEM | BODY,
    ),
    destroy=extend_schema(
        summary="Delete item",
        description="Its `url` answers 404 from then on.",
        parameters=[*EVERYWHERE, ID],
        responses=EMPTY | ANY | ITEM,
    ),
)
class TodoItemViewSet(viewsets.ModelViewSet):
    """The todo list: read it, add to it, change or delete one item, delete them all."""

    queryset = TodoItem.objects.all()
    serializer_class = TodoItemSerializer
    lookup_value_regex = "[0-9]+"

    def list(self, request: Request) -> HttpResponseBase:
        """Answer with a page, or with all items.

        Args:
            request: GET of the list.

        Returns:
            200 and a JSON array.
        """
        page = self.paginate_queryset(self.get_queryset())
        if page is not None:
            return self.get_paginated_response(self.get_serializer(page, many=True).data)
        renderer, media_type = request.accepted_renderer, request.accepted_media_type
        serializer = self.get_serializer()

        def render(rows: list[tuple]) -> bytes:
            return renderer.render(serializer.represent_rows(rows), media_type)

        return whole_list(render, renderer.media_type)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer with an item.

        Args:
            request: GET of the item.
            args: none.
            kwargs: `pk`, of the address.

        Returns:
            200 and the item.

        Raises:
            Http404: there is none.
        """
        renderer = request.accepted_renderer
        if renderer.format != "json":
            return super().retrieve(request, *args, **kwargs)
        # At once, without the detour by which REST framework answers in any form.
        item = self.get_serializer().to_representation(self.get_object())
        return HttpResponse(renderer.render(item, request.accepted_media_type), content_type=renderer.media_type)

    def get_object(self) -> TodoItem:
        """Read the item of the address.

        Returns:
            The item.

        Raises:
            Http404: there is none.
        """
        digits = self.kwargs["pk"]
        # What has more does not fit into 64 bits, and no database has it.
        item = read_one(int(digits)) if len(digits) <= 18 else None
        if item is None:
            raise Http404
        return item

    def perform_destroy(self, instance: TodoItem) -> None:
        """Delete one item.

        Args:
            instance: the item as it was read.

        Raises:
            Http404: somebody else deleted it meanwhile.
        """
        deleted, _ = instance.delete()
        if not deleted:
            raise Http404

    @extend_schema(
        # Without an id of its own it would get that of the other DELETE.
        operation_id="todos_destroy_all",
        summary="Delete all items",
        description="Also where there are none.",
        parameters=EVERYWHERE,
        responses=EMPTY | ANY,
    )
    def destroy_all(self, request: Request) -> Response:
        """Delete every item.

        Args:
            request: DELETE of the list.

        Returns:
            204, whether there were items or not.
        """
        delete_all()
        return Response(status=status.HTTP_204_NO_CONTENT)
