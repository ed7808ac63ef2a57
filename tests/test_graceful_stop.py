"""A container that is asked to stop finishes what it has begun: no request that was accepted fails."""

import collections
import contextlib
import subprocess
import threading
import time

import pytest
from conftest import Session, ask, container, docker, eventually, settled
from load import Load

pytestmark = pytest.mark.resilience

UWSGI = "docker/release/uwsgi.ini"
GRACEFUL = "hook-master-start = unix_signal:15 gracefully_kill_them_all\n"


class Held:
    """Changes of items that are in the middle of being made: the application waits for MySQL, which waits for us.

    As many at once as fit in, beside the load: of uWSGI's threads, those that get its signals too are among them.
    `answers` counts what the clients were told in the end, or the errors that they met.
    """

    MANY = 6  # of 8 threads

    def __init__(self, service):
        self.service = service
        items = [
            ask(service, "POST", body='{"title": "held"}', Content_Type="application/json").data
            for _ in range(self.MANY)
        ]
        self.numbers = [item["url"].rsplit("/", 1)[1] for item in items]
        self.answers = collections.Counter()

    def __enter__(self):
        self.session = Session(self.service)
        self.session.hold(self.numbers)
        self.changing = [threading.Thread(target=self.change, args=[number]) for number in self.numbers]
        for thread in self.changing:
            thread.start()
        assert eventually(lambda: self.session.waiting(self.numbers) == self.MANY, 10), self.answers
        return self

    def change(self, number):
        try:
            path = f"/todos/{number}"
            self.answers[ask(self.service, "PATCH", path, '{"order": 7}', Content_Type="application/json").status] += 1
        except OSError as error:
            self.answers[repr(error)] += 1

    def release(self):
        self.session.ask("ROLLBACK")
        for thread in self.changing:
            thread.join(timeout=60)

    def __exit__(self, *_):
        self.session.__exit__()


def refuses(service):
    """Whether somebody who comes now finds nobody there, or waits in vain."""
    try:
        return ask(service, path="/healthz", timeout=1).status == 502
    except OSError:
        return True


def stopped_under_load(service, name, stop):
    """Stop a container under load, while changes are held in it; start it again, and give back what was found."""
    with Load("127.0.0.1", service.port, pause=0.02, longest=120) as load:
        time.sleep(2)
        with Held(service) as held:
            began = time.monotonic()
            stopping = subprocess.Popen(stop, stdout=subprocess.DEVNULL)
            assert eventually(lambda: refuses(service), 10)
            held.release()
            stopping.wait(timeout=60)
        assert eventually(lambda: not container(service, name)["State"]["Running"])
        seconds = time.monotonic() - began
        status = container(service, name)["State"]["ExitCode"]
        docker("start", f"{service.release_project}-{name}-1")
        settled(service)
    found = {
        "held_changes": dict(held.answers),
        "exit_status": status,
        "seconds": round(seconds, 1),
        "requests": load.report()["requests"],
        "refused_meanwhile": len(load.failures),
        # Of changes and items that a client was told of, and of items that nobody was told of.
        "lost": load.lost(),
        "made_without_an_answer": load.unasked(),
    }
    return found, load


@contextlib.contextmanager
def changed(service, old, new):
    """Run the release with a compose file in which something else stands, and then with its own again."""
    file = service.path("docker/release/docker-compose.yml")
    own = file.read_text()
    assert own.count(old) == 1
    file.write_text(own.replace(old, new))
    try:
        assert service.make("start").returncode == 0
        yield
    finally:
        file.write_text(own)
        assert service.make("start").returncode == 0


@pytest.fixture(scope="module", autouse=True)
def patient(service):
    """Let the application wait longer for MySQL than a machine may take that is busy with other things."""
    line = "      SECRET_KEY_FILE: /secrets/secret_key\n"
    with changed(service, line, f'{line}      MYSQL_TIMEOUT: "20"\n'):
        yield


def test_the_application_finishes_what_it_accepted(service, figures):
    found, load = stopped_under_load(service, "app", ["docker", "stop", f"{service.release_project}-app-1"])
    figures["graceful stop: application"] = found
    assert found["held_changes"] == {200: Held.MANY}
    assert found["exit_status"] == 0
    # Who came while there was no application was told so, and nothing was done for him.
    assert [failure for failure in load.failures if not failure.told] == []
    assert (found["lost"], found["made_without_an_answer"]) == ([], [])


def test_with_die_on_term_it_would_not(service, figures):
    settings = service.path(UWSGI).read_text()
    assert settings.count(GRACEFUL) == 1
    service.path("docker/release/die-on-term.ini").write_text(settings.replace(GRACEFUL, "die-on-term = true\n"))
    line = "      - socket:/run/todobackend # OUTPUT: the socket nginx talks to\n"
    with changed(service, line, f"{line}      - ./die-on-term.ini:/etc/todobackend/uwsgi.ini:ro\n"):
        found, _ = stopped_under_load(service, "app", ["docker", "stop", f"{service.release_project}-app-1"])
    figures["graceful stop: application with die-on-term"] = found
    assert found["held_changes"] == {502: Held.MANY}


def test_nginx_finishes_what_it_accepted(service, figures):
    found, load = stopped_under_load(service, "nginx", ["docker", "stop", f"{service.release_project}-nginx-1"])
    figures["graceful stop: nginx"] = found
    assert found["held_changes"] == {200: Held.MANY}
    assert found["exit_status"] == 0
    # There is nobody in front of it who could say more than that the connection is refused or closed.
    assert [failure for failure in load.failures if failure.found.startswith(("4", "5"))] == []
    assert (found["lost"], found["made_without_an_answer"]) == ([], [])


def test_with_the_usual_signal_it_would_not(service, figures):
    command = ["docker", "kill", "--signal", "TERM", f"{service.release_project}-nginx-1"]
    found, _ = stopped_under_load(service, "nginx", command)
    figures["graceful stop: nginx with SIGTERM"] = found
    assert 200 not in found["held_changes"]
