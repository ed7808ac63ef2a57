"""DELETE /todos/N and /todos."""

from unittest import mock

from api import TODOS, ApiTestCase, path, stored

from todo.models import TodoItem


class DeleteItem(ApiTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.item = TodoItem.objects.create(title="Walk the dog")
        TodoItem.objects.create(title="Feed the cat")

    def setUp(self):
        self.response = self.client.delete(path(self.item))

    def test_should_return_a_204_no_content_response(self):
        self.assertEqual(self.response.status_code, 204)

    def test_should_receive_no_body(self):
        self.assertEqual(self.response.content, b"")

    def test_should_delete_the_item_and_no_other(self):
        self.assertEqual(stored(), [("Feed the cat", False, None)])

    def test_should_leave_a_404_at_its_url(self):
        self.assertEqual(self.client.get(path(self.item)).status_code, 404)


class DeleteAllItems(ApiTestCase):
    @classmethod
    def setUpTestData(cls):
        TodoItem.objects.create(title="Walk the dog")
        TodoItem.objects.create(title="Feed the cat")

    def setUp(self):
        self.response = self.client.delete(TODOS)

    def test_should_return_a_204_no_content_response(self):
        self.assertEqual(self.response.status_code, 204)

    def test_should_receive_no_body(self):
        self.assertEqual(self.response.content, b"")

    def test_should_delete_every_item(self):
        self.assertEqual(stored(), [])

    def test_should_return_a_204_no_content_response_when_there_is_none(self):
        self.assertEqual(self.client.delete(TODOS).status_code, 204)

    def test_should_delete_a_list_of_several_pieces(self):
        with mock.patch("todobackend.api.views.PIECE", 2):
            for number in (4, 5):
                TodoItem.objects.bulk_create(TodoItem() for _ in range(number))
                self.client.delete(TODOS)
                self.assertEqual(stored(), [])
