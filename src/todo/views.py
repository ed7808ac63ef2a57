"""The todo list over HTTP."""

from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from .models import TodoItem
from .serializers import TodoItemSerializer


@extend_schema_view(
    list=extend_schema(summary="List items", description="By `order`, then by age. A page where asked for."),
    create=extend_schema(summary="Create item", description="`Location` says where it lives."),
    retrieve=extend_schema(summary="Read item", description=""),
    update=extend_schema(summary="Replace item", description="What is not sent takes its default."),
    partial_update=extend_schema(summary="Change item", description="What is not sent stays as it is."),
    destroy=extend_schema(summary="Delete item", description=""),
)
class TodoItemViewSet(viewsets.ModelViewSet):
    """The todo list: read it, add to it, change or delete one item, delete them all."""

    queryset = TodoItem.objects.all()
    serializer_class = TodoItemSerializer
    lookup_value_regex = "[0-9]+"

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

    # Without an id of its own the schema would give it that of the other DELETE.
    @extend_schema(operation_id="todos_destroy_all", summary="Delete all items", description="")
    def destroy_all(self, request: Request) -> Response:
        """Delete every item.

        Args:
            request: DELETE of the list.

        Returns:
            204, whether there were items or not.
        """
        self.get_queryset().delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
