"""The URLs of the service, none with a trailing slash."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from todo.urls import router as todos

from .api.views import Router

# One router for all resources, so that / lists them.
router = Router()
router.registry.extend(todos.registry)

urlpatterns = [
    path("", include(router.urls)),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
]

handler400 = "todobackend.api.errors.bad_request"
handler403 = "todobackend.api.errors.forbidden"
handler404 = "todobackend.api.errors.not_found"
handler500 = "todobackend.api.errors.server_error"
