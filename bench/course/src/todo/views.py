"""The todo list over HTTP."""

from rest_framework import status, viewsets
from rest_framework.response import Response
from rest_framework.reverse import reverse

from todo.models import TodoItem
from todo.serializers import TodoItemSerializer


class TodoItemViewSet(viewsets.ModelViewSet):
    """Read, create, change, delete."""

    queryset = TodoItem.objects.all()
    serializer_class = TodoItemSerializer

    def perform_create(self, serializer: TodoItemSerializer) -> None:
        """Write the item twice: its address needs its number.

        Args:
            serializer: of the new item.
        """
        item = serializer.save()
        item.url = reverse("todoitem-detail", args=[item.pk], request=self.request)
        item.save()

    def delete(self, request: object) -> Response:
        """Delete every item.

        Args:
            request: DELETE of the list.

        Returns:
            204.
        """
        TodoItem.objects.all().delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
