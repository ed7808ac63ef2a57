"""What two clients can do to each other."""

from unittest import mock

from api import ApiTestCase, path, stored

from todo.models import TodoItem
from todo.views import TodoItemViewSet


class ItemThatVanishes(ApiTestCase):
    """Item that another client deletes between our read and our write"""

    @classmethod
    def setUpTestData(cls):
        cls.item = TodoItem.objects.create(title="Walk the dog")

    def setUp(self):
        read = TodoItemViewSet.get_object

        def read_then_other_client_deletes(view):
            item = read(view)
            TodoItem.objects.filter(pk=item.pk).delete()
            return item

        patch = mock.patch.object(TodoItemViewSet, "get_object", read_then_other_client_deletes)
        patch.start()
        self.addCleanup(patch.stop)

    def answer(self, response):
        """Return (status, body, what is stored)."""
        return response.status_code, response.json(), stored()

    def test_should_be_a_404_to_put(self):
        response = self.client.put(path(self.item), {"title": "Wash the dog"})
        self.assertEqual(self.answer(response), (404, {"detail": "Not found."}, []))

    def test_should_be_a_404_to_patch(self):
        response = self.client.patch(path(self.item), {"completed": True})
        self.assertEqual(self.answer(response), (404, {"detail": "Not found."}, []))

    def test_should_be_a_404_to_patch_with_nothing(self):
        response = self.client.patch(path(self.item), {})
        self.assertEqual(self.answer(response), (404, {"detail": "Not found."}, []))

    def test_should_be_a_404_to_delete(self):
        response = self.client.delete(path(self.item))
        self.assertEqual(self.answer(response), (404, {"detail": "Not found."}, []))
