"""PUT and PATCH /todos/N."""

from api import HOST, ApiTestCase, path, stored
from rest_framework.fields import empty

from todo.models import TodoItem
from todo.serializers import TodoItemSerializer


class UpdateItemByPut(ApiTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.item = TodoItem.objects.create(title="Walk the dog", completed=True, order=95)
        TodoItem.objects.create(title="Feed the cat")

    def setUp(self):
        self.response = self.client.put(path(self.item), {"title": "Wash the dog", "completed": False, "order": 96})

    def test_should_return_a_200_ok_response(self):
        self.assertEqual(self.response.status_code, 200)

    def test_should_receive_the_updated_item(self):
        self.assert_shows(
            self.response.json(), url=HOST + path(self.item), title="Wash the dog", completed=False, order=96
        )

    def test_should_update_the_item_and_no_other(self):
        self.assertEqual(stored(), [("Wash the dog", False, 96), ("Feed the cat", False, None)])


class UpdateItemByPutWithoutATitle(ApiTestCase):
    # RFC 9110, 9.3.4: PUT replaces the item; what it does not send is not kept.

    @classmethod
    def setUpTestData(cls):
        cls.item = TodoItem.objects.create(title="Walk the dog", completed=True, order=95)

    def test_should_return_a_200_ok_response(self):
        self.assertEqual(self.client.put(path(self.item), {"order": 96}).status_code, 200)

    def test_should_empty_the_title(self):
        self.client.put(path(self.item), {"completed": True, "order": 95})
        self.assertEqual(stored(), [("", True, 95)])

    def test_should_not_keep_it_completed(self):
        self.client.put(path(self.item), {"order": 96})
        self.assertEqual(stored(), [("", False, 96)])

    def test_should_not_keep_the_order(self):
        self.client.put(path(self.item), {"completed": True})
        self.assertEqual(stored(), [("", True, None)])


class EveryField(ApiTestCase):
    def test_should_have_a_default_that_put_falls_back_to(self):
        fields = [field for field in TodoItemSerializer().fields.values() if not field.read_only]
        self.assertGreaterEqual(len(fields), 3)
        self.assertEqual([field.field_name for field in fields if field.default is empty and not field.required], [])


class UpdateItemByPatch(ApiTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.item = TodoItem.objects.create(title="Walk the dog", order=95)
        TodoItem.objects.create(title="Feed the cat")

    def setUp(self):
        self.response = self.client.patch(path(self.item), {"completed": True})

    def test_should_return_a_200_ok_response(self):
        self.assertEqual(self.response.status_code, 200)

    def test_should_receive_the_updated_item(self):
        self.assert_shows(
            self.response.json(), url=HOST + path(self.item), title="Walk the dog", completed=True, order=95
        )

    def test_should_update_the_field_sent_and_no_other(self):
        self.assertEqual(stored(), [("Walk the dog", True, 95), ("Feed the cat", False, None)])

    def test_should_be_able_to_take_the_order_away(self):
        self.client.patch(path(self.item), {"order": None})
        self.assertEqual(stored()[0], ("Walk the dog", True, None))

    def test_should_change_nothing_when_nothing_is_sent(self):
        self.client.patch(path(self.item), {})
        self.assertEqual(stored()[0], ("Walk the dog", True, 95))
