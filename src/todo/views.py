"""The todo list over HTTP."""

from todobackend.api.views import DestroyAllMixin, ModelViewSet

from .models import TodoItem
from .serializers import TodoItemSerializer


class TodoItemViewSet(DestroyAllMixin, ModelViewSet):
    """The todo list: read it, add to it, change or delete one item, delete them all."""

    queryset = TodoItem.objects.all()
    serializer_class = TodoItemSerializer
