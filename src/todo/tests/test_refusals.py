"""What is refused, and how: in JSON, with the status that fits, and without a trace in the database."""

from api import TODOS, ApiTestCase, path, post_by_wsgi, refusal, stored

from todo.models import ORDER_MAX, ORDER_MIN, TodoItem

JSON = "application/json"


class Refusals(ApiTestCase):
    """One item to change; what is refused leaves it, and it alone."""

    @classmethod
    def setUpTestData(cls):
        cls.item = TodoItem.objects.create(title="Walk the dog", order=1)

    def tearDown(self):
        self.assertEqual(stored(), [("Walk the dog", False, 1)])


class RefuseATitle(Refusals):
    def refused(self, title):
        """Create an item and return the refusal."""
        return refusal(self.client.post(TODOS, {"title": title}))

    def test_should_refuse_257_characters(self):
        self.assertEqual(self.refused("x" * 257), (400, JSON, {"title": ["max_length"]}))

    def test_should_refuse_257_characters_in_put(self):
        response = self.client.put(path(self.item), {"title": "x" * 257})
        self.assertEqual(refusal(response), (400, JSON, {"title": ["max_length"]}))

    def test_should_refuse_257_characters_in_patch(self):
        response = self.client.patch(path(self.item), {"title": "x" * 257})
        self.assertEqual(refusal(response), (400, JSON, {"title": ["max_length"]}))

    def test_should_refuse_a_nul(self):
        self.assertEqual(self.refused("a\0b"), (400, JSON, {"title": ["null_characters_not_allowed"]}))

    def test_should_refuse_a_lone_surrogate(self):
        # JSON can escape half a character; no database can store it.
        response = self.client.generic("POST", TODOS, rb'{"title": "\ud800"}', JSON)
        self.assertEqual(refusal(response), (400, JSON, {"title": ["surrogate_characters_not_allowed"]}))

    def test_should_refuse_a_number(self):
        self.assertEqual(self.refused(123), (400, JSON, {"title": ["invalid"]}))

    def test_should_refuse_a_number_with_a_fraction(self):
        self.assertEqual(self.refused(1.5), (400, JSON, {"title": ["invalid"]}))

    def test_should_refuse_true(self):
        self.assertEqual(self.refused(True), (400, JSON, {"title": ["invalid"]}))

    def test_should_refuse_null(self):
        self.assertEqual(self.refused(None), (400, JSON, {"title": ["null"]}))

    def test_should_refuse_a_list(self):
        self.assertEqual(self.refused(["dog"]), (400, JSON, {"title": ["invalid"]}))

    def test_should_refuse_an_object(self):
        self.assertEqual(self.refused({"en": "dog"}), (400, JSON, {"title": ["invalid"]}))


class RefuseToBeCompleted(Refusals):
    """Refuse a value of completed"""

    def refused(self, completed):
        """Change the item and return the refusal."""
        return refusal(self.client.patch(path(self.item), {"completed": completed}))

    def test_should_refuse_a_word(self):
        self.assertEqual(self.refused("yes"), (400, JSON, {"completed": ["invalid"]}))

    def test_should_refuse_true_in_quotes(self):
        self.assertEqual(self.refused("true"), (400, JSON, {"completed": ["invalid"]}))

    def test_should_refuse_an_empty_string(self):
        self.assertEqual(self.refused(""), (400, JSON, {"completed": ["invalid"]}))

    def test_should_refuse_a_number(self):
        self.assertEqual(self.refused(1), (400, JSON, {"completed": ["invalid"]}))

    def test_should_refuse_null(self):
        self.assertEqual(self.refused(None), (400, JSON, {"completed": ["null"]}))

    def test_should_refuse_a_list(self):
        self.assertEqual(self.refused([True]), (400, JSON, {"completed": ["invalid"]}))


class RefuseAnOrder(Refusals):
    def refused(self, order):
        """Change the item and return the refusal."""
        return refusal(self.client.patch(path(self.item), {"order": order}))

    def test_should_refuse_more_than_32_bits(self):
        self.assertEqual(self.refused(ORDER_MAX + 1), (400, JSON, {"order": ["max_value"]}))

    def test_should_refuse_less_than_32_bits(self):
        self.assertEqual(self.refused(ORDER_MIN - 1), (400, JSON, {"order": ["min_value"]}))

    def test_should_refuse_more_than_64_bits(self):
        self.assertEqual(self.refused(2**64), (400, JSON, {"order": ["max_value"]}))

    def test_should_refuse_5000_digits(self):
        # Python refuses to convert so many with an error of its own.
        response = self.client.generic("POST", TODOS, b'{"order": ' + b"9" * 5000 + b"}", JSON)
        self.assertEqual(refusal(response), (400, JSON, {"detail": "parse_error"}))

    def test_should_refuse_a_number_in_quotes(self):
        self.assertEqual(self.refused("1"), (400, JSON, {"order": ["invalid"]}))

    def test_should_refuse_an_empty_string(self):
        self.assertEqual(self.refused(""), (400, JSON, {"order": ["invalid"]}))

    def test_should_refuse_a_fraction(self):
        self.assertEqual(self.refused(1.0), (400, JSON, {"order": ["invalid"]}))

    def test_should_refuse_infinity(self):
        # Valid JSON, and infinite once it is a float.
        response = self.client.generic("POST", TODOS, b'{"order": 1e400}', JSON)
        self.assertEqual(refusal(response), (400, JSON, {"order": ["invalid"]}))

    def test_should_refuse_true(self):
        self.assertEqual(self.refused(True), (400, JSON, {"order": ["invalid"]}))

    def test_should_refuse_a_list(self):
        self.assertEqual(self.refused([1]), (400, JSON, {"order": ["invalid"]}))


class RefuseABody(Refusals):
    def refused(self, body):
        """Create an item from these bytes and return the refusal."""
        return refusal(self.client.generic("POST", TODOS, body, JSON))

    def test_should_refuse_broken_json(self):
        self.assertEqual(self.refused(b'{"title": "dog"'), (400, JSON, {"detail": "parse_error"}))

    def test_should_refuse_spaces(self):
        self.assertEqual(self.refused(b"  "), (400, JSON, {"detail": "parse_error"}))

    def test_should_refuse_what_only_javascript_calls_a_number(self):
        self.assertEqual(self.refused(b'{"order": NaN}'), (400, JSON, {"detail": "parse_error"}))

    def test_should_refuse_a_list(self):
        self.assertEqual(self.refused(b'[{"title": "dog"}]'), (400, JSON, {"non_field_errors": ["invalid"]}))

    def test_should_refuse_a_string(self):
        self.assertEqual(self.refused(b'"dog"'), (400, JSON, {"non_field_errors": ["invalid"]}))

    def test_should_refuse_null(self):
        self.assertEqual(self.refused(b"null"), (400, JSON, {"non_field_errors": ["null"]}))

    def test_should_refuse_null_in_put(self):
        response = self.client.generic("PUT", path(self.item), b"null", JSON)
        self.assertEqual(refusal(response), (400, JSON, {"non_field_errors": ["null"]}))

    def test_should_refuse_a_list_in_patch(self):
        response = self.client.generic("PATCH", path(self.item), b"[]", JSON)
        self.assertEqual(refusal(response), (400, JSON, {"non_field_errors": ["invalid"]}))

    def test_should_refuse_100000_nested_lists(self):
        self.assertEqual(self.refused(b"[" * 100_000), (400, JSON, {"detail": "parse_error"}))

    def test_should_refuse_100000_nested_objects(self):
        self.assertEqual(self.refused(b'{"title":' * 100_000), (400, JSON, {"detail": "parse_error"}))

    def test_should_refuse_100000_nested_lists_that_are_closed(self):
        body = b'{"order":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        self.assertEqual(self.refused(body), (400, JSON, {"detail": "parse_error"}))

    def test_should_refuse_bytes_that_are_not_utf8(self):
        self.assertEqual(self.refused(b'{"title": "\xff"}'), (400, JSON, {"detail": "parse_error"}))

    def test_should_refuse_more_than_a_mebibyte(self):
        body = b'{"title": "dog"}'.ljust(1024 * 1024 + 1)
        self.assertEqual(self.refused(body), (413, JSON, {"detail": "error"}))


class AcceptABody(ApiTestCase):
    def test_should_accept_a_mebibyte(self):
        body = b'{"title": "dog"}'.ljust(1024 * 1024)
        self.assertEqual(self.client.generic("POST", TODOS, body, JSON).status_code, 201)


class RefuseAMediaType(Refusals):
    def refused(self, media_type, body=b'{"title": "dog"}'):
        """Create an item and return the refusal."""
        return refusal(self.client.generic("POST", TODOS, body, media_type))

    def test_should_refuse_plain_text(self):
        self.assertEqual(self.refused("text/plain"), (415, JSON, {"detail": "unsupported_media_type"}))

    def test_should_refuse_a_form(self):
        # What curl -d says without a header; a form parser would find no title in it and create an empty item.
        self.assertEqual(
            self.refused("application/x-www-form-urlencoded"), (415, JSON, {"detail": "unsupported_media_type"})
        )

    def test_should_refuse_a_form_with_files(self):
        self.assertEqual(
            self.refused("multipart/form-data; boundary=x"), (415, JSON, {"detail": "unsupported_media_type"})
        )

    def test_should_refuse_a_body_without_one(self):
        self.assertEqual(self.refused(""), (415, JSON, {"detail": "unsupported_media_type"}))

    def test_should_refuse_plain_text_in_patch(self):
        response = self.client.generic("PATCH", path(self.item), b"dog", "text/plain")
        self.assertEqual(refusal(response), (415, JSON, {"detail": "unsupported_media_type"}))


class CharsetOfABody(ApiTestCase):
    def created(self, content_type):
        """Create an item and return the answer's status and the item's title."""
        # Django decodes the query too with the charset it believes in.
        status, item = post_by_wsgi(content_type, '{"title": "🐕"}'.encode(), query="colour=%41")
        return status, item["title"]

    def test_should_be_utf8_where_none_is_named(self):
        self.assertEqual(self.created("application/json"), ("201 Created", "🐕"))

    def test_should_be_utf8_where_utf8_is_named(self):
        self.assertEqual(self.created("application/json; charset=utf-8"), ("201 Created", "🐕"))

    def test_should_be_utf8_whatever_is_named(self):
        self.assertEqual(self.created("application/json; charset=latin-1"), ("201 Created", "🐕"))

    def test_should_be_utf8_where_the_name_is_a_compression(self):
        self.assertEqual(self.created("application/json; charset=bz2_codec"), ("201 Created", "🐕"))

    def test_should_be_utf8_where_the_name_is_a_slow_codec(self):
        # Python takes minutes for a mebibyte of it.
        self.assertEqual(self.created("application/json; charset=punycode"), ("201 Created", "🐕"))

    def test_should_be_utf8_where_the_name_is_encoded_in_an_unknown_way(self):
        self.assertEqual(self.created("application/json; charset*=nonsense''x"), ("201 Created", "🐕"))


class RefuseAnAccept(Refusals):
    """Refuse an answer's media type"""

    def test_should_refuse_an_image(self):
        response = self.client.get(TODOS, HTTP_ACCEPT="image/png")
        self.assertEqual(refusal(response), (406, JSON, {"detail": "not_acceptable"}))

    def test_should_refuse_before_it_writes(self):
        response = self.client.post(TODOS, {"title": "dog"}, HTTP_ACCEPT="image/png")
        self.assertEqual(refusal(response), (406, JSON, {"detail": "not_acceptable"}))

    def test_should_refuse_what_nobody_can_read(self):
        response = self.client.get(TODOS, HTTP_ACCEPT="application/json; x*=nonsense''%41")
        self.assertEqual(refusal(response), (406, JSON, {"detail": "not_acceptable"}))


class RefuseAMethod(Refusals):
    def test_should_refuse_put_of_the_list(self):
        self.assertEqual(refusal(self.client.put(TODOS, {})), (405, JSON, {"detail": "method_not_allowed"}))

    def test_should_refuse_patch_of_the_list(self):
        self.assertEqual(refusal(self.client.patch(TODOS, {})), (405, JSON, {"detail": "method_not_allowed"}))

    def test_should_refuse_post_to_an_item(self):
        response = self.client.post(path(self.item), {})
        self.assertEqual(refusal(response), (405, JSON, {"detail": "method_not_allowed"}))

    def test_should_refuse_delete_of_the_root(self):
        self.assertEqual(refusal(self.client.delete("/")), (405, JSON, {"detail": "method_not_allowed"}))

    def test_should_refuse_a_method_of_the_clients_own(self):
        response = self.client.generic("BREW", TODOS)
        self.assertEqual(refusal(response), (405, JSON, {"detail": "method_not_allowed"}))

    def test_should_name_the_methods_of_the_list(self):
        self.assertEqual(self.client.put(TODOS, {})["Allow"], "GET, POST, DELETE, HEAD, OPTIONS")

    def test_should_name_the_methods_of_an_item(self):
        self.assertEqual(self.client.post(path(self.item), {})["Allow"], "GET, PUT, PATCH, DELETE, HEAD, OPTIONS")


class ItemThatIsAbsent(Refusals):
    def setUp(self):
        self.absent = f"{TODOS}/{self.item.pk + 1}"

    def test_should_be_a_404_to_get(self):
        self.assertEqual(refusal(self.client.get(self.absent)), (404, JSON, {"detail": "not_found"}))

    def test_should_be_a_404_to_put(self):
        self.assertEqual(refusal(self.client.put(self.absent, {})), (404, JSON, {"detail": "not_found"}))

    def test_should_be_a_404_to_patch(self):
        self.assertEqual(refusal(self.client.patch(self.absent, {})), (404, JSON, {"detail": "not_found"}))

    def test_should_be_a_404_to_delete(self):
        self.assertEqual(refusal(self.client.delete(self.absent)), (404, JSON, {"detail": "not_found"}))

    def test_should_say_no_more_than_that(self):
        self.assertEqual(self.client.get(self.absent).json(), {"detail": "Not found."})

    def test_should_be_a_404_where_the_number_is_beyond_64_bits(self):
        self.assertEqual(refusal(self.client.get(f"{TODOS}/{2**64}")), (404, JSON, {"detail": "not_found"}))

    def test_should_be_a_404_where_the_number_has_5000_digits(self):
        # Python refuses to convert so many with an error of its own.
        self.assertEqual(refusal(self.client.get(f"{TODOS}/{'9' * 5000}")), (404, JSON, {"detail": "not_found"}))


class UnknownAddress(Refusals):
    def answer(self, response):
        """Return (status, media type, body)."""
        return response.status_code, response["Content-Type"], response.json()

    def test_should_be_a_404_in_json(self):
        self.assertEqual(self.answer(self.client.get("/nowhere")), (404, JSON, {"detail": "Not found."}))

    def test_should_be_a_404_in_json_where_the_number_is_none(self):
        self.assertEqual(self.answer(self.client.get(f"{TODOS}/dog")), (404, JSON, {"detail": "Not found."}))

    def test_should_be_a_404_in_json_where_more_than_digits_names_an_item(self):
        # Python would read the sign, and an underscore, and any script's digits.
        response = self.client.get(f"{TODOS}/+{self.item.pk}")
        self.assertEqual(self.answer(response), (404, JSON, {"detail": "Not found."}))

    def test_should_be_a_404_in_json_for_a_format_suffix(self):
        self.assertEqual(self.answer(self.client.get(f"{TODOS}.json")), (404, JSON, {"detail": "Not found."}))

    def test_should_be_a_404_in_json_where_the_path_is_not_utf8(self):
        self.assertEqual(self.answer(self.client.get(f"{TODOS}/%ff")), (404, JSON, {"detail": "Not found."}))

    def test_should_be_a_404_in_json_for_a_trailing_slash(self):
        # And no redirect, which would lose a POST's body.
        response = self.client.post(f"{TODOS}/", {"title": "dog"})
        self.assertEqual(self.answer(response), (404, JSON, {"detail": "Not found."}))


NOT_A_HOST = (400, JSON, {"detail": "The Host header names no host of this service (ALLOWED_HOSTS)."})


class RefuseARequest(Refusals):
    """Refuse a request before any view"""

    def answer(self, response):
        """Return (status, media type, body)."""
        return response.status_code, response["Content-Type"], response.json()

    def test_should_refuse_a_host_that_is_not_ours(self):
        response = self.client.get(TODOS, HTTP_HOST="evil.example")
        self.assertEqual(self.answer(response), NOT_A_HOST)

    def test_should_refuse_a_host_that_is_none(self):
        response = self.client.get(TODOS, HTTP_HOST="no host at all")
        self.assertEqual(self.answer(response), NOT_A_HOST)

    def test_should_refuse_more_parameters_than_anyone_needs(self):
        response = self.client.get(f"{TODOS}?" + "&".join(f"p{number}" for number in range(1001)))
        self.assertEqual(self.answer(response), (400, JSON, {"detail": "Bad request."}))
