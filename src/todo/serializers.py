"""The todo item as JSON."""

from typing import Any

from django.db import models
from django.http import Http404
from rest_framework import serializers

from .models import TodoItem


class Strict:
    """A field that takes its own JSON type only; REST framework alone reads "yes" as true and "1" or 1.0 as 1."""

    json_type: type

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what the client sent with another type.

        Args:
            data: the value as it stood in the JSON.

        Returns:
            The value for the model.

        Raises:
            rest_framework.exceptions.ValidationError: the type is another, or the field's own checks fail.
        """
        # Not isinstance: to Python, true is an int.
        if type(data) is not self.json_type:
            self.fail("invalid", input=data)
        return super().to_internal_value(data)


class StrictCharField(Strict, serializers.CharField):
    """A JSON string."""

    json_type = str


class StrictBooleanField(Strict, serializers.BooleanField):
    """true or false."""

    json_type = bool


class StrictIntegerField(Strict, serializers.IntegerField):
    """A JSON number without a fraction."""

    json_type = int


class TodoItemSerializer(serializers.HyperlinkedModelSerializer):
    """`url`, `title`, `completed` and `order`; none of them has to be sent."""

    serializer_field_mapping = serializers.HyperlinkedModelSerializer.serializer_field_mapping | {
        models.CharField: StrictCharField,
        models.BooleanField: StrictBooleanField,
        models.IntegerField: StrictIntegerField,
    }

    class Meta:
        model = TodoItem
        fields = ["url", "title", "completed", "order"]
        # The defaults make PUT replace the whole item, as HTTP asks (RFC 9110, 9.3.4); PATCH ignores them.
        extra_kwargs = {
            "title": {"default": "", "trim_whitespace": False},
            "completed": {"default": False},
            "order": {"default": None},
        }

    def update(self, instance: TodoItem, validated_data: dict[str, Any]) -> TodoItem:
        """Write the fields that were sent, and only those, so that two clients can patch one item at once.

        Args:
            instance: the item as it was read.
            validated_data: the fields to write.

        Returns:
            The item as it now stands in the database.

        Raises:
            Http404: somebody deleted the item meanwhile.
        """
        item = TodoItem.objects.filter(pk=instance.pk)
        if validated_data:
            item.update(**validated_data)
        # What another client wrote between our read and our write belongs in the answer.
        current = item.first()
        if current is None:
            raise Http404
        return current
