"""The base viewset and the router."""

from uuid import UUID

from django.db import models, router, transaction
from django.http import Http404
from rest_framework import routers, status, viewsets
from rest_framework.exceptions import APIException, ParseError
from rest_framework.permissions import BasePermission
from rest_framework.response import Response

PIECE = 5000  # items


def write_alias(queryset):
    """Return the alias of the database to which a queryset's items are written."""
    if not isinstance(queryset, models.QuerySet):
        return None  # the default
    return queryset._db or router.db_for_write(queryset.model, **queryset._hints)


def has_body(request):
    """Return whether a request has a body. Its stream does not tell once middleware has read the form."""
    length = request.META.get("CONTENT_LENGTH") or ""
    return length.isdecimal() and int(length) > 0


def cut_cycles(response):
    """Free a rendered response, with its items and rows, at the end of the request.

    REST framework's response and its context refer to each other, and so do a list's serializer and its items'. They
    would stay in memory until a full garbage collection (encode/django-rest-framework#7250).
    """
    response.renderer_context.pop("response", None)
    vars(response.renderer_context["view"]).pop("response", None)
    serializer = getattr(response.data, "serializer", None)
    if serializer is not None:
        serializer.instance = None
        vars(serializer).pop("_data", None)


class ModelViewSet(viewsets.ModelViewSet):
    """REST framework's viewset, safe for concurrent changes.

    A change or a deletion locks its item in a transaction: two PATCH requests for different fields both succeed, and a
    request after a DELETE gets 404.
    """

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        if isinstance(response, Response):
            response.add_post_render_callback(cut_cycles)
        return response

    def filter_queryset(self, queryset):
        queryset = super().filter_queryset(queryset)
        changes = self.action in ("update", "partial_update", "destroy") and isinstance(queryset, models.QuerySet)
        # A view that overrides `update` may read the item before the transaction begins.
        if changes and transaction.get_connection(write_alias(queryset)).in_atomic_block:
            return queryset.select_for_update(of=("self",))
        return queryset

    def get_object(self):
        item = super().get_object()
        value = getattr(item, self.lookup_field, None)
        # One URL for each item: Python and MySQL also read 0001, +1 and digits of other scripts as 1.
        if isinstance(value, int | UUID) and str(value) != str(self.kwargs[self.lookup_url_kwarg or self.lookup_field]):
            raise Http404
        return item

    def get_serializer(self, *args, **kwargs):
        # REST framework reads a missing body as an empty form. Data from elsewhere are not checked.
        if "data" in kwargs and kwargs["data"] is self.request.data and not has_body(self.request):
            raise ParseError("The body is empty; expected JSON. Send {} for defaults alone.")
        return super().get_serializer(*args, **kwargs)

    def update(self, request, *args, **kwargs):
        with self.atomic():
            return super().update(request, *args, **kwargs)

    def destroy(self, request, *args, **kwargs):
        with self.atomic():
            return super().destroy(request, *args, **kwargs)

    def atomic(self):
        """Return a transaction on the database to which the items are written."""
        # A view that overrides `get_object` may have no queryset.
        has_queryset = self.queryset is not None or type(self).get_queryset is not viewsets.ModelViewSet.get_queryset
        return transaction.atomic(write_alias(self.get_queryset()) if has_queryset else None)


class DestroyAllMixin:
    """DELETE of the list: all items that the list shows, or, after an error, none."""

    def destroy_all(self, request, *args, **kwargs):
        queryset = self.filter_queryset(self.get_queryset())
        queryset = queryset.using(write_alias(queryset))
        with transaction.atomic(queryset.db):
            self.perform_destroy_all(queryset)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def perform_destroy_all(self, queryset):
        """Delete the items in bulk, or one by one if a hook is overridden."""
        stock = viewsets.ModelViewSet
        if not all(is_stock(self, name) for name in ("destroy", "get_object")):
            for item in queryset:
                self.kwargs[self.lookup_url_kwarg or self.lookup_field] = str(getattr(item, self.lookup_field))
                response = self.destroy(self.request, **self.kwargs)
                if response.status_code >= 400:
                    refusal = APIException(response.data)
                    refusal.status_code = response.status_code
                    raise refusal
            return
        hooks = (
            not is_stock(self, "perform_destroy"),
            type(self).check_object_permissions is not stock.check_object_permissions,
            queryset.model.delete is not models.Model.delete,
            any(
                type(permission).has_object_permission is not BasePermission.has_object_permission
                for permission in self.get_permissions()
            ),
        )
        if not any(hooks):
            keys = list(queryset.values_list("pk", flat=True))
            # In pieces, because a statement longer than MYSQL_TIMEOUT looks like a silent server.
            for begin in range(0, len(keys), PIECE):
                piece = type(queryset)(queryset.model, using=queryset.db).filter(pk__in=keys[begin : begin + PIECE])
                piece.delete()
            return
        perform_destroy = getattr(self, "perform_destroy", models.Model.delete)
        for item in queryset:
            self.check_object_permissions(self.request, item)
            perform_destroy(item)


def is_stock(view, name):
    """Return whether a method of a viewset is absent, REST framework's or that of this module."""
    own = getattr(type(view), name, None)
    return own in (None, getattr(viewsets.ModelViewSet, name), getattr(ModelViewSet, name))


class Router(routers.DefaultRouter):
    """REST framework's router without trailing slashes; DELETE of a list calls `destroy_all`, if the viewset has it."""

    include_format_suffixes = False
    routes = [
        route._replace(mapping={**route.mapping, "delete": "destroy_all"})
        if getattr(route, "mapping", {}).get("post") == "create"
        else route
        for route in routers.DefaultRouter.routes
    ]

    def __init__(self, **options):
        super().__init__(**{"trailing_slash": False, **options})
