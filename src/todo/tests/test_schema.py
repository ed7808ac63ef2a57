"""The API's description, and the page that shows it."""

import re

from api import ApiTestCase
from django.urls import path
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiResponse, extend_schema
from drf_spectacular.validation import validate_schema
from rest_framework.views import APIView

from todo.serializers import TodoItemSerializer
from todo.views import TodoItemViewSet

OPERATIONS = {
    ("/todos", "get"),
    ("/todos", "post"),
    ("/todos", "delete"),
    ("/todos/{id}", "get"),
    ("/todos/{id}", "put"),
    ("/todos/{id}", "patch"),
    ("/todos/{id}", "delete"),
}


class Schema(ApiTestCase):
    def setUp(self):
        self.response = self.client.get("/schema", HTTP_ACCEPT="application/json")
        self.schema = self.response.json()
        # Of the todos: another resource has its own.
        self.paths = {path: item for path, item in self.schema["paths"].items() if path.startswith("/todos")}

    def test_should_return_a_200_ok_response(self):
        self.assertEqual(self.response.status_code, 200)

    def test_should_be_valid_openapi_3(self):
        validate_schema(self.schema)
        self.assertRegex(self.schema["openapi"], r"^3\.")

    def test_should_have_every_operation_and_no_other(self):
        found = {(path, method) for path, item in self.paths.items() for method in item}
        self.assertEqual(found, OPERATIONS)

    def test_should_give_each_operation_a_name_of_its_own(self):
        names = {operation["operationId"] for item in self.paths.values() for operation in item.values()}
        self.assertEqual(len(names), len(OPERATIONS))

    def test_should_give_the_bounds_of_a_title(self):
        title = self.schema["components"]["schemas"]["TodoItemRequest"]["properties"]["title"]
        self.assertEqual(title, {"type": "string", "maxLength": 256, "pattern": r"^[^\x00]*$", "default": ""})

    def test_should_not_promise_defaults_where_a_patch_leaves_things_as_they_are(self):
        fields = self.schema["components"]["schemas"]["PatchedTodoItemRequest"]["properties"]
        self.assertEqual([name for name, field in fields.items() if "default" in field], [])

    def test_should_say_that_an_answer_has_every_field(self):
        item = self.schema["components"]["schemas"]["TodoItem"]
        self.assertEqual(item["required"], list(item["properties"]))

    def test_should_describe_the_errors_of_each_operation(self):
        common = {"400", "406", "414", "431", "502", "503"}
        found = {
            operation["operationId"]: {status for status in operation["responses"] if status >= "400"} - common
            for item in self.paths.values()
            for operation in item.values()
        }
        body, item = {"413", "415"}, {"404"}
        self.assertEqual(
            found,
            {
                "todos_list": set(),
                "todos_create": body,
                "todos_destroy_all": set(),
                "todos_retrieve": item,
                "todos_update": item | body,
                "todos_partial_update": item | body,
                "todos_destroy": item,
            },
        )

    def test_should_give_the_bounds_of_an_order(self):
        order = self.schema["components"]["schemas"]["TodoItemRequest"]["properties"]["order"]
        self.assertEqual((order["minimum"], order["maximum"], order["nullable"]), (-(2**31), 2**31 - 1, True))

    def test_should_ask_for_a_body_but_for_no_field(self):
        self.assertNotIn("required", self.schema["components"]["schemas"]["TodoItemRequest"])
        self.assertIs(self.schema["paths"]["/todos"]["post"]["requestBody"]["required"], True)

    def test_should_give_the_bounds_of_a_page(self):
        parameters = {item["name"]: item["schema"] for item in self.schema["paths"]["/todos"]["get"]["parameters"]}
        self.assertEqual(
            parameters,
            {
                "limit": {"type": "integer", "minimum": 1, "maximum": 1000},
                "offset": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
            },
        )

    def test_should_list_a_bare_array(self):
        answer = self.schema["paths"]["/todos"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        name = answer["$ref"].rpartition("/")[2]
        self.assertEqual(self.schema["components"]["schemas"][name]["type"], "array")


class SchemaOfOtherViews(ApiTestCase):
    """Schema of views that have no serializer"""

    def test_should_be_made(self):
        class Plain(APIView):
            def post(self, request):
                """Do something."""

        class Many(TodoItemViewSet):
            @extend_schema(request=TodoItemSerializer(many=True))
            def create(self, request):
                """Create several."""

        patterns = [path("plain", Plain.as_view()), path("many", Many.as_view({"post": "create"}))]
        with GENERATOR_STATS.silence():
            paths = SchemaGenerator(patterns=patterns).get_schema(public=True)["paths"]
        found = {name: list(paths[name]["post"]["responses"])[:2] for name in paths}
        self.assertEqual(found, {"/plain": ["200", "400"], "/many": ["201", "400"]})

    def test_should_say_what_the_view_says(self):
        class Own(TodoItemViewSet):
            @extend_schema(responses={201: TodoItemSerializer, 415: OpenApiResponse(description="Only JSON.")})
            def create(self, request):
                """Add one."""

        patterns = [path("own", Own.as_view({"post": "create"})), path("own/<pk>", Own.as_view({"get": "retrieve"}))]
        with GENERATOR_STATS.silence():
            paths = SchemaGenerator(patterns=patterns).get_schema(public=True)["paths"]
        create = paths["/own"]["post"]
        self.assertEqual((create["description"], create["responses"]["415"]["description"]), ("Add one.", "Only JSON."))
        # The docstrings of api/ are for readers of the code.
        self.assertNotIn("description", paths["/own/{id}"]["get"])


class SchemaWithoutAPreference(ApiTestCase):
    def test_should_be_openapi_too(self):
        response = self.client.get("/schema")
        self.assertEqual(response["Content-Type"].partition(";")[0], "application/vnd.oai.openapi")


class Docs(ApiTestCase):
    def setUp(self):
        self.response = self.client.get("/docs", HTTP_ACCEPT="text/html")
        self.assets = re.findall(r'(?:src|href)="([^"]+)"', self.response.text)

    def test_should_return_a_200_ok_response(self):
        self.assertEqual(self.response.status_code, 200)

    def test_should_ask_no_other_host_for_its_files(self):
        self.assertGreaterEqual(len(self.assets), 4)
        self.assertEqual([asset for asset in self.assets if not asset.startswith("/")], [])

    def test_should_read_the_schema_of_this_service(self):
        script = self.client.get("/docs", {"script": ""}, HTTP_ACCEPT="text/html")
        self.assertIn('"/schema"', script.text)
