"""MySQL away in every way it can be: clients are told so within seconds, and the service recovers by itself."""

import collections
import contextlib
import subprocess
import threading
import time

import pytest
from support.commands import docker, eventually
from support.load import Load
from support.release import Session, ask, post, settled, sql

pytestmark = pytest.mark.usefixtures("released")

AWAY = 15  # seconds: a request that meets silence takes up to 6
# uWSGI's: four processes of eight threads (docker-compose.yml, uwsgi.ini).
WORKERS = 32


class Watch:
    """Ask for the health of the service ten times a second, and remember each answer: (when, status, took)."""

    def __init__(self, service):
        self.service = service
        self.before = lives(service)
        self.answers = collections.defaultdict(list)
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.ask, args=(path,)) for path in ("/healthz", "/readyz")]

    def ask(self, path):
        while not self.over.wait(0.1):
            at = time.monotonic()
            status = ask(self.service, path=path).status
            self.answers[path].append((at, status, time.monotonic() - at))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join(timeout=90)
        assert self.answers["/healthz"] and self.answers["/readyz"]

    def between(self, path, begin, end):
        return [answer for answer in self.answers[path] if begin <= answer[0] <= end]


@contextlib.contextmanager
def stopped(name):
    docker("stop", name)
    yield
    docker("start", name)


@contextlib.contextmanager
def paused(name):
    # The kernel may take longer to stop a busy process than the engine waits for.
    assert eventually(lambda: docker("pause", name), 10)
    try:
        yield
    finally:
        docker("unpause", name)


def lives(service):
    """Which life of its containers each service lives, but for the database."""
    names = [f"{service.release_project}-{name}-1" for name in ("app", "nginx", "client")]
    return docker("inspect", "--format", "{{.RestartCount}} {{.State.Pid}}", *names)


def connections(service):
    """The ids of the application's connections."""
    return sql(service, "SELECT id FROM information_schema.processlist WHERE id != connection_id()")


def idle_workers(service):
    """How many of uWSGI's threads take a request: as many changes wait for one row, and are counted there."""
    number = post(service).data["url"].rsplit("/", 1)[1]
    change = {"method": "PATCH", "path": f"/todos/{number}", "body": '{"order": 1}', "Content_Type": "application/json"}
    threads = [threading.Thread(target=ask, args=(service,), kwargs=change) for _ in range(2 * WORKERS)]
    most = 0
    with Session(service) as session:
        session.hold([number])
        for thread in threads:
            thread.start()
        # Not for longer than the application waits for MySQL: it would take the row's holder for a silent server.
        end = time.monotonic() + 3
        while most < WORKERS and time.monotonic() < end:
            most = max(most, session.waiting([number]))
        session.ask("ROLLBACK")
    for thread in threads:
        thread.join(timeout=90)
    settled(service)
    return most


def judge(service, figures, name, watch, load, begin, end, silent=False):
    """Write the figures down, and see that everything is as before. `silent`: MySQL was there, and said nothing."""
    ready = next((at for at, status, _ in watch.answers["/readyz"] if at >= end and status == 200), None)
    slowest = sorted(load.failures, key=lambda failure: -failure.seconds)
    away = [took for _, status, took in watch.between("/readyz", begin, end) if status == 503]
    found = {
        "requests": load.report()["requests"],
        "told_503": sum(failure.found.startswith("503") for failure in load.failures),
        "slowest_503_s": slowest[0].seconds if slowest else 0.0,
        "slowest": [f"{failure.request} {failure.found}" for failure in slowest[:3]],
        "slowest_healthz_s": round(max(took for *_, took in watch.answers["/healthz"]), 2),
        "not_ready": len(away),
        "ready_again_after_s": round(ready - end, 1) if ready else None,
        "lost": len(load.lost()),
        "idle_workers": idle_workers(service),
        "connections": len(connections(service)),
    }
    figures[f"database {name}"] = found
    assert {status for _, status, _ in watch.answers["/healthz"]} == {200}
    assert [failure for failure in load.failures if not failure.told or not failure.found.startswith("503")] == []
    assert found["slowest_503_s"] < (6 if silent else 3)
    assert found["ready_again_after_s"] is not None
    assert not silent or found["ready_again_after_s"] <= 5
    assert load.lost() == []
    # It came back without anybody's help.
    assert lives(service) == watch.before
    assert found["idle_workers"] == WORKERS
    assert 0 < found["connections"] <= WORKERS
    return found


@pytest.mark.parametrize("away", [stopped, paused])
def test_away_for_a_while(service, figures, away):
    database = f"{service.release_project}-db-1"
    with Watch(service) as watch, Load("127.0.0.1", service.port, clients=20, pause=0.05, longest=120) as load:
        time.sleep(2)
        begin = time.monotonic()
        with away(database):
            gone = time.monotonic()
            time.sleep(AWAY)
            end = time.monotonic()
        settled(service)
        time.sleep(1)
    found = judge(service, figures, f"{away.__name__} for {AWAY} s", watch, load, begin, end, silent=away is paused)
    # Nobody is told that it is ready while it is away. (Who asks in the last seconds waits, and may see its return.)
    told = [status for asked, status, took in watch.between("/readyz", gone + 3, end) if asked + took < end]
    assert told
    assert set(told) == {503}
    assert found["told_503"] > 0


def test_restarted(service, figures):
    with Watch(service) as watch, Load("127.0.0.1", service.port, clients=20, pause=0.05, longest=120) as load:
        time.sleep(2)
        begin = time.monotonic()
        docker("restart", f"{service.release_project}-db-1")
        end = time.monotonic()
        settled(service)
        time.sleep(1)
    judge(service, figures, "restarted", watch, load, begin, end)


def test_connections_killed(service, figures):
    with Watch(service) as watch, Load("127.0.0.1", service.port, clients=20, pause=0.02, longest=120) as load:
        time.sleep(2)
        begin = time.monotonic()
        for _ in range(5):
            ids = connections(service)
            assert ids, "expected kept connections to kill"
            for number in ids:
                # One may have gone meanwhile.
                with contextlib.suppress(subprocess.CalledProcessError):
                    sql(service, f"KILL {number}")
            time.sleep(1)
        end = time.monotonic()
        time.sleep(2)
    found = judge(service, figures, "connections killed, five times", watch, load, begin, end)
    # Only who was being served may notice.
    assert found["told_503"] <= 5 * WORKERS
