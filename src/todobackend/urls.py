"""The service's addresses, none with a trailing slash."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

urlpatterns = [
    path("", include("todo.urls")),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
]

handler400 = "todobackend.errors.bad_request"
handler404 = "todobackend.errors.not_found"
handler500 = "todobackend.errors.server_error"
