"""The todo list."""
