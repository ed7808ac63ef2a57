"""The todo item as JSON."""

from todobackend.api.serializers import ModelSerializer

from .models import TodoItem


class TodoItemSerializer(ModelSerializer):
    """`url`, `title`, `completed` and `order`, all optional."""

    class Meta:
        model = TodoItem
        fields = ["url", "title", "completed", "order"]
