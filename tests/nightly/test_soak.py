"""Five minutes of everything: nothing fails, and nothing grows."""

import re
import statistics
import time

import pytest
from support.commands import ROOT, docker, eventually
from support.load import Load
from support.memory import memory
from support.release import sql

pytestmark = pytest.mark.usefixtures("released")

SECONDS = 300
EVERY = 10
# So many requests, as fast as they go, fill what is filled once: MySQL's buffers, modules that are imported at their
# first use, the heap of each worker.
WARM = 15_000


def open_files(service):
    """How many files and connections the processes of the application and of nginx hold."""
    count = "n=0; for f in /proc/[0-9]*/fd/*; do n=$((n + 1)); done; echo $n"
    return {
        name: int(docker("exec", f"{service.release_project}-{name}-1", "bash", "-c", count))
        for name in ("app", "nginx")
    }


def test_nothing_fails_and_nothing_grows(service, figures):
    samples = []
    with Load("127.0.0.1", service.port, clients=12, pause=0, longest=3 * SECONDS, delete=True) as load:
        assert eventually(lambda: load.report()["requests"] > WARM, SECONDS)
        load.pause = 0.3
        began = time.monotonic()
        while time.monotonic() - began < SECONDS:
            time.sleep(EVERY)
            connections = len(sql(service, "SELECT id FROM information_schema.processlist WHERE id != connection_id()"))
            samples.append({**memory(service), "connections": connections, "files": open_files(service)})
    assert len(samples) >= 12

    def third(number, value):
        part = len(samples) // 3
        return statistics.mean(value(sample) for sample in samples[number * part : (number + 1) * part])

    growth = {
        name: {"first_mib": round(third(0, value)), "last_mib": round(third(2, value))}
        for name in ("app", "nginx", "db", "client")
        for value in [lambda sample, name=name: sample[name]]
    }
    figures["soak"] = {
        **{name: value for name, value in load.report().items() if name != "failures"},
        "memory": growth,
        "connections": sorted({sample["connections"] for sample in samples}),
        "files_app": [samples[0]["files"]["app"], samples[-1]["files"]["app"]],
        "files_nginx": [samples[0]["files"]["nginx"], samples[-1]["files"]["nginx"]],
    }
    assert load.failures == []
    assert load.report()["requests"] > WARM + 5_000
    assert load.lost() == []
    for name, sizes in growth.items():
        # A tenth, or what is less than the noise of one figure.
        assert sizes["last_mib"] <= max(1.1 * sizes["first_mib"], sizes["first_mib"] + 8), name
    # Each thread keeps one; that these are few enough for MySQL is unit/test_limits.py's.
    processes = int(docker("exec", f"{service.release_project}-app-1", "printenv", "UWSGI_PROCESSES"))
    threads = int(re.search(r"^threads = (\d+)$", (ROOT / "docker/release/uwsgi.ini").read_text(), re.MULTILINE)[1])
    assert all(0 < sample["connections"] <= processes * threads for sample in samples)
    for name in ("app", "nginx"):
        assert samples[-1]["files"][name] <= samples[0]["files"][name] + 16
