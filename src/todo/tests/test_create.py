"""POST /todos."""

from api import HOST, TODOS, ApiTestCase, stored

from todo.models import ORDER_MAX, ORDER_MIN, TodoItem


class CreateItem(ApiTestCase):
    def setUp(self):
        self.response = self.client.post(TODOS, {"title": "Walk the dog", "completed": True, "order": 95})

    def test_should_return_a_201_created_response(self):
        self.assertEqual(self.response.status_code, 201)

    def test_should_receive_a_location_hyperlink(self):
        # The acceptance suite takes the number off its end: digits, no slash.
        self.assertEqual(self.response["Location"], f"{HOST}/todos/{TodoItem.objects.get().pk}")

    def test_should_receive_the_item(self):
        self.assert_shows(
            self.response.json(), url=self.response["Location"], title="Walk the dog", completed=True, order=95
        )

    def test_should_receive_json(self):
        self.assertEqual(self.response["Content-Type"], "application/json")

    def test_should_create_the_item(self):
        self.assertEqual(stored(), [("Walk the dog", True, 95)])

    def test_should_create_an_item_that_its_location_shows(self):
        self.assertEqual(self.client.get(self.response["Location"]).json(), self.response.json())


class CreateItemWithATitleOnly(ApiTestCase):
    def setUp(self):
        self.response = self.client.post(TODOS, {"title": "Walk the dog"})

    def test_should_not_be_completed(self):
        self.assertIs(self.response.json()["completed"], False)

    def test_should_have_no_order(self):
        self.assertIsNone(self.response.json()["order"])

    def test_should_create_the_item(self):
        self.assertEqual(stored(), [("Walk the dog", False, None)])


class CreateItemAtTheLimits(ApiTestCase):
    def create(self, item):
        """Create the item and return (status, what is stored)."""
        return self.client.post(TODOS, item).status_code, stored()

    def test_should_accept_an_item_without_anything(self):
        self.assertEqual(self.create({}), (201, [("", False, None)]))

    def test_should_accept_an_empty_title(self):
        self.assertEqual(self.create({"title": ""}), (201, [("", False, None)]))

    def test_should_keep_the_spaces_around_a_title(self):
        self.assertEqual(self.create({"title": "  dog "}), (201, [("  dog ", False, None)]))

    def test_should_accept_a_title_of_256_characters(self):
        self.assertEqual(self.create({"title": "x" * 256}), (201, [("x" * 256, False, None)]))

    def test_should_count_characters_and_not_bytes(self):
        # Four bytes each in MySQL's utf8mb4.
        self.assertEqual(self.create({"title": "🐕" * 256}), (201, [("🐕" * 256, False, None)]))

    def test_should_accept_an_empty_order(self):
        self.assertEqual(self.create({"order": None}), (201, [("", False, None)]))

    def test_should_accept_the_lowest_order(self):
        self.assertEqual(self.create({"order": ORDER_MIN}), (201, [("", False, -2147483648)]))

    def test_should_accept_the_highest_order(self):
        self.assertEqual(self.create({"order": ORDER_MAX}), (201, [("", False, 2147483647)]))

    def test_should_not_let_the_client_choose_the_url(self):
        response = self.client.post(TODOS, {"url": "http://elsewhere.example/todos/7"})
        self.assertEqual(response.json()["url"], response["Location"])

    def test_should_ignore_what_it_does_not_know(self):
        self.assertEqual(self.create({"title": "dog", "colour": "brown"}), (201, [("dog", False, None)]))
