"""The Django application."""

from django.apps import AppConfig


class TodoConfig(AppConfig):
    """The todo list."""

    name = "todo"
