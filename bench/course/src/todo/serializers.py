"""The todo item as JSON."""

from rest_framework import serializers

from todo.models import TodoItem


class TodoItemSerializer(serializers.HyperlinkedModelSerializer):
    """Its fields; the address is read from the table."""

    url = serializers.ReadOnlyField()

    class Meta:
        model = TodoItem
        fields = ("url", "title", "completed", "order")
