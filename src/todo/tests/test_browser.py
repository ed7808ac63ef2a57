"""What a person sees who opens the API in a browser."""

from api import HOST, TODOS, ApiTestCase, path

from todo.models import TodoItem


class BrowsableApi(ApiTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.item = TodoItem.objects.create(title="Walk the dog")

    def test_should_name_the_list_to_a_client(self):
        self.assertEqual(self.client.get("/").json()["todos"], f"{HOST}/todos")

    def test_should_be_html_in_a_browser(self):
        response = self.client.get("/", HTTP_ACCEPT="text/html,application/xhtml+xml,*/*;q=0.8")
        self.assertEqual((response.status_code, response["Content-Type"]), (200, "text/html; charset=utf-8"))

    def test_should_link_the_list_in_a_browser(self):
        response = self.client.get("/", HTTP_ACCEPT="text/html")
        self.assertContains(response, f'<a href="{HOST}/todos" rel="nofollow">')

    def test_should_link_each_item_in_a_browser(self):
        response = self.client.get(TODOS, HTTP_ACCEPT="text/html")
        self.assertContains(response, f'<a href="{HOST}{path(self.item)}" rel="nofollow">')

    def test_should_show_an_item_in_a_browser(self):
        response = self.client.get(path(self.item), HTTP_ACCEPT="text/html")
        self.assertContains(response, "Walk the dog")
        self.assertEqual(response["Content-Type"], "text/html; charset=utf-8")
