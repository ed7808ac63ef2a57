"""The release image is the runtime and nothing more, and its running containers may do next to nothing."""

import http.client
import io
import json
import re
import socket
import subprocess
import tarfile
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.commands import PORTS, docker, eventually, run
from support.release import ask, container, inspect, logged, post, sql

pytestmark = pytest.mark.usefixtures("released")

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
    @pytest.fixture(scope="class")
    @classmethod
    def files(cls, released):
        found = files_of(released.release_image)
        assert {"usr/bin/python3", "opt/venv/bin/uwsgi", "usr/local/bin/entrypoint.sh"} <= found
        return found

    @pytest.mark.parametrize("tool", ["gcc", "cc", "make", "pip", "pip3", "git", "curl", "wget", "npm", "node"])
    def test_no_tool_to_build_or_fetch(self, files, tool):
        assert [name for name in files if re.search(f"bin/{tool}$", name)] == []

    @pytest.mark.parametrize(
        "pattern",
        [
            r"^usr/include/",
            r"^var/lib/apt/lists/(?!lock$)",
            r"^var/cache/apt/archives/(?!lock$)",
            r"^root/\.cache/",
            r"^(wheels|target|app)/",
            r"\.whl$",
            r"/manage\.py$",
            r"/SHA256SUMS$",
            r"/todo/tests/",
            r"site-packages/(nose|coverage|pip|setuptools)/",
        ],
    )
    def test_nothing_of_the_build(self, files, pattern):
        assert [name for name in files if re.search(pattern, name)] == []

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
        settings = docker("run", "--rm", "--network", "none", released.release_image, "apt-config", "dump")
        assert 'Acquire::Languages:: "none"' in settings
        assert 'Acquire::GzipIndexes "true"' in settings

    def test_labels_say_what_it_is(self, released):
        labels = inspect(released.release_image)["Config"]["Labels"]
        commit = run("git", "rev-parse", "HEAD", cwd=released.folder).stdout.strip()
        assert labels["org.opencontainers.image.version"] == "0.1.0"
        assert labels["org.opencontainers.image.revision"] == commit
        assert labels["org.opencontainers.image.created"].startswith("20")
        assert "org.opencontainers.image.source" in labels


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
        if name == "client":  # which nobody has asked for anything yet
            logged(service, name)
        texts = {
            "settings": json.dumps(found),
            "image": json.dumps(inspect(image)),
            "history": docker("history", "--no-trunc", image),
            "log": run("docker", "logs", found["Id"]).stdout,
            "processes": docker("top", found["Id"], "-eo", "pid,args"),
            "environment": inside(service, name, "bash", "-c", "cat /proc/[0-9]*/environ").stdout,
        }
        assert [where for where, text in texts.items() if not text] == [], "expected something to look at"
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
        bound = [binding for ports in published.values() for binding in (ports or {}).values()]
        assert {each["HostIp"] for bindings in bound for each in bindings} == {"127.0.0.1"}

    def test_the_database_shares_its_network_with_the_application_alone(self, service):
        network = f"{service.release_project}_data"
        found = json.loads(docker("network", "inspect", network))[0]
        assert found["Internal"]
        names = {each["Name"] for each in found["Containers"].values()}
        assert names == {f"{service.release_project}-{name}-1" for name in ("app", "db")}
        assert list(container(service, "db")["NetworkSettings"]["Networks"]) == [network]

    def reaches(self, service, name, host, port):
        # More than once: while Docker 20.10 makes a network, for whomever, it takes its rules between all networks away
        # and puts them back (`iptables -D`, `-I`), and what connects in that moment gets through.
        return all(self.connects(service, name, host, port) for _ in range(3))

    def connects(self, service, name, host, port):
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
        # What another container publishes there.
        port, listen = PORTS.take()[0], "require('node:net').createServer().listen(8080)"
        image = f"todobackend-specs:built{service.build_id}"
        other = docker("run", "--detach", "--rm", "--publish", f"{gateway}:{port}:8080", image, "node", "-e", listen)
        try:
            assert eventually(lambda: self.reaches(service, "client", gateway, port))
            for name in ("app", "db"):
                assert not self.reaches(service, name, gateway, port)
        finally:
            docker("rm", "--force", other)

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
        ("method", "path", "status", "body", "kind"),
        [
            *(("GET", path, 200, None, "") for path in ("/todos", "/", "/healthz", "/readyz", "/schema?format=json")),
            *(("GET", path, 404, None, "") for path in ("/todos/999999999", "/nowhere", "/static/nowhere")),
            ("GET", "/todos?limit=no", 400, None, ""),
            ("GET", "/" + "x" * 9000, 414, None, ""),
            ("POST", "/todos", 201, "{}", "application/json"),
            ("DELETE", "/todos", 204, None, ""),
            ("PUT", "/todos", 405, "{}", "application/json"),
            ("POST", "/todos", 415, "{}", "text/plain"),
            ("POST", "/todos", 413, "x" * (2**20 + 1), "application/json"),
            ("OPTIONS", "/todos", 200, None, ""),
        ],
    )
    def test_every_response_carries_the_security_headers_once(self, service, method, path, status, body, kind):
        self.carries_them_once(ask(service, method, path, body, Content_Type=kind), status)

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


class TestApplication:
    @pytest.mark.parametrize(
        ("name", "user"), [("app", "10001:10001"), ("nginx", "10002:10001"), ("client", "10003:10003")]
    )
    def test_is_held_as_the_compose_file_says(self, service, name, user):
        found = container(service, name)
        assert found["Config"]["User"] == user
        assert found["HostConfig"]["CapDrop"] == ["ALL"]
        assert found["HostConfig"]["SecurityOpt"] == ["no-new-privileges:true"]
        assert found["State"]["Health"]["Status"] == "healthy"

    def test_uwsgi_is_process_1_with_several_workers(self, service):
        name = f"{service.release_project}-app-1"
        assert docker("exec", name, "cat", "/proc/1/comm") == "uwsgi"
        workers = docker("top", name).count("uwsgi --ini")
        assert workers >= 5

    def test_uwsgi_backlog_is_what_was_asked_for(self, service):
        log = docker("logs", f"{service.release_project}-app-1")
        error = run("docker", "logs", f"{service.release_project}-app-1").stdout
        assert "your server socket listen backlog is limited to 1024 connections" in log + error


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


# Megabytes (10^6 bytes), a little above what they had when this was written (bench/plots/README.md).
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


class TestRefusesToStart:
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


def test_data_survives_stop_and_start(released):
    post(released, '{"title": "keep me"}')
    before = ask(released).data
    assert before
    released.must("stop")
    assert container(released, "app")["State"]["ExitCode"] == 0  # uWSGI ended by itself
    released.must("start")
    assert ask(released).data == before


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

    def test_requests_that_follow_each_other_share_their_connections(self, released):
        self.statuses(released, 50)
        connections = self.counter(released, "Connections")
        assert self.statuses(released, 400) == [200] * 400
        # The question for the counter is a connection too, and so are the probes'.
        assert self.counter(released, "Connections") - connections < 50

    def test_a_connection_that_was_killed_a_moment_ago_is_not_used_again(self, released):
        for _ in range(5):
            assert self.statuses(released, 50) == [200] * 50
            ids = self.kept(released)
            assert len(ids) > 1, "expected kept connections to kill"
            sql(released, "".join(f"KILL {number};" for number in ids))
            assert self.statuses(released, 50) == [200] * 50
