"""What is refused, and how: in JSON, with the status that fits, and without a trace in the database."""

from api import TODOS, ApiTestCase, path, post_by_wsgi, refusal, stored

from todo.models import ORDER_MAX, ORDER_MIN, TodoItem

JSON = "application/json"
MEBIBYTE = 1024 * 1024


class Refusals(ApiTestCase):
    """One item to change; what is refused leaves it, and it alone."""

    @classmethod
    def setUpTestData(cls):
        cls.item = TodoItem.objects.create(title="Walk the dog", order=1)

    def tearDown(self):
        self.assertEqual(stored(), [("Walk the dog", False, 1)])

    def refuses(self, field, values, *methods):
        """Check that each value of a field is refused with its code, by each method."""
        for method in methods or ("post", "put", "patch"):
            address = TODOS if method == "post" else path(self.item)
            for value, code in values:
                with self.subTest(method=method, value=str(value)[:40]):
                    response = getattr(self.client, method)(address, {field: value})
                    self.assertEqual(refusal(response), (400, JSON, {field: [code]}))

    def refused(self, body, media_type=JSON, method="POST"):
        """Send these bytes and return the refusal."""
        address = TODOS if method == "POST" else path(self.item)
        return refusal(self.client.generic(method, address, body, media_type))


class RefuseAValue(Refusals):
    def test_should_refuse_a_title_that_is_too_long_or_no_text_for_a_database(self):
        # JSON can escape half a character; no database can store it.
        surrogate = self.refused(rb'{"title": "\ud800"}')
        self.assertEqual(surrogate, (400, JSON, {"title": ["surrogate_characters_not_allowed"]}))
        self.refuses("title", [("x" * 257, "max_length"), ("a\0b", "null_characters_not_allowed")])

    def test_should_refuse_a_title_of_another_type(self):
        wrong = [(value, "invalid") for value in (123, 1.5, True, ["dog"], {"en": "dog"})]
        self.refuses("title", [*wrong, (None, "null")])

    def test_should_refuse_to_be_completed_by_another_type(self):
        wrong = [(value, "invalid") for value in ("yes", "true", "", 1, [True])]
        self.refuses("completed", [*wrong, (None, "null")])

    def test_should_refuse_an_order_beyond_32_bits(self):
        self.refuses("order", [(ORDER_MAX + 1, "max_value"), (ORDER_MIN - 1, "min_value"), (2**64, "max_value")])

    def test_should_refuse_an_order_of_another_type(self):
        self.refuses("order", [(value, "invalid") for value in ("1", "", 1.0, True, [1])])

    def test_should_refuse_an_order_that_python_cannot_read(self):
        # 1e400 is valid JSON, and infinite once it is a float.
        self.assertEqual(self.refused(b'{"order": 1e400}'), (400, JSON, {"order": ["invalid"]}))
        digits = self.refused(b'{"order": ' + b"9" * 5000 + b"}")
        self.assertEqual(digits, (400, JSON, {"detail": "parse_error"}))


class RefuseABody(Refusals):
    def test_should_refuse_what_is_not_json(self):
        nested = b'{"order":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        for body in (
            b'{"title": "dog"',
            b"  ",
            b'{"order": NaN}',
            b'{"title": "\xff"}',
            b"[" * 100_000,
            b'{"title":' * 100_000,
            nested,
        ):
            with self.subTest(body=body[:20]):
                self.assertEqual(self.refused(body), (400, JSON, {"detail": "parse_error"}))

    def test_should_refuse_an_empty_body(self):
        for method in ("POST", "PUT", "PATCH"):
            for media_type in (JSON, "text/plain", ""):
                with self.subTest(method=method, media_type=media_type):
                    found = self.refused(b"", media_type, method)
                    self.assertEqual(found, (400, JSON, {"detail": "parse_error"}))

    def test_should_refuse_json_that_is_no_object(self):
        for method in ("POST", "PUT", "PATCH"):
            for body, code in ((b'[{"title": "dog"}]', "invalid"), (b'"dog"', "invalid"), (b"null", "null")):
                with self.subTest(method=method, body=body):
                    found = self.refused(body, method=method)
                    self.assertEqual(found, (400, JSON, {"non_field_errors": [code]}))

    def test_should_refuse_more_than_a_mebibyte(self):
        body = b'{"title": "dog"}'.ljust(MEBIBYTE + 1)
        self.assertEqual(self.refused(body), (413, JSON, {"detail": "error"}))


class AcceptABody(ApiTestCase):
    def test_should_accept_a_mebibyte(self):
        body = b'{"title": "dog"}'.ljust(MEBIBYTE)
        self.assertEqual(self.client.generic("POST", TODOS, body, JSON).status_code, 201)

    def test_should_read_utf8_whatever_charset_is_named(self):
        for parameter in (
            "",
            "; charset=utf-8",
            "; charset=latin-1",
            # Python decompresses, or takes minutes for a mebibyte.
            "; charset=bz2_codec",
            '; charset="punycode"; version=1',
            # Django would fail to decode the name.
            "; charset*=nonsense''x",
            "; version*=nonsense''x",
        ):
            with self.subTest(parameter=parameter):
                # Django decodes the query too with the charset it believes in.
                status, item = post_by_wsgi(JSON + parameter, '{"title": "🐕"}'.encode(), query="colour=%41")
                self.assertEqual((status, item.get("title")), ("201 Created", "🐕"))


class RefuseAMediaType(Refusals):
    def test_should_refuse_a_body_that_is_not_called_json(self):
        # A form is what curl -d says without a header; a form parser would find no title in it and create an item.
        for media_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
            for method in ("POST", "PUT", "PATCH"):
                with self.subTest(method=method, media_type=media_type):
                    found = self.refused(b'{"title": "dog"}', media_type, method)
                    self.assertEqual(found, (415, JSON, {"detail": "unsupported_media_type"}))

    def test_should_refuse_a_client_that_accepts_no_json_before_it_writes(self):
        for accept in ("image/png", "application/json; x*=nonsense''%41"):
            for method in ("get", "post"):
                with self.subTest(method=method, accept=accept):
                    response = getattr(self.client, method)(TODOS, {}, HTTP_ACCEPT=accept)
                    self.assertEqual(refusal(response), (406, JSON, {"detail": "not_acceptable"}))


class RefuseAMethod(Refusals):
    def test_should_be_a_405_that_names_what_is_allowed(self):
        of_list, of_item = "GET, POST, DELETE, HEAD, OPTIONS", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"
        for method, address, allowed in (
            ("PUT", TODOS, of_list),
            ("PATCH", TODOS, of_list),
            ("BREW", TODOS, of_list),
            ("POST", path(self.item), of_item),
            ("DELETE", "/", "GET, HEAD, OPTIONS"),
        ):
            with self.subTest(method=method, address=address):
                response = self.client.generic(method, address, b"{}", JSON)
                self.assertEqual(refusal(response), (405, JSON, {"detail": "method_not_allowed"}))
                self.assertEqual(response["Allow"], allowed)


class ItemThatIsAbsent(Refusals):
    def test_should_be_a_404_to_every_method(self):
        absent = f"{TODOS}/{self.item.pk + 1}"
        for method in ("get", "put", "patch", "delete"):
            with self.subTest(method=method):
                response = getattr(self.client, method)(absent, {} if method != "get" else None)
                self.assertEqual(refusal(response), (404, JSON, {"detail": "not_found"}))

    def test_should_be_a_404_that_says_no_more(self):
        self.assertEqual(self.client.get(f"{TODOS}/0").json(), {"detail": "Not found."})

    def test_should_be_a_404_where_the_number_is_beyond_any_database_or_written_otherwise(self):
        pk = self.item.pk
        for number in (2**64, "9" * 5000, f"000{pk}", f"+{pk}", f"{pk}_0", "٣", "dog", "-1", "1e0", " 1"):
            with self.subTest(number=str(number)[:20]):
                response = self.client.get(f"{TODOS}/{number}")
                self.assertEqual(refusal(response), (404, JSON, {"detail": "not_found"}))


class UnknownAddress(Refusals):
    def test_should_be_a_404_in_json(self):
        for address in ("/nowhere", f"{TODOS}.json", f"{TODOS}/{self.item.pk}.json", f"{TODOS}/{self.item.pk}/"):
            with self.subTest(address=address):
                response = self.client.get(address)
                self.assertEqual(
                    (response.status_code, response["Content-Type"], response.json()),
                    (404, JSON, {"detail": "Not found."}),
                )

    def test_should_be_a_404_for_a_trailing_slash_and_no_redirect(self):
        # A redirect would lose the body.
        self.assertEqual(self.client.post(f"{TODOS}/", {"title": "dog"}).status_code, 404)


class RefuseARequest(Refusals):
    """Refuse a request before any view"""

    def test_should_refuse_a_host_that_is_not_ours(self):
        detail = "The Host header names no host of this service (ALLOWED_HOSTS)."
        for host in ("evil.example", "no host at all"):
            with self.subTest(host=host):
                response = self.client.get(TODOS, HTTP_HOST=host)
                self.assertEqual((response.status_code, response.json()), (400, {"detail": detail}))

    def test_should_refuse_more_parameters_than_anyone_needs(self):
        response = self.client.get(f"{TODOS}?" + "&".join(f"p{number}" for number in range(1001)))
        self.assertEqual((response.status_code, response.json()), (400, {"detail": "Bad request."}))
