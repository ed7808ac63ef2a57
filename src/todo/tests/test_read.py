"""GET /todos/N."""

from api import HOST, ApiTestCase, path

from todo.models import TodoItem


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
        self.assert_shows(
            self.response.json(), url=HOST + path(self.item), title="Walk the dog", completed=True, order=95
        )


class NameOfAnItem(ApiTestCase):
    def test_should_be_its_title(self):
        self.assertEqual(str(TodoItem(title="Walk the dog")), "Walk the dog")
