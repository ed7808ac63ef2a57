"""The todo list: model, serializer, viewset."""
