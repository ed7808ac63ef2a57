"""Tells Django of the app."""

from django.apps import AppConfig


class TodoConfig(AppConfig):
    """The todo list."""

    name = "todo"
