"""What tests ask of a running release: requests, SQL statements, its containers."""

import contextlib
import http.client
import json
import os
import secrets
import subprocess
import urllib.error
import urllib.request

from support.commands import ROOT, docker, eventually, run


def container(checkout, service):
    """Return what Docker says of the release's container of a service."""
    return json.loads(docker("inspect", f"{checkout.release_project}-{service}-1"))[0]


def inspect(image):
    return json.loads(docker("image", "inspect", image))[0]


def derive(name, parent, lines, folder, files=()):
    """Build an image from another one: more lines of a Dockerfile, and files ({name: text}) that they may copy."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in dict(files).items():
        (folder / file).write_text(text)
    (folder / "Dockerfile").write_text("\n".join((f"FROM {parent}", *lines, "")))
    docker("build", "--quiet", "--tag", name, str(folder))


def ask(checkout, method="GET", path="/todos", body=None, timeout=60, **headers):
    """Send one request to the release; the response has `status`, `headers` and `data` (the JSON)."""
    connection = http.client.HTTPConnection("127.0.0.1", checkout.port, timeout=timeout)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    response.data = json.loads(content) if content else None
    return response


def post(checkout, body="{}", **headers):
    """Create an item; the response must be a 201."""
    response = ask(checkout, "POST", body=body, Content_Type="application/json", **headers)
    assert response.status == 201, response.data
    return response


def settled(checkout):
    """Wait until every process of the application is ready again, not only the one that is asked first."""
    assert eventually(lambda: all(ask(checkout, path="/readyz").status == 200 for _ in range(40)))


SERVICES = ("db", "app", "nginx", "client")


def lives(checkout):
    """Return the containers of the release, each with its state: other settings give other containers."""
    names = [f"{checkout.release_project}-{name}-1" for name in SERVICES]
    return run("docker", "inspect", "--format", "{{.Id}} {{.State.Status}}", *names).stdout


def reset(checkout):
    """Make a shared release as it was when it was accepted: its files, its settings, all services, an empty list."""
    checkout.restore()
    if lives(checkout) != checkout.made:
        checkout.must("start")
        checkout.made = lives(checkout)
    settled(checkout)
    ask(checkout, "DELETE")
    return checkout


def sql(checkout, statements):
    """Run statements in the release's database; return the lines of the result."""
    client = "mysql -u todobackend --skip-column-names todobackend"
    command = f"MYSQL_PWD=$(cat /secrets/mysql_password) exec {client}"
    return subprocess.run(
        ["docker", "exec", "--interactive", f"{checkout.release_project}-db-1", "sh", "-c", command],
        input=statements,
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    ).stdout.splitlines()


class Session:
    """A connection to the release's database that stays: a transaction can be kept open over several statements."""

    def __init__(self, checkout):
        command = (
            "MYSQL_PWD=$(cat /secrets/mysql_password) "
            "exec mysql -u todobackend --skip-column-names --unbuffered todobackend"
        )
        self.process = subprocess.Popen(
            ["docker", "exec", "--interactive", f"{checkout.release_project}-db-1", "sh", "-c", command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self):
        return self

    def ask(self, statement):
        """Run one statement to its end; return the lines of its result."""
        self.process.stdin.write(f"{statement}; SELECT 'that was all';\n")
        self.process.stdin.flush()
        lines = []
        while (line := self.process.stdout.readline()) != "that was all\n":
            assert line, "the session has ended"
            lines.append(line.rstrip("\n"))
        return lines

    def hold(self, numbers):
        """Lock the items of these numbers, until `ROLLBACK`."""
        self.ask("BEGIN")
        held = self.ask(f"SELECT id FROM todo_todoitem WHERE id IN ({','.join(numbers)}) FOR UPDATE")
        assert len(held) == len(numbers)

    def waiting(self, numbers):
        """Return how many changes of these items wait."""
        # Each reads its item FOR UPDATE first (todobackend/api/views.py).
        claims = [f"info LIKE 'SELECT `todo%`id` = {number} %FOR UPDATE%'" for number in numbers]
        (count,) = self.ask(f"SELECT COUNT(*) FROM information_schema.processlist WHERE {' OR '.join(claims)}")
        return int(count)

    def __exit__(self, *_):
        self.process.communicate(timeout=60)


def write_figures(found):
    """Write figures ({name: value}) to a file of this run of pytest; `tests/run.py` merges the files of all parts."""
    folder = ROOT / "reports/figures"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{os.environ.get('PART', 'by-hand')}.json"
    before = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps({**before, **found}, indent=2) + "\n")


def logged(checkout, name, since=None):
    """Return the lines that a service has logged (since a moment, in seconds).

    nginx writes its lines in blocks, one block for each of its processes. So requests of our own follow, enough for all
    processes, and their lines are waited for: the lines before them are there then.
    """
    port = checkout.client_port if name == "client" else checkout.port
    marks = [f"/mark-{secrets.token_hex(8)}" for _ in range(16)]
    for mark in marks:
        with contextlib.suppress(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://localhost:{port}{mark}", timeout=60).close()
    options = ["--since", f"{since:.3f}"] if since else []

    def lines():
        found = run("docker", "logs", *options, f"{checkout.release_project}-{name}-1").stdout
        return all(mark in found for mark in marks) and found.splitlines()

    found = eventually(lines)
    assert found, f"expected the requests of this test in the log of {name}"
    return [line for line in found if "/mark-" not in line]


def requests_in(lines):
    """Return what lines of JSON say about requests; every line that looks like JSON must be JSON."""
    return [line for line in map(json.loads, (line for line in lines if line.startswith("{"))) if "path" in line]
