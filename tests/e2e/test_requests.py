"""What the release logs about a request, and whose word about the client it takes."""

import json
import re
import socket

import pytest
from support.checkout import last_line, refused
from support.commands import docker, run
from support.release import ask, logged, requests_in, settled

GIVEN = "0123456789abcdef0123456789abcdef"

pytestmark = pytest.mark.usefixtures("released")


def lines_of(checkout, service, request_id):
    return [line for line in requests_in(logged(checkout, service)) if line["request_id"] == request_id]


def believing(checkout, networks):
    """Start the release again with these trusted proxies."""
    checkout.must("start", TRUSTED_PROXIES=networks)


class TestLog:
    def test_a_request_is_one_line_of_nginx_and_one_of_the_application_with_one_id(self, released):
        answer = ask(released, "POST", "/todos", '{"title": "Read"}', Content_Type="application/json")
        found = {name: lines_of(released, name, answer.headers["X-Request-ID"]) for name in ("nginx", "app")}
        for name, (line,) in found.items():
            assert (line["method"], line["path"], line["status"]) == ("POST", "/todos", 201), name
        assert found["nginx"][0]["client"] == found["app"][0]["client"]

    def test_make_logs_gives_the_lines_as_they_were_written_with_the_names_of_their_containers(self, released):
        request_id = ask(released, "GET", "/todos").headers["X-Request-ID"]
        logged(released, "nginx")  # its line is there
        found = [line.split(" | ", 1) for line in released.make("logs").stdout.splitlines() if request_id in line]
        names = [f"{released.release_project}-{name}-1" for name in ("app", "nginx")]
        assert sorted(name for name, _ in found) == names
        assert [json.loads(line)["request_id"] for _, line in found] == [request_id] * 2

    @pytest.mark.parametrize(
        ("path", "headers", "status"),
        [
            ("/static/nowhere.css", {}, 404),
            ("/todos", {"X_Long": "x" * 40_000}, 431),
            ("/todos?" + "x" * 40_000, {}, 414),
        ],
    )
    def test_what_nginx_refuses_itself_has_an_id_and_a_line(self, released, path, headers, status):
        answer = ask(released, "GET", path, **headers)
        (line,) = lines_of(released, "nginx", answer.headers["X-Request-ID"])
        assert answer.status == line["status"] == status

    @pytest.mark.parametrize(
        "sent",
        [
            b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\nUser-Agent: \xff\r\nConnection: close\r\n\r\n",
            b'GET /"} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: "}\\\r\nConnection: close\r\n\r\n',
            b"GET /todos\r\n\r\n",
            b"\x16\x03\x01\r\n\r\n",
            b"GET /todos HTTP/1.1\r\nHost: no host at all\r\nConnection: close\r\n\r\n",
            b"GET /todos HTTP/1.1\r\nConnection: close\r\n\r\n",
        ],
    )
    def test_whatever_a_client_sends_the_lines_stay_json(self, released, sent):
        before = len(requests_in(logged(released, "nginx")))
        with socket.create_connection(("127.0.0.1", released.port), timeout=10) as connection:
            connection.sendall(sent)
            while connection.recv(65536):
                pass
        assert len(requests_in(logged(released, "nginx"))) == before + 1

    def test_the_health_checks_of_the_containers_are_not_logged(self, released):
        for name in ("nginx", "app"):
            ask(released, path="/readyz")
            lines = requests_in(logged(released, name))
            clients = {line["client"] for line in lines if line["path"] == "/readyz"}
            assert clients, "expected the line of a client's probe"
            assert "127.0.0.1" not in clients


class TestWithoutATrustedProxy:
    def test_the_scheme_is_the_connection_s_whatever_a_client_says(self, released):
        answer = ask(released, "POST", "/todos", "{}", Content_Type="application/json", X_Forwarded_Proto="https")
        assert re.fullmatch(rf"http://127\.0\.0\.1:{released.port}/todos/\d+", answer.data["url"])

    def test_the_id_is_made_whatever_a_client_says(self, released):
        answer = ask(released, "GET", "/todos", X_Request_ID=GIVEN)
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])
        assert answer.headers["X-Request-ID"] != GIVEN

    def test_the_client_s_address_is_the_connection_s(self, released):
        answer = ask(released, "GET", "/todos", X_Forwarded_For="192.0.2.7")
        (line,) = lines_of(released, "nginx", answer.headers["X-Request-ID"])
        assert line["client"] != "192.0.2.7"


class TestBehindATrustedProxy:
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _believing(cls, released):
        """Trust where this test's own requests come from: the gateway of the release's network, as a network of one."""
        network = f"{released.release_project}_default"
        gateway = docker("network", "inspect", network, "--format", "{{(index .IPAM.Config 0).Gateway}}")
        believing(released, f"192.0.2.1,{gateway}/32")

    def test_the_scheme_is_what_the_proxy_says(self, released):
        answer = ask(
            released,
            "POST",
            "/todos",
            "{}",
            Content_Type="application/json",
            Host="localhost:8443",
            X_Forwarded_Proto="https",
        )
        assert re.fullmatch(r"https://localhost:8443/todos/\d+", answer.data["url"])
        assert answer.headers["Location"] == answer.data["url"]

    def test_the_scheme_is_http_where_the_proxy_says_another_word(self, released):
        answer = ask(
            released, "POST", "/todos", "{}", Content_Type="application/json", X_Forwarded_Proto="https, gopher"
        )
        assert answer.data["url"].startswith("http://")

    def test_the_id_is_the_proxy_s(self, released):
        answer = ask(released, "GET", "/todos", X_Request_ID=GIVEN)
        assert answer.headers["X-Request-ID"] == GIVEN
        assert [len(lines_of(released, name, GIVEN)) for name in ("nginx", "app")] == [1, 1]

    def test_the_id_is_made_where_the_proxy_s_is_none(self, released):
        answer = ask(released, "GET", "/todos", X_Request_ID="x" * 32)
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])

    def test_the_client_s_address_is_the_last_that_is_no_proxy(self, released):
        answer = ask(released, "GET", "/todos", X_Forwarded_For="203.0.113.9, 192.0.2.7, 192.0.2.1")
        for name in ("nginx", "app"):
            (line,) = lines_of(released, name, answer.headers["X-Request-ID"])
            assert line["client"] == "192.0.2.7"


class TestTrustedProxies:
    def test_a_network_we_are_not_in_does_not_count(self, released):
        believing(released, "192.0.2.0/24")
        answer = ask(released, "POST", "/todos", "{}", Content_Type="application/json", X_Forwarded_Proto="https")
        assert answer.data["url"].startswith("http://")

    def test_a_start_says_what_is_refused(self, released):
        refused(released.make("start", TRUSTED_PROXIES="proxy.example"), "TRUSTED_PROXIES")
        believing(released, "")

    @pytest.mark.parametrize("word", ["proxy.example", "10.0.0.0/8;", "10.0.0.0/33"])
    def test_what_is_no_network_is_refused(self, released, word):
        name = f"{released.release_project}-refused"
        answer = run(
            "docker", "run", "--rm", "--name", name, "--tmpfs", "/tmp",
            "--env", f"TRUSTED_PROXIES={word}", f"todobackend-nginx:built{released.build_id}",
        )  # fmt: skip
        assert answer.returncode == 1
        assert word in last_line(answer)


class TestWhatIsAway:
    """One container is stopped, asked for, and started again."""

    @pytest.fixture(params=[("app", 502), ("db", 503)], ids=["app", "db"])
    def answer(self, released, request):
        service, status = request.param
        container = f"{released.release_project}-{service}-1"
        docker("stop", container)
        answer = ask(released, "GET", "/todos", Origin="https://page.example")
        docker("start", container)
        settled(released)
        answer.wanted = status
        return answer

    def test_is_told_in_json_with_the_time_to_try_again(self, answer):
        assert (answer.status, answer.headers["Content-Type"]) == (answer.wanted, "application/json")
        assert "Try again in a few seconds." in answer.data["detail"]
        assert int(answer.headers["Retry-After"]) > 0

    def test_may_be_read_by_a_page_of_another_origin(self, answer):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
        assert {"Retry-After", "X-Request-ID"} <= set(exposed)

    def test_carries_the_security_headers_once(self, answer):
        for name in ("X-Content-Type-Options", "X-Frame-Options", "Content-Security-Policy", "Referrer-Policy"):
            assert len(answer.headers.get_all(name)) == 1, name
