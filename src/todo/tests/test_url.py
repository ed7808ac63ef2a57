"""The items' addresses, as the client sees them: computed for each answer, whatever stands in between."""

from api import TODOS, ApiTestCase, path
from django.test import override_settings

from todo.models import TodoItem

PROXIED = {"HTTP_HOST": "todo.example:8443", "HTTP_X_FORWARDED_PROTO": "https"}


# As settings/release.py sets it; test_settings.py makes sure that it does.
@override_settings(ALLOWED_HOSTS=["todo.example"], SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"))
class UrlBehindAProxy(ApiTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.item = TodoItem.objects.create(title="Walk the dog")

    def test_should_have_scheme_and_host_and_port_of_the_client_when_read(self):
        response = self.client.get(path(self.item), **PROXIED)
        self.assertEqual(response.json()["url"], f"https://todo.example:8443/todos/{self.item.pk}")

    def test_should_have_them_in_the_list(self):
        another = TodoItem.objects.create(title="Feed the cat")
        urls = [f"https://todo.example:8443{path(item)}" for item in (self.item, another)]
        self.assertEqual([item["url"] for item in self.client.get(TODOS, **PROXIED).json()], urls)

    def test_should_have_them_when_created(self):
        response = self.client.post(TODOS, {}, **PROXIED)
        self.assertEqual(response.json()["url"], f"https://todo.example:8443/todos/{TodoItem.objects.last().pk}")

    def test_should_have_them_when_updated(self):
        response = self.client.patch(path(self.item), {"order": 1}, **PROXIED)
        self.assertEqual(response.json()["url"], f"https://todo.example:8443/todos/{self.item.pk}")

    def test_should_have_them_in_the_location(self):
        response = self.client.post(TODOS, {}, **PROXIED)
        self.assertEqual(response["Location"], f"https://todo.example:8443/todos/{TodoItem.objects.last().pk}")

    def test_should_have_them_in_the_links_of_a_page(self):
        response = self.client.get(f"{TODOS}?limit=1", **PROXIED)
        self.assertEqual(response["Link"], '<https://todo.example:8443/todos?limit=1&offset=0>; rel="first"')

    def test_should_be_http_where_the_proxy_says_so(self):
        response = self.client.get(path(self.item), **PROXIED | {"HTTP_X_FORWARDED_PROTO": "http"})
        self.assertEqual(response.json()["url"], f"http://todo.example:8443/todos/{self.item.pk}")

    def test_should_follow_a_new_host_name(self):
        # A stored url would go on naming the host that created the item.
        with override_settings(ALLOWED_HOSTS=["moved.example"]):
            response = self.client.get(path(self.item), **PROXIED | {"HTTP_HOST": "moved.example"})
        self.assertEqual(response.json()["url"], f"https://moved.example/todos/{self.item.pk}")

    def test_should_not_follow_x_forwarded_host(self):
        # No proxy of ours sets it, so it would be the client's word.
        response = self.client.get(path(self.item), **PROXIED, HTTP_X_FORWARDED_HOST="evil.example")
        self.assertEqual(response.json()["url"], f"https://todo.example:8443/todos/{self.item.pk}")


@override_settings(ALLOWED_HOSTS=["todo.example"], SECURE_PROXY_SSL_HEADER=None)
class UrlWithoutAProxy(ApiTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.item = TodoItem.objects.create(title="Walk the dog")

    def test_should_not_believe_x_forwarded_proto(self):
        response = self.client.get(path(self.item), **PROXIED)
        self.assertEqual(response.json()["url"], f"http://todo.example:8443/todos/{self.item.pk}")
