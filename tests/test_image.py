"""The release image is the runtime and nothing more, and its containers are held short."""

import http.client
import io
import json
import subprocess
import tarfile
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import container, docker, inspect, run, sql


def shell(image, command):
    return run("docker", "run", "--rm", "--network", "none", "--user", "0", image, "sh", "-c", command)


def files_of(image):
    """The paths of an image's files, without a tool of its own to list them."""
    name = docker("create", image)
    try:
        archive = subprocess.run(("docker", "export", name), check=True, capture_output=True).stdout
    finally:
        docker("rm", name)
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        return {file.name for file in files if not file.isdir()}


class TestContents:
    @pytest.mark.parametrize("tool", ["gcc", "cc", "make", "pip", "pip3", "git", "curl", "wget", "npm", "node"])
    def test_no_tool_to_build_or_fetch(self, released, tool):
        assert shell(released.release_image, f"command -v {tool}").stdout == ""

    def test_no_header_no_archive_no_index(self, released):
        found = shell(
            released.release_image,
            "ls -A /usr/include /var/lib/apt/lists /var/cache/apt/archives /root/.cache /wheels /target 2>/dev/null"
            " | grep -vE ':$|^partial$|^lock$|^$'",
        )
        assert found.stdout == ""

    def test_no_wheel_and_no_source_checkout(self, released):
        found = shell(
            released.release_image,
            "find / -xdev \\( -name '*.whl' -o -name manage.py -o -name SHA256SUMS -o -path '*/todo/tests' \\) -print",
        )
        assert found.stdout == ""

    def test_no_package_of_the_test_tools(self, released):
        names = "('nose', 'coverage', 'pip', 'setuptools')"
        code = f"import importlib.util as u; print([n for n in {names} if u.find_spec(n)])"
        assert shell(released.release_image, f'entrypoint.sh python3 -c "{code}"').stdout.strip() == "[]"

    def test_no_layer_ever_held_wheels_or_secrets(self, released, tmp_path):
        archive = tmp_path / "image.tar"
        docker("save", "-o", str(archive), released.release_image)
        layers = 0
        for name in run("tar", "-tf", str(archive)).stdout.split():
            if not name.endswith("layer.tar") and "/sha256/" not in name:
                continue
            unpack = subprocess.Popen(("tar", "-xOf", str(archive), name), stdout=subprocess.PIPE)
            listing = subprocess.run(("tar", "-tf", "-"), stdin=unpack.stdout, capture_output=True, text=True)
            unpack.wait()
            layers += listing.returncode == 0 and bool(listing.stdout)
            for file in listing.stdout.splitlines():
                assert not file.endswith(".whl"), file
                assert not file.startswith("run/secrets/") or file == "run/secrets/", file
                assert "root/.cache" not in file, file
        assert layers >= 3

    def test_history_has_no_secret(self, released):
        history = docker("history", "--no-trunc", "--format", "{{.CreatedBy}}", released.release_image)
        assert "entrypoint.sh" in history
        for word in ("password", "secret_key=", "token", "http_proxy=", "index-url", "cert ="):
            assert word not in history.lower()

    def test_apt_keeps_nothing(self, released):
        settings = shell(released.release_image, "apt-config dump").stdout
        assert 'Acquire::Languages:: "none"' in settings
        assert 'Acquire::GzipIndexes "true"' in settings

    def test_labels_say_what_it_is(self, released):
        labels = inspect(released.release_image)["Config"]["Labels"]
        commit = run("git", "rev-parse", "HEAD", cwd=released.folder).stdout.strip()
        assert labels["org.opencontainers.image.version"] == "0.1.0"
        assert labels["org.opencontainers.image.revision"] == commit
        assert labels["org.opencontainers.image.created"].startswith("20")
        assert "org.opencontainers.image.source" in labels


class TestContainers:
    @pytest.mark.parametrize(
        ("service", "user"), [("app", "10001:10001"), ("nginx", "10002:10001"), ("client", "10003:10003")]
    )
    def test_hardened(self, released, service, user):
        found = container(released, service)
        assert found["Config"]["User"] == user
        assert found["HostConfig"]["ReadonlyRootfs"] is True
        assert found["HostConfig"]["CapDrop"] == ["ALL"]
        assert found["HostConfig"]["SecurityOpt"] == ["no-new-privileges:true"]
        assert found["State"]["Health"]["Status"] == "healthy"

    @pytest.mark.parametrize("service", ["app", "nginx", "client"])
    def test_cannot_write(self, released, service):
        name = f"{released.release_project}-{service}-1"
        assert "Read-only file system" in run("docker", "exec", name, "sh", "-c", ": >/srv/x").stdout
        status = docker("exec", name, "cat", "/proc/1/status")
        assert "CapEff:\t0000000000000000" in status
        assert "NoNewPrivs:\t1" in status

    def test_uwsgi_is_process_1_with_several_workers(self, released):
        name = f"{released.release_project}-app-1"
        assert docker("exec", name, "cat", "/proc/1/comm") == "uwsgi"
        workers = docker("top", name).count("uwsgi --ini")
        assert workers >= 5

    def test_uwsgi_backlog_is_what_was_asked_for(self, released):
        log = docker("logs", f"{released.release_project}-app-1")
        error = run("docker", "logs", f"{released.release_project}-app-1").stdout
        assert "your server socket listen backlog is limited to 1024 connections" in log + error

    def test_stops_at_once_and_gracefully(self, released):
        name = f"{released.release_project}-app-1"
        docker("stop", "--time", "25", name)
        assert container(released, "app")["State"]["ExitCode"] == 0
        answer = released.make("start")
        assert answer.returncode == 0, answer.stdout


def test_a_body_that_the_application_does_not_read_is_no_502(released):
    def status(_):
        body = b"x" * 900_000
        request = urllib.request.Request(f"http://localhost:{released.port}/schema", data=body, method="POST")
        try:
            urllib.request.urlopen(request, timeout=30).close()
        except urllib.error.HTTPError as error:
            return error.code

    with ThreadPoolExecutor(4) as clients:
        assert Counter(clients.map(status, range(100))) == {405: 100}


# Sent where nginx sends, since nginx itself would collect the body first.
PAUSED_BODY = """
import socket, time
with socket.create_connection(("127.0.0.1", 8001)) as connection:
    connection.sendall(b"POST /schema HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Length: 100000\\r\\n\\r\\n")
    time.sleep(6)  # uWSGI's own limit would be 4
    connection.sendall(b"x" * 100_000)
    print(connection.recv(100))
"""


def test_a_body_that_pauses_on_its_way_is_waited_for(released):
    assert "405 Method Not Allowed" in docker("exec", released.release_project + "-app-1", "python3", "-c", PAUSED_BODY)


# Megabytes (10^6 bytes), a little above what they had when this was written: docs/performance.md has the exact figures.
LARGEST = {"": 155, "-nginx": 26, "-client": 18, "-agent": 225, "-specs": 205, "-base": 130}


@pytest.mark.parametrize("part", LARGEST)
def test_image_is_small(released, part):
    size = inspect(f"todobackend{part}:built{released.build_id}")["Size"] / 1e6
    assert 10 < size < LARGEST[part]


@pytest.mark.parametrize("part", ["nginx", "client"])
def test_server_is_nginx_and_what_it_needs(released, part):
    found = files_of(f"todobackend-{part}:built{released.build_id}")
    programs = {name.rpartition("/")[2] for name in found if "/bin/" in name or "/sbin/" in name}
    scripts = {name for name in programs if name.endswith(".sh")}
    assert programs - scripts == {"nginx", "bash", "sh", "cat", "grep", "setpriv", "sleep", "tr"}
    # What a scanner looks for: each file's package, with its version.
    assert {"nginx", "libssl3t64", "libc6"} <= {
        name.rpartition("/")[2] for name in found if name.startswith("var/lib/dpkg/status.d/")
    }
    assert "usr/share/doc/nginx/copyright" in found


class TestPage:
    """The image of the page: nginx and a handful of files."""

    def test_serves_the_wanted_files_alone(self, released):
        found = {name.removeprefix("srv/client/") for name in files_of(released.client_image) if "srv/client/" in name}
        folder = released.path("client")
        own = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
        assert found == own - {"package.json", "package-lock.json"} | {"todomvc.css", "todomvc.license.txt"}

    @pytest.mark.parametrize("address", ["", "localhost:8000", 'http://x/"', "javascript:alert(1)", "http://x/ y"])
    def test_refuses_to_start_without_an_address_for_the_page(self, released, address):
        options = ("--rm", "--network", "none", "--env", f"API_URL={address}")
        answer = run("docker", "run", *options, released.client_image, timeout=60)
        assert answer.returncode == 1
        assert f"found '{address}'" in answer.stdout


class TestSecrets:
    def refusal(self, released, *options):
        return run(
            "docker", "run", "--rm", "--network", "none", *options, released.release_image, "django-admin", "check"
        )

    def test_refuses_to_start_without_a_secret_key(self, released):
        answer = self.refusal(released, "-e", "MYSQL_PASSWORD=x")
        assert answer.returncode != 0
        assert "expected a secret in SECRET_KEY_FILE" in answer.stdout

    def test_refuses_to_start_without_a_database_password(self, released):
        answer = self.refusal(released, "-e", "SECRET_KEY=x")
        assert answer.returncode != 0
        assert "expected a secret in MYSQL_PASSWORD_FILE" in answer.stdout

    def test_uwsgi_ends_too(self, released):
        answer = run("docker", "run", "--rm", "--network", "none", released.release_image, timeout=60)
        assert answer.returncode != 0
        assert "expected a secret in SECRET_KEY_FILE" in answer.stdout


def test_more_clients_than_a_usual_backlog_get_their_answer(released):
    def status(_):
        with urllib.request.urlopen(f"http://localhost:{released.port}/todos?limit=1", timeout=60) as answer:
            return answer.status

    with ThreadPoolExecutor(200) as clients:
        assert Counter(clients.map(status, range(1000))) == {200: 1000}


def test_item_can_be_created_and_fetched(released):
    request = urllib.request.Request(
        f"http://localhost:{released.port}/todos",
        data=b'{"title": "fetch me"}',
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 201
        location = answer.headers["Location"]
    assert location.startswith(f"http://localhost:{released.port}/todos/")
    with urllib.request.urlopen(location, timeout=10) as answer:
        assert json.load(answer)["title"] == "fetch me"


def test_data_survives_stop_and_start(released):
    with urllib.request.urlopen(f"http://localhost:{released.port}/todos", timeout=10) as answer:
        before = json.load(answer)
    assert before
    assert released.make("stop").returncode == 0
    assert released.make("start").returncode == 0
    with urllib.request.urlopen(f"http://localhost:{released.port}/todos", timeout=10) as answer:
        assert json.load(answer) == before


class TestConnectionToMySQL:
    def cipher(self, released, *options):
        """The cipher of a connection made the way the application makes its own; empty for clear text."""
        code = (
            "import django; django.setup(); from django.db import connection\n"
            "with connection.cursor() as cursor:\n"
            "    cursor.execute(\"SHOW STATUS LIKE 'Ssl_cipher'\"); print(cursor.fetchone()[1])"
        )
        app = f"{released.release_project}-app-1"
        return docker("exec", *options, app, "entrypoint.sh", "python3", "-c", code)

    def test_is_encrypted(self, released):
        assert self.cipher(released).startswith("TLS_")

    def test_is_in_clear_text_only_where_somebody_says_so(self, released):
        assert self.cipher(released, "--env", "MYSQL_SSL_MODE=DISABLED") == ""

    def statuses(self, checkout, count):
        """The statuses of so many requests, one after the other."""
        connection = http.client.HTTPConnection("127.0.0.1", checkout.port, timeout=30)
        found = []
        for _ in range(count):
            connection.request("GET", "/todos?limit=1")
            answer = connection.getresponse()
            answer.read()
            found.append(answer.status)
        connection.close()
        return found

    def counter(self, checkout, name):
        return int(sql(checkout, f"SHOW GLOBAL STATUS LIKE '{name}'")[0].split()[1])

    def kept(self, checkout):
        """The ids of the application's connections."""
        return sql(checkout, "SELECT id FROM information_schema.processlist WHERE id != connection_id()")

    def test_requests_that_follow_each_other_share_their_connections_and_rarely_ask_whether_they_live(self, released):
        self.statuses(released, 50)
        pings, connections = self.counter(released, "Com_admin_commands"), self.counter(released, "Connections")
        assert self.statuses(released, 400) == [200] * 400
        # The question for the counter is a connection too, and so are the probes'.
        assert self.counter(released, "Connections") - connections < 20
        assert self.counter(released, "Com_admin_commands") - pings < 100

    def test_a_connection_that_was_killed_a_moment_ago_is_not_used_again(self, released):
        for _ in range(5):
            assert self.statuses(released, 50) == [200] * 50
            ids = self.kept(released)
            assert len(ids) > 1, "expected kept connections to kill"
            sql(released, "".join(f"KILL {number};" for number in ids))
            assert self.statuses(released, 50) == [200] * 50
