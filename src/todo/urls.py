"""The URLs of the todo list: /todos and /todos/N."""

from todobackend.api.views import Router

from .views import TodoItemViewSet

router = Router()
router.register("todos", TodoItemViewSet)
