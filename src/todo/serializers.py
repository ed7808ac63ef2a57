"""The todo item as JSON."""

import copy
from collections.abc import Iterable
from functools import cache, cached_property
from typing import Any

from django.db import models
from django.http import Http404
from django.urls import reverse
from rest_framework import serializers

from .models import TodoItem
from .rows import read_one


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

    def get_fields(self) -> dict[str, serializers.Field]:
        """Give this request its fields, as copies: making them from the model takes as long as all the rest of a POST.

        Returns:
            The fields by their names, bound to no serializer yet.
        """
        return {name: copy.copy(field) for name, field in _fields().items()}

    def to_representation(self, instance: TodoItem) -> dict[str, Any]:
        """Show an item. It comes out as from the fields above, without a walk through them.

        Args:
            instance: the item.

        Returns:
            What is rendered.
        """
        return self.represent_rows([(instance.pk, instance.title, instance.completed, instance.order)])[0]

    def represent_rows(self, rows: Iterable[tuple]) -> list[dict[str, Any]]:
        """Show items that were read without making a model of each: a long list is mostly that.

        Args:
            rows: of each item the values of `rows.COLUMNS`.

        Returns:
            What is rendered.
        """
        todos = self._todos
        return [
            {"url": f"{todos}/{pk}", "title": title, "completed": bool(completed), "order": order}
            for pk, title, completed, order in rows
        ]

    @cached_property
    def _todos(self) -> str:
        request = self.context["request"]
        return f"{request.scheme}://{request.get_host()}{_todos_path()}"

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
        if validated_data:
            TodoItem.objects.filter(pk=instance.pk).update(**validated_data)
        # What another client wrote between our read and our write belongs in the answer.
        current = read_one(instance.pk)
        if current is None:
            raise Http404
        return current


@cache
def _fields() -> dict[str, serializers.Field]:
    return super(TodoItemSerializer, TodoItemSerializer()).get_fields()


@cache
def _todos_path() -> str:
    return reverse("todoitem-list")
