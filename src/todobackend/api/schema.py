"""OpenAPI for every resource: what drf-spectacular does not find in the code by itself.

The statuses include those of nginx in front of the application.
"""

from functools import cache

from drf_spectacular.openapi import AutoSchema as SpectacularAutoSchema
from drf_spectacular.plumbing import force_instance, get_doc
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from .pagination import LinkHeaderPagination

SUMMARIES = {
    "list": "List {plural}",
    "create": "Create {name}",
    "destroy_all": "Delete all {plural}",
    "retrieve": "Read {name}",
    "update": "Replace {name}",
    "partial_update": "Change {name}",
    "destroy": "Delete {name}",
}
DESCRIPTIONS = {
    "list": "All of them, or a page where `limit` or `offset` asks for one.",
    "create": "`Location` is the URL of the new {name}.",
    "destroy_all": "Also where there are none.",
    "update": "What is not sent takes its default.",
    "partial_update": "What is not sent stays as it is.",
    "destroy": "Its URL responds 404 from then on.",
}
# Errors of every operation.
ERRORS = {
    400: "The request is malformed: its Host header, for example.",
    406: "The client does not accept JSON.",
    414: "The address is too long.",
    431: "The headers are too large.",
    502: "The application does not answer.",
    503: "The database does not answer.",
}
BODY_ERRORS = {413: "The body is larger than 1 MiB.", 415: "The body is not called application/json."}


class Error(serializers.Serializer):
    """An error in words."""

    detail = serializers.CharField()


def header(name, type_, statuses, description, required=True, **schema):
    """Return a response header, which drf-spectacular treats as a parameter."""
    return OpenApiParameter(
        name, type_, OpenApiParameter.HEADER, required=required, description=description, response=statuses, **schema
    )


@cache
def refusal(name, fields):
    """Return the serializer of a refusal, cached, so that all operations share one component."""
    reasons = {field: serializers.ListField(child=serializers.CharField(), required=False) for field in fields}
    return inline_serializer(name, {"detail": serializers.CharField(required=False)} | reasons)


class AutoSchema(SpectacularAutoSchema):
    """The errors, headers and exact bodies of each operation."""

    def get_summary(self):
        return self._named(SUMMARIES)

    def get_description(self):
        action = getattr(self.view, getattr(self.view, "action", None) or "", None)
        own = get_doc(action) if action else ""
        # Not the docstring of a class of this package: it is for readers of the code.
        inherited = super().get_description() if type(self.view).__doc__ else ""
        return own or self._named(DESCRIPTIONS) or inherited

    def get_operation_id(self):
        # Otherwise DELETE of the list and of an item would have the same id.
        action = getattr(self.view, "action", None)
        return "_".join([*self._tokenize_path(), action]) if action == "destroy_all" else super().get_operation_id()

    def get_override_parameters(self):
        parameters = [
            header("X-Request-ID", OpenApiTypes.STR, True, "Names the request in the logs.", pattern="^[0-9a-f-]+$"),
            header("Retry-After", OpenApiTypes.INT, [502, 503], "Seconds after which to try again."),
        ]
        action = getattr(self.view, "action", None)
        if action == "create":
            parameters.append(header("Location", OpenApiTypes.URI, [201], "The `url` of the new item."))
        if action == "list" and self._has_pages():
            text = 'On a page: the URLs rel="first", and "prev" and "next" where they exist (RFC 8288).'
            parameters.append(header("Link", OpenApiTypes.STR, [200], text, required=False))
        return parameters

    def get_response_serializers(self):
        return None if getattr(self.view, "action", None) == "destroy_all" else super().get_response_serializers()

    def _has_pages(self):
        return isinstance(getattr(self.view, "paginator", None), LinkHeaderPagination)

    def _named(self, texts):
        text = texts.get(getattr(self.view, "action", None))
        meta = getattr(getattr(self.view, "queryset", None), "model", None)
        return text and meta and text.format(name=meta._meta.verbose_name, plural=meta._meta.verbose_name_plural)

    def _resolve_path_parameters(self, variables):
        parameters = super()._resolve_path_parameters(variables)
        for parameter in parameters:
            if parameter["name"] == "id" and parameter["schema"].get("type") == "integer":
                parameter["schema"] = {"type": "integer", "minimum": 1}
        return parameters

    def _get_request_body(self, direction="request"):
        body = super()._get_request_body(direction)
        # An empty body is refused, even if every field is optional.
        return body and {**body, "required": True}

    def _get_response_bodies(self, direction="response"):
        responses = super()._get_response_bodies(direction)
        errors = {status: OpenApiResponse(Error, text) for status, text in ERRORS.items()}
        if "{" in self.path:
            errors[404] = OpenApiResponse(Error, "There is no such item.")
        if self.method in ("POST", "PUT", "PATCH"):
            errors |= {status: OpenApiResponse(Error, text) for status, text in BODY_ERRORS.items()}
            serializer = force_instance(self.get_request_serializer())
            if isinstance(serializer, serializers.Serializer):
                names = [name for name, field in serializer.fields.items() if not field.read_only]
                name = f"{self._get_serializer_name(serializer, 'response')}Error"
                errors[400] = OpenApiResponse(refusal(name, (*names, "non_field_errors")), "No JSON, or no item.")
        elif self._is_list_view() and self._has_pages():
            errors[400] = OpenApiResponse(refusal("LimitOffsetError", ("limit", "offset")), "There is no such page.")
        for status, response in errors.items():
            if str(status) not in responses:
                responses[str(status)] = self._get_response_for_code(response, str(status), direction=direction)
        return dict(sorted(responses.items()))

    def _map_basic_serializer(self, serializer, direction):
        schema = super()._map_basic_serializer(serializer, direction)
        if not type(serializer).__doc__:
            schema.pop("description", None)  # as above
        if isinstance(serializer, serializers.ModelSerializer):
            if direction == "response":
                # A field with a default is optional in requests; a response has every field.
                if schema.get("properties"):
                    schema["required"] = list(schema["properties"])
                return schema
            for name, field in schema.get("properties", {}).items():
                if isinstance(serializer.fields[name], serializers.CharField) and "oneOf" not in field:
                    field.setdefault("pattern", r"^[^\x00]*$")  # REST framework refuses NUL
                if serializer.partial:
                    field.pop("default", None)  # PATCH does not change missing fields
        return schema
