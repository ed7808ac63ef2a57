"""The todo list: one model, one serializer, one viewset."""
