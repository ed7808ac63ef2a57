"""Pages: a bare array, and the way to the neighbours in Link headers."""

from api import HOST, TODOS, ApiTestCase, refusal, titles

from todo.models import TodoItem


class FiveItems(ApiTestCase):
    @classmethod
    def setUpTestData(cls):
        TodoItem.objects.bulk_create(TodoItem(title=f"item {number}") for number in range(5))


class FirstPage(FiveItems):
    def setUp(self):
        self.response = self.client.get(f"{TODOS}?limit=2")

    def test_should_return_a_200_ok_response(self):
        self.assertEqual(self.response.status_code, 200)

    def test_should_receive_a_bare_array_of_the_first_items(self):
        self.assertEqual(titles(self.response), ["item 0", "item 1"])

    def test_should_link_the_first_and_next_page(self):
        page = f"{HOST}/todos?limit=2&offset="
        self.assertEqual(self.response["Link"], f'<{page}0>; rel="first", <{page}2>; rel="next"')


class PageInTheMiddle(FiveItems):
    def setUp(self):
        self.response = self.client.get(f"{TODOS}?limit=2&offset=1")

    def test_should_receive_the_items_after_the_offset(self):
        self.assertEqual(titles(self.response), ["item 1", "item 2"])

    def test_should_link_the_first_and_previous_and_next_page(self):
        self.assertEqual(
            self.response["Link"],
            f'<{HOST}/todos?limit=2&offset=0>; rel="first", '
            f'<{HOST}/todos?limit=2&offset=0>; rel="prev", '
            f'<{HOST}/todos?limit=2&offset=3>; rel="next"',
        )


class LastPage(FiveItems):
    def setUp(self):
        # It ends exactly at the last item: the case in which "is there more?" is easy to get wrong.
        self.response = self.client.get(f"{TODOS}?limit=2&offset=3")

    def test_should_receive_the_last_items(self):
        self.assertEqual(titles(self.response), ["item 3", "item 4"])

    def test_should_link_no_next_page(self):
        page = f"{HOST}/todos?limit=2&offset="
        self.assertEqual(self.response["Link"], f'<{page}0>; rel="first", <{page}1>; rel="prev"')


class PageBeyondTheEnd(FiveItems):
    def setUp(self):
        self.response = self.client.get(f"{TODOS}?limit=2&offset=7")

    def test_should_return_a_200_ok_response(self):
        self.assertEqual(self.response.status_code, 200)

    def test_should_receive_an_empty_array(self):
        self.assertEqual(self.response.json(), [])

    def test_should_link_the_way_back(self):
        page = f"{HOST}/todos?limit=2&offset="
        self.assertEqual(self.response["Link"], f'<{page}0>; rel="first", <{page}5>; rel="prev"')


class LinksOfAPage(FiveItems):
    def test_should_lead_through_the_whole_list(self):
        found, address = [], f"{TODOS}?limit=2"
        for _ in range(3):
            response = self.client.get(address)
            found += titles(response)
            following = [link for link in response["Link"].split(", ") if link.endswith('rel="next"')]
            address = following[0].partition(">")[0].lstrip("<") if following else None
        self.assertEqual((found, address), ([f"item {number}" for number in range(5)], None))

    def test_should_keep_the_rest_of_the_query(self):
        self.assertEqual(
            self.client.get(f"{TODOS}?limit=5&colour=brown")["Link"],
            f'<{HOST}/todos?colour=brown&limit=5&offset=0>; rel="first"',
        )

    def test_should_refuse_a_query_too_long_to_repeat(self):
        response = self.client.get(f"{TODOS}?limit=5&colour={'<' * 500}")
        self.assertEqual(response.status_code, 400)
        self.assertIn("too long", response.json()["detail"])

    def test_should_say_the_limit_that_an_offset_alone_gets(self):
        self.assertEqual(
            self.client.get(f"{TODOS}?offset=0")["Link"], f'<{HOST}/todos?limit=100&offset=0>; rel="first"'
        )


class RefuseAPage(FiveItems):
    def refused(self, query):
        """Ask for the page and return the refusal."""
        return refusal(self.client.get(f"{TODOS}?{query}"))

    def test_should_refuse_a_limit_of_none(self):
        self.assertEqual(self.refused("limit=0"), (400, "application/json", {"limit": ["min_value"]}))

    def test_should_refuse_a_limit_above_1000(self):
        self.assertEqual(self.refused("limit=1001"), (400, "application/json", {"limit": ["max_value"]}))

    def test_should_refuse_a_limit_that_is_no_number(self):
        self.assertEqual(self.refused("limit=all"), (400, "application/json", {"limit": ["invalid"]}))

    def test_should_refuse_an_empty_limit(self):
        self.assertEqual(self.refused("limit="), (400, "application/json", {"limit": ["invalid"]}))

    def test_should_refuse_a_limit_of_5000_digits(self):
        # Python refuses to convert so many with an error of its own.
        self.assertEqual(
            self.refused("limit=" + "9" * 5000), (400, "application/json", {"limit": ["max_string_length"]})
        )

    def test_should_refuse_a_negative_offset(self):
        self.assertEqual(self.refused("offset=-1"), (400, "application/json", {"offset": ["min_value"]}))

    def test_should_refuse_an_offset_beyond_the_database(self):
        self.assertEqual(
            self.refused("offset=9223372036854775808"), (400, "application/json", {"offset": ["max_value"]})
        )

    def test_should_accept_a_limit_of_1000(self):
        self.assertEqual(len(self.client.get(f"{TODOS}?limit=1000").json()), 5)
