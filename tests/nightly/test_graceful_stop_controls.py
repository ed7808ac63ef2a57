"""What e2e/test_graceful_stop.py would find with the usual signals: requests that were accepted fail."""

import pytest
from support.stops import Held, changed, patient, stopped_under_load

UWSGI = "docker/release/uwsgi.ini"
GRACEFUL = "hook-master-start = unix_signal:15 gracefully_kill_them_all\n"


@pytest.fixture(scope="module", autouse=True)
def _patient(released):
    with patient(released):
        yield


def test_with_die_on_term_it_would_not(service, figures):
    settings = service.path(UWSGI).read_text()
    assert settings.count(GRACEFUL) == 1
    service.path("docker/release/die-on-term.ini").write_text(settings.replace(GRACEFUL, "die-on-term = true\n"))
    line = "      - socket:/run/todobackend # OUTPUT: the socket nginx talks to\n"
    with changed(service, line, f"{line}      - ./die-on-term.ini:/etc/todobackend/uwsgi.ini:ro\n"):
        found, _ = stopped_under_load(service, "app", ["docker", "stop", f"{service.release_project}-app-1"])
    figures["graceful stop: application with die-on-term"] = found
    assert found["held_changes"] == {502: Held.MANY}


def test_with_the_usual_signal_it_would_not(service, figures):
    command = ["docker", "kill", "--signal", "TERM", f"{service.release_project}-nginx-1"]
    found, _ = stopped_under_load(service, "nginx", command)
    figures["graceful stop: nginx with SIGTERM"] = found
    assert 200 not in found["held_changes"]
