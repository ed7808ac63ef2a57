"""The yardstick: a small Django project as a tutorial makes it."""
