"""What a release's containers may do, shown on the running ones: next to nothing."""

import json
import re
import socket
import subprocess

import pytest
from conftest import ask, container, docker, inspect, run, sql

pytestmark = pytest.mark.resilience

RUNNING = ("app", "nginx", "client", "db")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def inside(service, name, *command):
    """Run a command in a container of the release, as its own user; both streams in `stdout`."""
    return run("docker", "exec", f"{service.release_project}-{name}-1", *command)


def secrets(service):
    """What nobody may learn: the key and the database's passwords."""
    files = (("app", "secret_key"), ("app", "mysql_password"), ("db", "mysql_root_password"))
    found = [inside(service, name, "cat", f"/secrets/{file}").stdout.strip() for name, file in files]
    assert len(set(found)) == 3
    assert all(len(secret) >= 60 for secret in found)
    return found


@pytest.mark.parametrize("name", RUNNING)
class TestContainer:
    def test_no_process_is_root_or_has_a_capability_or_can_get_more(self, service, name):
        lines = [
            line.split()
            for line in inside(service, name, "bash", "-c", "cat /proc/[0-9]*/status").stdout.splitlines()
            if line.startswith(("Uid:", "Cap", "NoNewPrivs:"))
        ]
        assert len(lines) >= 7
        for what, *values in lines:
            if what == "Uid:":
                assert "0" not in values
            elif what == "NoNewPrivs:":
                assert values == ["1"]
            else:
                assert int(values[0], 16) == 0, what

    def test_the_root_file_system_cannot_be_written(self, service, name):
        assert container(service, name)["HostConfig"]["ReadonlyRootfs"]
        for folder in ("/", "/usr", "/etc", "/var", "/srv", "/opt"):
            answer = inside(service, name, "bash", "-c", f"[ ! -d {folder} ] || echo x >{folder}/written")
            assert (
                answer.returncode != 0
                or "written" not in inside(service, name, "bash", "-c", f"echo {folder}/*").stdout
            )
            assert "Read-only" in answer.stdout or "Permission denied" in answer.stdout or answer.stdout == ""

    def test_neither_the_engine_nor_the_machine_is_within_reach(self, service, name):
        found = container(service, name)
        host = found["HostConfig"]
        assert not host["Privileged"]
        assert (host["PidMode"], host["IpcMode"], host["NetworkMode"] == "host") == ("", "private", False)
        assert [mount for mount in found["Mounts"] if mount["Type"] == "bind"] == []

    def test_has_a_limit_of_memory(self, service, name):
        assert 0 < container(service, name)["HostConfig"]["Memory"] <= 2**30

    def test_comes_back_by_itself(self, service, name):
        assert container(service, name)["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"

    def test_no_secret_is_in_its_settings_its_image_or_its_log(self, service, name):
        found = container(service, name)
        image = found["Image"]
        texts = {
            "settings": json.dumps(found),
            "image": json.dumps(inspect(image)),
            "history": docker("history", "--no-trunc", image),
            "log": run("docker", "logs", found["Id"]).stdout,
            "processes": docker("top", found["Id"], "-eo", "pid,args"),
            "environment": inside(service, name, "bash", "-c", "cat /proc/[0-9]*/environ").stdout,
        }
        assert len(texts["log"]) + len(texts["processes"]) > 0
        assert "PATH=" in texts["environment"]
        # One that the server makes up and tells is none of ours.
        assert "ROOT PASSWORD" not in texts["log"]
        for secret in secrets(service):
            assert [where for where, text in texts.items() if secret in text] == []


class TestSecrets:
    @pytest.mark.parametrize(
        ("name", "file", "owner"),
        [
            ("app", "secret_key", "10001"),
            ("app", "mysql_password", "10001"),
            ("db", "mysql_password", "999"),
            ("db", "mysql_root_password", "999"),
        ],
    )
    def test_is_for_its_reader_alone(self, service, name, file, owner):
        answer = inside(service, name, "stat", "-c", "%a %u", f"/secrets/{file}")
        assert answer.stdout.split() == ["400", owner]

    def test_the_doors_have_none(self, service):
        for name in ("nginx", "client"):
            assert inside(service, name, "bash", "-c", "echo /secrets/*").stdout == "/secrets/*\n"


class TestNetwork:
    def test_only_nginx_and_the_page_publish_a_port(self, service):
        published = {name: container(service, name)["HostConfig"]["PortBindings"] for name in RUNNING}
        assert {name: sorted(ports) for name, ports in published.items() if ports} == {
            "nginx": ["8000/tcp"],
            "client": ["3000/tcp"],
        }

    def test_the_database_shares_its_network_with_the_application_alone(self, service):
        network = f"{service.release_project}_data"
        found = json.loads(docker("network", "inspect", network))[0]
        assert found["Internal"]
        names = {each["Name"] for each in found["Containers"].values()}
        assert names == {f"{service.release_project}-{name}-1" for name in ("app", "db")}
        assert list(container(service, "db")["NetworkSettings"]["Networks"]) == [network]

    def reaches(self, service, name, host, port):
        # What is not reached is refused or has no name at once, or not within 5 s.
        command = f"docker exec {service.release_project}-{name}-1 bash -c".split()
        try:
            return run(*command, f": 3<>/dev/tcp/{host}/{port}", timeout=5).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def test_the_database_is_reached_from_the_application_alone(self, service):
        address = container(service, "db")["NetworkSettings"]["Networks"][f"{service.release_project}_data"][
            "IPAddress"
        ]
        assert self.reaches(service, "app", address, 3306)
        for name in ("nginx", "client"):
            assert not self.reaches(service, name, address, 3306)
            assert not self.reaches(service, name, "db", 3306)

    def test_the_database_and_the_application_reach_nothing_outside(self, service):
        gateway = json.loads(docker("network", "inspect", f"{service.release_project}_default"))[0]["IPAM"]["Config"][
            0
        ]["Gateway"]
        # From where it may, that is this machine's published port.
        assert self.reaches(service, "client", gateway, service.port)
        for name in ("app", "db"):
            assert not self.reaches(service, name, gateway, service.port)

    def test_the_application_listens_for_nobody_but_nginx_and_its_own_health_check(self, service):
        # The state 0A is LISTEN; addresses are written backwards.
        script = "while read -r _ local _ state _; do [ $state != 0A ] || echo $local; done </proc/net/tcp"
        listening = inside(service, "app", "bash", "-c", script).stdout.split()
        own = [
            address for address in listening if not address.startswith("0B00007F:")
        ]  # 127.0.0.11: the engine's names
        assert own == ["0100007F:1F41"]


class TestService:
    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/todos", 200),
            ("/", 200),
            ("/healthz", 200),
            ("/readyz", 200),
            ("/schema?format=json", 200),
            ("/todos/999999999", 404),
            ("/nowhere", 404),
            ("/todos?limit=no", 400),
            ("/static/nowhere", 404),
            ("/" + "x" * 9000, 414),
        ],
    )
    def test_every_answer_carries_the_security_headers_once(self, service, path, status):
        self.carries_them_once(ask(service, path=path), status)

    @pytest.mark.parametrize(
        ("method", "path", "body", "content_type", "status"),
        [
            ("POST", "/todos", "{}", "application/json", 201),
            ("DELETE", "/todos", None, "", 204),
            ("PUT", "/todos", "{}", "application/json", 405),
            ("POST", "/todos", "{}", "text/plain", 415),
            ("POST", "/todos", "x" * (2**20 + 1), "application/json", 413),
            ("OPTIONS", "/todos", None, "", 200),
        ],
    )
    def test_so_does_every_other_kind(self, service, method, path, body, content_type, status):
        self.carries_them_once(ask(service, method, path, body, Content_Type=content_type), status)

    def test_so_does_what_is_too_large_for_a_header(self, service):
        self.carries_them_once(ask(service, X_Large="x" * 40000), 431)

    def test_so_does_a_static_file(self, service):
        page = run("curl", "-sS", "-H", "Accept: text/html", f"localhost:{service.port}/").stdout
        path = re.search(r'"(/static/[^"]+\.css)"', page)[1]
        head = run("curl", "-sS", "-D", "-", "-o", "/dev/null", f"localhost:{service.port}{path}").stdout
        assert head.startswith("HTTP/1.1 200 ")
        for name, value in HEADERS.items():
            assert head.count(f"\n{name}: {value}\n") == 1, name
        assert head.count("\nContent-Security-Policy: ") == 1

    def carries_them_once(self, answer, status):
        assert answer.status == status
        for name, value in HEADERS.items():
            assert answer.headers.get_all(name) == [value], name
        assert len(answer.headers.get_all("X-Request-ID")) == 1
        (policy,) = answer.headers.get_all("Content-Security-Policy")
        assert "frame-ancestors 'none'" in policy
        assert policy.startswith("default-src 'none'")

    @pytest.mark.parametrize("path", ["/", "/todos", "/docs"])
    def test_a_page_of_ours_runs_no_script_but_our_files(self, service, path):
        connection = run(
            "curl", "-sS", "-D", "-", "-o", "/dev/null", "-H", "Accept: text/html", f"localhost:{service.port}{path}"
        )
        policy = next(
            line for line in connection.stdout.splitlines() if line.lower().startswith("content-security-policy:")
        )
        assert "script-src 'self';" in policy
        assert "unsafe-eval" not in policy

    def test_a_refusal_of_nginx_carries_them_too(self, service):
        with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
            connection.sendall(b"no request at all\r\n\r\n")
            answer = connection.makefile("rb").read().decode()
        assert answer.startswith("HTTP/1.1 400 ")
        for name, value in HEADERS.items():
            assert f"{name}: {value}\r\n" in answer

    @pytest.mark.parametrize("port", ["port", "client_port"])
    def test_no_version_of_a_server_is_told(self, service, port):
        for path in ("/", "/nowhere", "/config.json"):
            head = run("curl", "-sS", "-i", f"localhost:{getattr(service, port)}{path}").stdout.partition("\n\n")[0]
            assert "Server: nginx\n" in head
            assert "nginx/" not in head
            assert "powered" not in head.lower()

    def test_debug_is_off_whatever_the_environment_says(self, service):
        code = "from django.conf import settings; print(settings.DEBUG)"
        name = f"{service.release_project}-app-1"
        answer = docker("exec", "--env", "DEBUG=true", name, "entrypoint.sh", "python3", "-c", code)
        assert answer == "False"
        assert ask(service, path="/nowhere").data == {"detail": "Not found."}

    def test_only_hosts_of_ours_are_answered(self, service):
        assert ask(service, Host=f"localhost:{service.port}").status == 200
        answer = ask(service, Host="evil.example")
        assert answer.status == 400
        assert answer.data == {"detail": "The Host header names no host of this service (ALLOWED_HOSTS)."}

    def test_the_application_owns_its_database_and_nothing_else(self, service):
        grants = sql(service, "SHOW GRANTS")
        assert sorted(grants) == [
            "GRANT ALL PRIVILEGES ON `todobackend`.* TO `todobackend`@`%`",
            "GRANT USAGE ON *.* TO `todobackend`@`%`",
        ]
