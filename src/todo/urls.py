"""The todo list's addresses: / and /todos and /todos/N."""

from rest_framework.routers import DefaultRouter

from .views import TodoItemViewSet


class TodoRouter(DefaultRouter):
    """REST framework's router without trailing slashes, and with DELETE for the whole list."""

    include_format_suffixes = False
    routes = [
        route._replace(mapping={**route.mapping, "delete": "destroy_all"})
        if getattr(route, "mapping", {}).get("post") == "create"
        else route
        for route in DefaultRouter.routes
    ]


router = TodoRouter(trailing_slash=False)
router.register("todos", TodoItemViewSet)

urlpatterns = router.urls
