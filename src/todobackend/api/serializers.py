"""The base serializer: strict JSON types, defaults from the model, a `url`, and long lists without model instances.

Optimisations keep every hook of REST framework: where a serializer, field, model or queryset overrides something, REST
framework's own code runs.
"""

import copy
import inspect
import itertools
from enum import Enum

from django.conf import settings
from django.db import models
from django.db.models.query import ModelIterable
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init, pre_init
from rest_framework import fields, relations, serializers
from rest_framework.utils import html

# The accepted JSON types. REST framework by itself reads "yes" as true, "1" and 1.0 as 1, and 5 as "5".
JSON_TYPES = {
    fields.CharField: (str,),
    fields.BooleanField: (bool,),
    fields.IntegerField: (int,),
    fields.FloatField: (int, float),
    fields.UUIDField: (str,),
}

CHUNK = 2000  # rows


class Strict:
    """A field that accepts its own JSON types only."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        if not self.allow_null:  # a form's unchecked box is False, whatever the default is
            self.default_empty_html = type(self).default_empty_html

    def to_internal_value(self, data):
        # Not isinstance: in Python, True is an int. A form has only text.
        if type(data) not in self.json_types and not is_form(self):
            self.fail("invalid", input=data)
        return super().to_internal_value(data)


class StrictText(Strict):
    """Text, stored as sent, with surrounding white space."""

    def __init__(self, **kwargs):
        super().__init__(**{"trim_whitespace": False, **kwargs})


class StrictChoiceField(serializers.ChoiceField):
    """A choice by value and type; REST framework by itself reads 1 as "1"."""

    def to_internal_value(self, data):
        value = super().to_internal_value(data)
        plain = value.value if isinstance(value, Enum) else value
        if isinstance(plain, str | int | float) and type(plain) is not type(data) and not is_form(self):
            self.fail("invalid_choice", input=data)
        return value


def is_form(field):
    """Return whether the input of a field's serializer is a form."""
    return html.is_html_input(getattr(field.root, "initial_data", None))


def strict(field_class):
    """Return the strict form of a serializer field class; the class itself if JSON has no type for it."""
    for base, types in JSON_TYPES.items():
        if issubclass(field_class, base):
            mixin = StrictText if field_class is fields.CharField else Strict
            return type(f"Strict{field_class.__name__}", (mixin, field_class), {"json_types": types})
    return field_class


class UrlField(serializers.HyperlinkedIdentityField):
    """The item's own URL, computed from the request."""

    def represent_keys(self, keys):
        """Return the URLs of items, given their primary keys.

        REST framework computes those of the ends; if these differ only in the key, the others are derived.
        """
        ends = {key: str(self.to_representation(relations.PKOnlyObject(pk=key))) for key in (min(keys), max(keys))}
        prefixes = {url.removesuffix(str(key)) for key, url in ends.items()}
        if len(ends) == 2 and len(prefixes) == 1 and isinstance(keys[0], int):
            (prefix,) = prefixes
            return [f"{prefix}{key}" for key in keys]
        return [self.to_representation(relations.PKOnlyObject(pk=key)) for key in keys]


class RelatedField(serializers.HyperlinkedRelatedField):
    """REST framework's; an address that Python cannot split ("http://[") is a 400 too."""

    def to_internal_value(self, data):
        try:
            return super().to_internal_value(data)
        except ValueError:
            self.fail("no_match")


class ListSerializer(serializers.ListSerializer):
    """A list of items, read by column without a model instance for each row where that makes no difference."""

    def to_representation(self, data):
        queryset = data.all() if isinstance(data, models.Manager) else data
        columns = plain_columns(self.child) if is_plain(queryset, self.child) else None
        if not columns:
            return super().to_representation(data)
        # One query; in chunks, so that rows, columns and items are not all in memory at once.
        rows = queryset.values_list(*columns.values()).iterator(CHUNK)
        items = []
        while chunk := list(itertools.islice(rows, CHUNK)):
            values = zip(*chunk, strict=True)
            represented = [
                represent_column(self.child.fields[name], column) for name, column in zip(columns, values, strict=True)
            ]
            items += [dict(zip(columns, row, strict=True)) for row in zip(*represented, strict=True)]
        return items


def represent_column(field, values):
    """Return the representation of each value of a column, as `field` does it."""
    if isinstance(field, UrlField):
        return field.represent_keys(values)
    unchanged = isinstance(field, Strict) and type(field).to_representation in UNCHANGED
    if unchanged and set(map(type, values)) <= {*field.json_types, type(None)}:
        return values
    return [None if value is None else field.to_representation(value) for value in values]


# These methods return a value of their own JSON type unchanged.
UNCHANGED = {
    field_class.to_representation for field_class in (fields.CharField, fields.BooleanField, fields.IntegerField)
}


# Methods by which a custom queryset can change what is read.
READERS = ("__iter__", "_fetch_all", "iterator", "values_list", "_values")


def is_plain(queryset, serializer):
    """Return whether a queryset can be read by column: it yields new, unmodified model instances."""
    model = getattr(getattr(serializer, "Meta", None), "model", None)
    return (
        isinstance(queryset, models.QuerySet)
        and queryset.model is model
        and queryset._result_cache is None
        and queryset._iterable_class is ModelIterable
        and not (queryset.query.distinct or queryset.query.combinator)
        and all(getattr(type(queryset), name) is getattr(models.QuerySet, name) for name in READERS)
        and model.__init__ is models.Model.__init__
        and model.from_db.__func__ is models.Model.from_db.__func__
        and not (pre_init.has_listeners(model) or post_init.has_listeners(model))
    )


def plain_columns(serializer):
    """Return {field name: column name} of a serializer; None if a field is more than a column."""
    if type(serializer).to_representation is not serializers.Serializer.to_representation:
        return None
    columns = {}
    stored = {field.name for field in serializer.Meta.model._meta.concrete_fields}
    for field in serializer._readable_fields:
        if type(field) is UrlField and field.lookup_field == "pk":
            columns[field.field_name] = "pk"
        elif (
            type(field).get_attribute is fields.Field.get_attribute
            and field.source in stored
            # Relations, files and properties have other descriptors.
            and type(inspect.getattr_static(serializer.Meta.model, field.source)) is DeferredAttribute
        ):
            columns[field.field_name] = field.source
        else:
            return None
    return columns


class ModelSerializer(serializers.HyperlinkedModelSerializer):
    """The base of a resource's serializer.

    A field accepts its own JSON type only (unless declared otherwise). PUT replaces the whole item (RFC 9110, 9.3.4):
    a missing field takes the model's default.
    """

    serializer_field_mapping = {
        model_field: strict(field)
        for model_field, field in serializers.HyperlinkedModelSerializer.serializer_field_mapping.items()
    }
    serializer_choice_field = StrictChoiceField
    serializer_url_field = UrlField
    serializer_related_field = RelatedField

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        # REST framework reads the list's class from Meta, which belongs to the resource.
        if hasattr(cls, "Meta") and not hasattr(cls.Meta, "list_serializer_class"):
            cls.Meta.list_serializer_class = ListSerializer

    def get_fields(self):
        """Build the fields once for each class, and copy them, as REST framework does with declared fields.

        Building takes as long as the rest of a POST. They are built for each request if the result can differ: by a
        method of the class, by the client's language, or for relations, whose choices may be computed.
        """
        own = any(getattr(type(self), name) is not getattr(ModelSerializer, name) for name in BUILDERS)
        if own or settings.USE_I18N or getattr(self.Meta, "depth", 0) or "_declared_fields" in vars(self):
            return super().get_fields()
        key, built = repr([getattr(self.Meta, name, None) for name in OPTIONS]), vars(type(self)).get("_built", {})
        if key not in built:
            fields_ = super().get_fields()
            if any(is_relation(field) for field in fields_.values()):
                return fields_
            built[key] = fields_
            type(self)._built = built
        return copy.deepcopy(built[key])

    def build_field(self, field_name, info, model_class, nested_depth):
        field_class, kwargs = super().build_field(field_name, info, model_class, nested_depth)
        if kwargs.get("required") is False:
            default = model_default(model_class._meta.get_field(field_name))
            if default is not fields.empty:
                del kwargs["required"]
                kwargs["default"] = default
        return field_class, kwargs

    def include_extra_kwargs(self, kwargs, extra_kwargs):
        if "required" in extra_kwargs:
            kwargs.pop("default", None)
        return super().include_extra_kwargs(kwargs, extra_kwargs)


# Options of Meta that a serializer may change for a request.
OPTIONS = ("fields", "exclude", "read_only_fields", "extra_kwargs")
# Methods by which a serializer can build its fields for each request.
BUILDERS = (
    "build_field",
    "build_standard_field",
    "build_relational_field",
    "build_nested_field",
    "build_property_field",
    "build_url_field",
    "get_default_field_names",
    "get_extra_kwargs",
    "get_field_names",
    "get_uniqueness_extra_kwargs",
    "include_extra_kwargs",
)


def is_relation(field):
    """Return whether a field is a relation to other items."""
    return isinstance(field, relations.RelatedField | relations.ManyRelatedField) and not isinstance(field, UrlField)


def model_default(field):
    """Return a model field's default: a value, or a function that returns it.

    `empty` if there is none, or only the model or the database can compute it: PUT does not change such a field.
    """
    if field.many_to_many:
        return list
    # A relation's default is a key, but a serializer returns an item.
    has_key = field.is_relation and field.has_default() and field.default is not None
    if field.primary_key or (field.unique and not field.null) or field.has_db_default() or has_key:
        return fields.empty
    if field.has_default():
        return field.default
    if field.null:
        return None
    return "" if field.blank and field.empty_strings_allowed else fields.empty
