"""A list too long to be read at once. tests/ shows on the release that all pieces are of one moment."""

import json
from unittest import mock

from api import TODOS, ApiTestCase, titles
from rest_framework.test import APITransactionTestCase

from todo.models import TodoItem

PIECE = 3
# Items without order, two that share one, and a negative one: each boundary between two pieces falls elsewhere.
SORTED_BY = [None, 5, None, -1, 5, None, None, 2, 5]


def create(orders):
    """Create an item per order, titled by its place in the list as it has to come out."""
    places = sorted(range(len(orders)), key=lambda age: (orders[age] is not None, orders[age] or 0, age))
    TodoItem.objects.bulk_create(
        TodoItem(title=str(places.index(age)), order=order) for age, order in enumerate(orders)
    )


def numbers(count):
    """Return the titles of so many items in the list's order."""
    return [str(number) for number in range(count)]


class LongList(ApiTestCase):
    def setUp(self):
        pieces = mock.patch.multiple("todo.whole_list", LONG=PIECE, PIECE=PIECE)
        pieces.start()
        self.addCleanup(pieces.stop)

    def test_should_be_complete_and_in_order(self):
        create(SORTED_BY)
        self.assertEqual(titles(self.client.get(TODOS)), numbers(9))

    def test_should_be_complete_where_the_last_piece_is_not_full(self):
        create(SORTED_BY[:8])
        self.assertEqual(titles(self.client.get(TODOS)), numbers(8))

    def test_should_be_complete_where_it_is_one_piece(self):
        create(SORTED_BY[:PIECE])
        self.assertEqual(titles(self.client.get(TODOS)), numbers(PIECE))

    def test_should_be_complete_where_no_item_has_an_order(self):
        create([None] * 7)
        self.assertEqual(titles(self.client.get(TODOS)), numbers(7))

    def test_should_say_its_length(self):
        create(SORTED_BY)
        response = self.client.get(TODOS)
        self.assertEqual(int(response["Content-Length"]), len(response.getvalue()))

    def test_should_read_each_item_once(self):
        create(SORTED_BY)
        # The first look; the transaction's begin and end (savepoints, in a test); three pieces, and that no more come.
        with self.assertNumQueries(1 + 2 + 4):
            self.client.get(TODOS)

    def test_should_keep_the_indent_a_client_asks_for(self):
        create(SORTED_BY)
        content = self.client.get(TODOS, HTTP_ACCEPT="application/json; indent=2").getvalue()
        self.assertEqual([item["title"] for item in json.loads(content)], numbers(9))
        self.assertIn(b'\n    "title": "8"', content)

    def test_should_be_empty_where_all_is_deleted_after_the_first_look(self):
        create(SORTED_BY)
        with mock.patch("todo.whole_list._pieces", return_value=iter([])):
            self.assertEqual(self.client.get(TODOS).getvalue(), b"[]")

    def test_should_be_a_page_for_a_person(self):
        TodoItem.objects.bulk_create(TodoItem() for _ in range(101))
        response = self.client.get(TODOS, HTTP_ACCEPT="text/html")
        self.assertEqual(response.content.count(b"&quot;url&quot;"), 100)
        self.assertIn('rel="next"', response["Link"])


class LongListOutsideATransaction(APITransactionTestCase):
    def test_should_be_complete_and_in_order(self):
        create(SORTED_BY)
        with mock.patch.multiple("todo.whole_list", LONG=PIECE, PIECE=PIECE):
            self.assertEqual(titles(self.client.get(TODOS)), numbers(9))
