"""GET /todos/N."""

from api import HOST, ApiTestCase, path

from todo.models import TodoItem
from todo.serializers import TodoItemSerializer


class ReadItem(ApiTestCase):
    @classmethod
    def setUpTestData(cls):
        TodoItem.objects.create(title="Feed the cat")
        cls.item = TodoItem.objects.create(title="Walk the dog", completed=True, order=95)

    def setUp(self):
        self.response = self.client.get(path(self.item))

    def test_should_return_a_200_ok_response(self):
        self.assertEqual(self.response.status_code, 200)

    def test_should_receive_the_item(self):
        self.assertEqual(
            self.response.json(),
            {"url": HOST + path(self.item), "title": "Walk the dog", "completed": True, "order": 95},
        )

    def test_should_be_what_the_serializer_s_fields_make_of_it(self):
        request = self.response.wsgi_request
        serializer = TodoItemSerializer(context={"request": request})
        by_fields = super(TodoItemSerializer, serializer).to_representation(self.item)
        self.assertEqual(serializer.to_representation(self.item), by_fields)


class NameOfAnItem(ApiTestCase):
    def test_should_be_its_title(self):
        self.assertEqual(str(TodoItem(title="Walk the dog")), "Walk the dog")
