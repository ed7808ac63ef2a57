"""The addresses of the list and its items."""

from django.urls import include, path
from rest_framework.routers import DefaultRouter

from todo.views import TodoItemViewSet

router = DefaultRouter(trailing_slash=False)
router.register("todos", TodoItemViewSet)

urlpatterns = [path("", include(router.urls))]
