"""Every hook of Django and REST framework counts everywhere: on the list, a page, an item, and the delete of all."""

import contextlib
import datetime
import uuid
from decimal import Decimal
from unittest import mock

from api import HOST, TODOS, ApiTestCase, path, post_by_wsgi, stored, titles
from django.db import connection, models
from django.db.models import Window
from django.db.models.functions import RowNumber
from django.db.models.signals import post_init, post_save
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import CaptureQueriesContext, isolate_apps
from rest_framework import filters, parsers, permissions, serializers, throttling
from rest_framework.exceptions import PermissionDenied
from rest_framework.fields import empty
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, APITransactionTestCase

from todo.models import TodoItem
from todo.serializers import TodoItemSerializer
from todo.views import TodoItemViewSet
from todobackend.api.json import JSONRenderer
from todobackend.api.pagination import is_one_table
from todobackend.api.serializers import ModelSerializer, UrlField, is_plain, plain_columns

DESTROY = TodoItemViewSet.destroy


class HookTestCase(ApiTestCase):
    """Two items, and a way to give the viewset what a team gives its own."""

    @classmethod
    def setUpTestData(cls):
        cls.dog = TodoItem.objects.create(title="Walk the dog", order=1)
        cls.cat = TodoItem.objects.create(title="Feed the cat", order=2)

    def view(self, **attributes):
        """Set attributes of the viewset for the rest of the test."""
        for name, value in attributes.items():
            self.enterContext(mock.patch.object(TodoItemViewSet, name, value, create=True))


class Nobody(permissions.BasePermission):
    def has_object_permission(self, request, view, obj):
        return obj.title != "Walk the dog"


class ObjectPermissions(HookTestCase):
    def setUp(self):
        self.view(permission_classes=[Nobody])

    def test_should_refuse_each_operation_on_the_item(self):
        for method in ("get", "put", "patch", "delete"):
            with self.subTest(method=method):
                response = getattr(self.client, method)(path(self.dog), {"title": "mine"} if method != "get" else None)
                self.assertEqual(response.status_code, 403)
        self.assertEqual(len(stored()), 2)

    def test_should_allow_another_item(self):
        self.assertEqual(self.client.patch(path(self.cat), {"order": 3}).status_code, 200)

    def test_should_refuse_to_delete_all_and_delete_none(self):
        self.assertEqual((self.client.delete(TODOS).status_code, len(stored())), (403, 2))


class QuerySetOfTheView(HookTestCase):
    def setUp(self):
        self.view(get_queryset=lambda view: TodoItem.objects.filter(title__contains="cat"))

    def test_should_be_what_the_list_and_a_page_show(self):
        self.assertEqual(titles(self.client.get(TODOS)), ["Feed the cat"])
        self.assertEqual(titles(self.client.get(f"{TODOS}?limit=5")), ["Feed the cat"])

    def test_should_hide_other_items(self):
        for method in ("get", "put", "patch", "delete"):
            with self.subTest(method=method):
                response = getattr(self.client, method)(path(self.dog), {} if method != "get" else None)
                self.assertEqual(response.status_code, 404)

    def test_should_be_all_that_is_deleted(self):
        self.client.delete(TODOS)
        self.assertEqual(stored(), [("Walk the dog", False, 1)])


class FilterBackends(HookTestCase):
    def setUp(self):
        self.view(filter_backends=[filters.SearchFilter, filters.OrderingFilter], search_fields=["title"])

    def test_should_filter_the_list_and_a_page(self):
        self.assertEqual(titles(self.client.get(f"{TODOS}?search=cat")), ["Feed the cat"])
        self.assertEqual(titles(self.client.get(f"{TODOS}?search=cat&limit=5")), ["Feed the cat"])

    def test_should_order_the_list_and_a_page(self):
        self.assertEqual(titles(self.client.get(f"{TODOS}?ordering=-order")), ["Feed the cat", "Walk the dog"])
        self.assertEqual(titles(self.client.get(f"{TODOS}?ordering=-order&limit=1")), ["Feed the cat"])

    def test_should_filter_what_is_deleted(self):
        self.client.delete(f"{TODOS}?search=cat")
        self.assertEqual(stored(), [("Walk the dog", False, 1)])

    def test_should_be_in_the_schema(self):
        parameters = self.client.get("/schema?format=json").json()["paths"]["/todos"]["get"]["parameters"]
        self.assertIn("search", [parameter["name"] for parameter in parameters])


class OneRequest(throttling.SimpleRateThrottle):
    rate = "1/day"

    def get_cache_key(self, request, view):
        return "all"


class OtherHooksOfTheView(HookTestCase):
    def test_should_throttle(self):
        self.view(throttle_classes=[OneRequest])
        with mock.patch.object(OneRequest, "cache", mock.Mock(get=lambda key, default: [2**40])):
            response = self.client.get(TODOS)
        self.assertEqual(response.status_code, 429)

    def test_should_call_perform_destroy_for_each_item_that_is_deleted(self):
        seen = []
        self.view(perform_destroy=lambda view, item: seen.append(item.title))
        self.client.delete(TODOS)
        self.client.delete(path(self.dog))
        self.assertEqual((seen, len(stored())), (["Walk the dog", "Feed the cat", "Walk the dog"], 2))

    def test_should_call_the_delete_of_the_model(self):
        with mock.patch.object(TodoItem, "delete", autospec=True) as delete:
            self.client.delete(TODOS)
        self.assertEqual(delete.call_count, 2)

    def test_should_show_a_page_of_distinct_items(self):
        self.view(get_queryset=lambda view: TodoItem.objects.distinct())
        response = self.client.get(f"{TODOS}?limit=1")
        self.assertEqual((titles(response), 'rel="next"' in response["Link"]), (["Walk the dog"], True))

    def test_should_render_what_orjson_cannot(self):
        self.view(list=lambda view, request: Response({"number": 2**64, "day": datetime.date(2030, 2, 28)}))
        self.assertEqual(self.client.get(TODOS).json(), {"number": 2**64, "day": "2030-02-28"})

    def test_should_be_asked_for_each_item_that_is_deleted(self):
        self.view(check_object_permissions=mock.Mock(side_effect=PermissionDenied))
        self.assertEqual((self.client.delete(TODOS).status_code, len(stored())), (403, 2))

    def test_should_call_destroy_for_each_item_that_is_deleted(self):
        def destroy(view, request, *args, **kwargs):
            if view.get_object() == self.cat:
                raise PermissionDenied
            return DESTROY(view, request, *args, **kwargs)

        self.view(destroy=destroy)
        self.assertEqual((self.client.delete(TODOS).status_code, len(stored())), (403, 2))

    def test_should_return_what_destroy_refuses_and_delete_none(self):
        def destroy(view, request, *args, **kwargs):
            if view.get_object() == self.cat:
                return Response({"detail": "Not the cat."}, status=409)
            return DESTROY(view, request, *args, **kwargs)

        self.view(destroy=destroy)
        response = self.client.delete(TODOS)
        self.assertEqual((response.status_code, response.json()), (409, {"detail": "Not the cat."}))
        self.assertEqual(len(stored()), 2)

    def test_should_call_perform_destroy_for_the_items_of_a_slice(self):
        seen = []
        self.view(
            get_queryset=lambda view: TodoItem.objects.order_by("order")[:1],
            perform_destroy=lambda view, item: seen.append(item.title),
        )
        self.assertEqual((self.client.delete(TODOS).status_code, seen), (204, ["Walk the dog"]))

    def test_should_call_the_delete_of_the_queryset(self):
        class Kept(models.QuerySet):
            def delete(self):
                self.update(completed=True)

        self.view(get_queryset=lambda view: Kept(TodoItem))
        self.client.delete(TODOS)
        self.assertEqual([completed for _, completed, _ in stored()], [True, True])

    def test_should_find_an_item_by_a_number(self):
        request = APIRequestFactory().get(path(self.dog))
        self.assertEqual(TodoItemViewSet.as_view({"get": "retrieve"})(request, pk=self.dog.pk).status_code, 200)

    def test_should_render_errors_as_the_view_renders_json(self):
        class Envelope(JSONRenderer):
            def render(self, data, *args, **kwargs):
                return super().render({"data": data}, *args, **kwargs)

        self.view(renderer_classes=[Envelope])
        self.assertEqual(set(self.client.get(f"{TODOS}/0").json()), {"data"})

    def test_should_order_a_page_by_another_table(self):
        for name in ("owner__name", "tags", "-tags", "?"):
            joined = TodoItem.objects.all()
            joined.query.order_by = (name,)
            self.assertFalse(is_one_table(joined), name)
        self.assertFalse(is_one_table(TodoItem.objects.order_by(models.F("order").desc())))
        self.assertTrue(is_one_table(TodoItem.objects.order_by("-order", "pk")))

    def test_should_take_an_unchecked_box_of_a_form_for_false(self):
        class Done(TodoItemSerializer):
            class Meta(TodoItemSerializer.Meta):
                extra_kwargs = {"completed": {"default": True}}

        self.view(parser_classes=[parsers.FormParser], serializer_class=Done)
        response = self.client.generic("POST", TODOS, "title=dog", "application/x-www-form-urlencoded")
        self.assertIs(response.json()["completed"], False)

    def test_should_delete_no_more_than_the_list_shows(self):
        self.view(get_queryset=lambda view: TodoItem.objects.order_by("-order")[:1])
        self.client.delete(TODOS)
        self.assertEqual(stored(), [("Walk the dog", False, 1)])

    def test_should_find_an_item_without_a_queryset(self):
        self.view(queryset=None, get_object=lambda view: self.dog)
        self.assertEqual(self.client.patch(path(self.dog), {"order": 5}).json()["order"], 5)

    def test_should_give_a_serializer_other_data_than_the_body(self):
        self.view(list=lambda view, request: Response(view.get_serializer(data=request.query_params).is_valid()))
        self.assertIs(self.client.get(f"{TODOS}?title=dog").json(), True)

    def test_should_show_pages_of_what_is_not_plain(self):
        row = Window(RowNumber(), order_by="order")
        querysets = [
            list(TodoItem.objects.all()),
            TodoItem.objects.annotate(row=row).filter(row__gte=1),
            TodoItem.objects.order_by()
            .filter(order=1)
            .union(TodoItem.objects.order_by().filter(order=2))
            .order_by("order"),
        ]
        for queryset in querysets:
            with (
                self.subTest(queryset=type(queryset)),
                mock.patch.object(TodoItemViewSet, "get_queryset", return_value=queryset),
            ):
                self.assertEqual(titles(self.client.get(f"{TODOS}?limit=1&offset=1")), ["Feed the cat"])

    def test_should_read_numbers_and_booleans_of_a_form(self):
        self.view(parser_classes=[parsers.FormParser])
        body = "completed=true&order=7"
        response = self.client.generic("POST", TODOS, body, "application/x-www-form-urlencoded")
        self.assertEqual((response.json()["completed"], response.json()["order"]), (True, 7))

    def test_should_call_perform_create_and_perform_update(self):
        self.view(
            perform_create=lambda view, serializer: serializer.save(order=7),
            perform_update=lambda view, serializer: serializer.save(order=8),
        )
        self.assertEqual(self.client.post(TODOS, {}).json()["order"], 7)
        self.assertEqual(self.client.patch(path(self.dog), {"title": "x"}).json()["order"], 8)

    def test_should_parse_a_form_with_files(self):
        self.view(parser_classes=[parsers.MultiPartParser])
        # As uWSGI does: the boundary is a parameter of the content type.
        status, item = post_by_wsgi(MULTIPART_CONTENT, encode_multipart(BOUNDARY, {"title": "dog"}))
        self.assertEqual((status, item["title"]), ("201 Created", "dog"))


class Item(TodoItemSerializer):
    words = serializers.SerializerMethodField()
    name = serializers.CharField(source="title", read_only=True)

    class Meta(TodoItemSerializer.Meta):
        fields = ["url", "title", "words", "name"]

    def get_words(self, item):
        return len(item.title.split())


class Loud(serializers.CharField):
    def to_representation(self, value):
        return value.upper()


class LoudItem(TodoItemSerializer):
    title = Loud()


class SerializerOfTheView(HookTestCase):
    def shown(self):
        """Return the first item as the list, a page and its own URL show it."""
        responses = [self.client.get(f"{address}").json() for address in (TODOS, f"{TODOS}?limit=1", path(self.dog))]
        return [responses[0][0], responses[1][0], responses[2]]

    def test_should_show_its_fields_in_every_response(self):
        self.view(serializer_class=Item)
        item = {"url": HOST + path(self.dog), "title": "Walk the dog", "words": 3, "name": "Walk the dog"}
        self.assertEqual(self.shown(), [item] * 3)

    def test_should_represent_a_field_as_the_field_does(self):
        self.view(serializer_class=LoudItem)
        self.assertEqual([item["title"] for item in self.shown()], ["WALK THE DOG"] * 3)

    def test_should_represent_an_item_as_the_serializer_does(self):
        class Wrapped(TodoItemSerializer):
            def to_representation(self, instance):
                return {"item": super().to_representation(instance)["title"]}

        self.view(serializer_class=Wrapped)
        self.assertEqual(self.shown(), [{"item": "Walk the dog"}] * 3)

    def test_should_have_fields_that_it_alters_itself(self):
        class Altered(TodoItemSerializer):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                self.fields["title"].max_length = self.context["view"].kwargs and 3
                self.fields.pop("order")

        self.view(serializer_class=Altered)
        self.assertNotIn("order", self.client.get(path(self.dog)).json())
        self.assertIn("order", TodoItemSerializer().fields)

    def test_should_have_the_options_that_it_sets_itself(self):
        class Altered(TodoItemSerializer):
            class Meta(TodoItemSerializer.Meta):
                pass

            def __init__(self, *args, read_only=(), **kwargs):
                self.Meta.read_only_fields = read_only
                super().__init__(*args, **kwargs)

        found = [Altered(read_only=names).fields["title"].read_only for names in ((), ("title",), ())]
        self.assertEqual(found, [False, True, False])

    def test_should_be_saved_by_its_own_save(self):
        class Saved(TodoItemSerializer):
            def save(self, **kwargs):
                return super().save(order=9, **kwargs)

        self.view(serializer_class=Saved)
        self.assertEqual(self.client.put(path(self.dog), {"title": "x"}).json()["order"], 9)


class Models(HookTestCase):
    def test_should_have_their_save_called_by_put_and_patch(self):
        with mock.patch.object(TodoItem, "save", autospec=True) as save:
            self.client.put(path(self.dog), {"title": "x"})
            self.client.patch(path(self.dog), {"title": "x"})
        self.assertEqual(save.call_count, 2)

    def test_should_send_their_signals(self):
        with receiving(post_save) as seen:
            self.client.patch(path(self.dog), {"order": 5})
        self.assertEqual([item.order for item in seen], [5])

    def test_should_be_altered_by_a_signal_in_the_list_too(self):
        with receiving(post_init, lambda item: setattr(item, "title", "altered")):
            self.assertEqual(titles(self.client.get(TODOS)), ["altered", "altered"])


@contextlib.contextmanager
def receiving(signal, action=lambda item: None):
    """Receive a signal of the model; yield the list of instances that it was sent for."""
    seen = []

    def receive(sender, instance, **kwargs):
        seen.append(instance)
        action(instance)

    signal.connect(receive, sender=TodoItem)
    try:
        yield seen
    finally:
        signal.disconnect(receive, sender=TodoItem)


class ListOfPlainColumns(HookTestCase):
    """The list without model instances, and when it is not used"""

    def serializer(self, **attributes):
        meta = type("Meta", (TodoItemSerializer.Meta,), attributes.pop("meta", {}))
        return type("Some", (TodoItemSerializer,), {"Meta": meta, **attributes})()

    def test_should_be_what_rest_framework_makes_of_each_item(self):
        request = self.client.get(TODOS).wsgi_request
        plain = type(self.serializer(meta={"fields": ["url", "title", "completed", "order"]}))
        serializer = plain(TodoItem.objects.all(), many=True, context={"request": request})
        self.assertTrue(is_plain(TodoItem.objects.all(), serializer.child))
        self.assertIsNotNone(plain_columns(serializer.child))
        self.assertEqual(serializer.data, [serializer.child.to_representation(item) for item in TodoItem.objects.all()])

    def test_should_convert_what_json_has_no_type_for(self):
        field = serializers.CharField(source="order", read_only=True)
        self.view(serializer_class=type(self.serializer(position=field, meta={"fields": ["url", "position"]})))
        self.assertEqual([item["position"] for item in self.client.get(TODOS).json()], ["1", "2"])

    def test_should_not_be_used_for_fields_that_are_more_than_a_column(self):
        method = serializers.SerializerMethodField()
        cases = [
            {"words": method, "get_words": len, "meta": {"fields": ["words"]}},
            {"to_representation": lambda self, item: {}},
            {"url": serializers.HyperlinkedIdentityField(view_name="todoitem-detail")},
            {"url": UrlField(view_name="todoitem-detail", lookup_field="title")},
        ]
        self.assertEqual([plain_columns(self.serializer(**case)) for case in cases], [None] * len(cases))
        with mock.patch.object(TodoItem, "title", property(lambda item: "another")):
            self.assertIsNone(plain_columns(self.serializer()))

    def test_should_not_be_used_for_querysets_of_another_kind(self):
        evaluated = TodoItem.objects.all()
        len(evaluated)
        cases = [
            evaluated,
            TodoItem.objects.distinct(),
            TodoItem.objects.values(),
            TodoItem.objects.all().union(TodoItem.objects.all()),
            [self.dog],
            type("Own", (models.QuerySet,), {"__iter__": lambda self: iter([])})(TodoItem),
        ]
        self.assertEqual([is_plain(case, TodoItemSerializer()) for case in cases], [False] * len(cases))

    def test_should_compute_each_url_where_two_do_not_tell_the_others(self):
        field = UrlField(view_name="todoitem-detail")
        with mock.patch.object(field, "to_representation", lambda obj: f"/{obj.pk}/1"):
            self.assertEqual(field.represent_keys([1, 2, 3]), ["/1/1", "/2/1", "/3/1"])
            self.assertEqual(field.represent_keys([1]), ["/1/1"])


class Kind(models.TextChoices):
    ONE = "one"


class NextResource(ApiTestCase):
    """What a new resource has without a line of its own"""

    def fields(self, **columns):
        """Return the fields of a serializer for a model with these columns."""
        with isolate_apps("todo"):
            model = type("Next", (models.Model,), {"__module__": "todo.models", **columns})
        meta = type("Meta", (), {"model": model, "fields": list(columns)})
        return type("NextSerializer", (ModelSerializer,), {"Meta": meta})().fields

    def test_should_take_each_json_type_for_itself(self):
        fields = self.fields(
            text=models.TextField(),
            slug=models.SlugField(),
            number=models.PositiveIntegerField(),
            choice=models.CharField(choices=[("1", "one")]),
            price=models.DecimalField(choices=[(Decimal("2.5"), "two and a half")]),
            real=models.FloatField(),
            kind=models.CharField(choices=[(Kind.ONE, "one")]),
            key=models.UUIDField(),
            owner=models.ForeignKey(TodoItem, models.CASCADE),
        )
        for name, wrong in (
            ("text", 5),
            ("slug", 5),
            ("number", "7"),
            ("number", True),
            ("choice", 1),
            ("real", "1"),
            ("real", True),
            ("key", 5),
            ("owner", "http://["),
        ):
            with self.subTest(name=name, wrong=wrong), self.assertRaises(serializers.ValidationError):
                fields[name].run_validation(wrong)
        right = {"text": " a ", "slug": "a", "number": 7, "choice": "1", "real": 1.5, "kind": "one"}
        self.assertEqual({name: fields[name].run_validation(value) for name, value in right.items()}, right)
        self.assertEqual(fields["price"].run_validation("2.5"), Decimal("2.5"))

    def test_should_take_the_defaults_of_the_model(self):
        fields = self.fields(
            id=models.UUIDField(primary_key=True, default=uuid.uuid4),
            must=models.CharField(),
            sole=models.CharField(unique=True, blank=True, default=""),
            made_there=models.IntegerField(null=True, db_default=5),
            blank=models.CharField(blank=True),
            null=models.DateField(null=True),
            seven=models.IntegerField(default=7),
            made=models.JSONField(default=dict),
            many=models.ManyToManyField(TodoItem, blank=True),
            other=models.ForeignKey(TodoItem, models.CASCADE, null=True),
            none=models.ForeignKey(TodoItem, models.CASCADE, null=True, default=None, related_name="+"),
            one=models.ForeignKey(TodoItem, models.CASCADE, null=True, default=1, related_name="+"),
        )
        self.assertTrue(fields["must"].required)
        # PUT keeps the key, and what can be there once; the database alone knows its default.
        self.assertEqual([fields[name].default for name in ("id", "sole", "made_there", "one")], [empty] * 4)
        found = {name: field.get_default() for name, field in fields.items() if field.default is not empty}
        self.assertEqual(
            found, {"blank": "", "null": None, "seven": 7, "made": {}, "many": [], "other": None, "none": None}
        )

    def test_should_leave_a_field_that_must_be_sent_to_its_serializer(self):
        meta = type("Meta", (TodoItemSerializer.Meta,), {"extra_kwargs": {"title": {"required": True}}})
        serializer = type("Some", (TodoItemSerializer,), {"Meta": meta})(data={})
        self.assertFalse(serializer.is_valid())

    def test_should_build_its_fields_anew_where_it_says_how(self):
        class Own(TodoItemSerializer):
            def get_extra_kwargs(self):
                return {"title": {"max_length": self.context["length"]}}

        lengths = [Own(context={"length": length}).fields["title"].max_length for length in (5, 6)]
        self.assertEqual(lengths, [5, 6])


class Locks(HookTestCase):
    def test_should_be_taken_by_what_changes_an_item_and_by_nothing_else(self):
        select = models.QuerySet.select_for_update
        for method, expected in (("get", 0), ("put", 1), ("patch", 1), ("delete", 1)):
            with (
                self.subTest(method=method),
                mock.patch.object(models.QuerySet, "select_for_update", autospec=True, side_effect=select) as locks,
                CaptureQueriesContext(connection) as queries,
            ):
                getattr(self.client, method)(path(self.dog), {} if method != "get" else None)
                self.assertEqual(locks.call_count, expected)
                if connection.features.has_select_for_update:
                    self.assertEqual(sum("FOR UPDATE" in query["sql"] for query in queries), expected)


class ViewThatReadsItsItemFirst(APITransactionTestCase):
    def test_should_find_it_before_the_transaction_begins(self):
        # MySQL locks nothing outside of a transaction, and Django refuses to try.
        class Own(TodoItemViewSet):
            def update(self, request, *args, **kwargs):
                self.get_object()
                return super().update(request, *args, **kwargs)

        item = TodoItem.objects.create(title="Walk the dog")
        request = APIRequestFactory().put(path(item), {"title": "Wash the dog"})
        response = Own.as_view({"put": "update"})(request, pk=str(item.pk))
        self.assertEqual((response.status_code, response.data["title"]), (200, "Wash the dog"))


class Memory(HookTestCase):
    def test_should_not_keep_a_response_alive(self):
        """Neither viewset nor context refers to the response, nor the serializer to its items."""
        response = self.client.get(TODOS)
        self.assertNotIn("response", vars(response.renderer_context["view"]))
        self.assertNotIn("response", response.renderer_context)
        self.assertNotIn("_data", vars(response.data.serializer))
        self.assertIsNone(response.data.serializer.instance)
        self.assertEqual(len(response.data), 2)
