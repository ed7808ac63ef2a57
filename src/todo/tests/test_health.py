"""The health probes, as Docker, Swarm and load balancers see them."""

import logging

from api import ApiTestCase, database_away

NOT_OURS = "10.0.0.7:8000"  # a probe calls by address


class AliveWithoutTheDatabase(ApiTestCase):
    def setUp(self):
        with database_away():
            self.response = self.client.get("/healthz", HTTP_HOST=NOT_OURS)

    def test_should_return_a_200_ok_response_whatever_the_host(self):
        self.assertEqual(self.response.status_code, 200)

    def test_should_say_so_in_json(self):
        self.assertEqual(self.response.json(), {"status": "alive"})

    def test_should_answer_head(self):
        self.assertEqual(self.client.head("/healthz").status_code, 200)


class ReadyWithTheDatabase(ApiTestCase):
    def setUp(self):
        with self.assertNumQueries(1):
            self.response = self.client.get("/readyz", HTTP_HOST=NOT_OURS)

    def test_should_return_a_200_ok_response_whatever_the_host(self):
        self.assertEqual(self.response.status_code, 200)

    def test_should_say_so_in_json(self):
        self.assertEqual(self.response.json(), {"status": "ready"})


class NotReadyWithoutTheDatabase(ApiTestCase):
    def setUp(self):
        with database_away(), self.assertLogs("todobackend.health", logging.WARNING) as self.logs:
            self.response = self.client.get("/readyz", HTTP_HOST=NOT_OURS)

    def test_should_return_a_503_service_unavailable_response_whatever_the_host(self):
        self.assertEqual(self.response.status_code, 503)

    def test_should_say_so_in_json(self):
        self.assertEqual(self.response.json(), {"status": "database unavailable"})

    def test_should_say_when_to_try_again(self):
        self.assertEqual(self.response["Retry-After"], "5")

    def test_should_log_why(self):
        self.assertEqual(
            self.logs.output,
            [
                "WARNING:todobackend.health:not ready: the database does not answer: "
                "(2002, \"Can't connect to server on 'db' (115)\")"
            ],
        )


class ProbesTakeOnlyReads(ApiTestCase):
    def setUp(self):
        self.response = self.client.post("/healthz")

    def test_should_return_a_405_response_to_post(self):
        self.assertEqual(self.response.status_code, 405)

    def test_should_say_what_they_take(self):
        self.assertEqual(self.response["Allow"], "GET, HEAD")
