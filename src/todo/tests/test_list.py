"""GET /todos: all of them, in their order."""

from api import HOST, TODOS, ApiTestCase, path, titles

from todo.models import TodoItem


class ListItems(ApiTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.dog = TodoItem.objects.create(title="Walk the dog", order=1)
        cls.cat = TodoItem.objects.create(title="Feed the cat", completed=True, order=2)

    def setUp(self):
        with self.assertNumQueries(1):  # however long the list
            self.response = self.client.get(TODOS)

    def test_should_return_a_200_ok_response(self):
        self.assertEqual(self.response.status_code, 200)

    def test_should_receive_a_bare_array_of_all_items(self):
        dog, cat = self.response.json()
        self.assert_shows(dog, url=HOST + path(self.dog), title="Walk the dog", completed=False, order=1)
        self.assert_shows(cat, url=HOST + path(self.cat), title="Feed the cat", completed=True, order=2)

    def test_should_receive_no_link_header(self):
        self.assertNotIn("Link", self.response)


class ListNoItems(ApiTestCase):
    def setUp(self):
        self.response = self.client.get(TODOS)

    def test_should_return_a_200_ok_response(self):
        self.assertEqual(self.response.status_code, 200)

    def test_should_receive_an_empty_array(self):
        self.assertEqual(self.response.content, b"[]")


class OrderOfItems(ApiTestCase):
    @classmethod
    def setUpTestData(cls):
        for title, order in ("last", 7), ("older", 3), ("first", -1), ("younger", 3), ("unordered", None):
            TodoItem.objects.create(title=title, order=order)

    def setUp(self):
        self.titles = titles(self.client.get(TODOS))

    def test_should_be_by_order(self):
        ordered = [title for title in self.titles if title in ("first", "older", "last")]
        self.assertEqual(ordered, ["first", "older", "last"])

    def test_should_be_by_age_where_the_order_is_the_same(self):
        alike = [title for title in self.titles if title in ("older", "younger")]
        self.assertEqual(alike, ["older", "younger"])

    def test_should_start_with_items_that_have_none(self):
        self.assertEqual(self.titles[0], "unordered")

    def test_should_change_with_an_update(self):
        self.client.patch(path(TodoItem.objects.get(title="last")), {"order": -2})
        self.assertEqual(titles(self.client.get(TODOS)), ["unordered", "last", "first", "older", "younger"])
