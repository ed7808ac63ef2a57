"""A handful of tests."""

from rest_framework.test import APITestCase

from todo.models import TodoItem


class TodoItemTest(APITestCase):
    """The list and an item of it."""

    def setUp(self):
        """Create an item."""
        self.response = self.client.post("/todos", {"title": "Walk the dog"}, format="json")

    def test_create(self):
        """It is created."""
        self.assertEqual(self.response.status_code, 201)
        self.assertEqual(TodoItem.objects.count(), 1)

    def test_url(self):
        """Its address leads to it."""
        self.assertEqual(self.client.get(self.response.data["url"]).data["title"], "Walk the dog")

    def test_list(self):
        """It is listed."""
        self.assertEqual(len(self.client.get("/todos").data), 1)

    def test_update(self):
        """It can be changed."""
        self.client.patch(self.response.data["url"], {"completed": True}, format="json")
        self.assertTrue(TodoItem.objects.get().completed)

    def test_delete(self):
        """It can be deleted."""
        self.client.delete(self.response.data["url"])
        self.assertEqual(TodoItem.objects.count(), 0)

    def test_delete_all(self):
        """All can be deleted."""
        self.client.delete("/todos")
        self.assertEqual(TodoItem.objects.count(), 0)
