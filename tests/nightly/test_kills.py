"""SIGKILL to everything in turn, under load: it comes back by itself, and what was promised is there."""

import collections
import http.client
import statistics
import time

import pytest
from support.commands import docker, eventually
from support.load import Load
from support.release import ask, container

pytestmark = pytest.mark.usefixtures("released")

ROUNDS = 10
# Docker waits twice as long with each restart of a container that has not run for so many seconds.
RUN_FOR = 11
KILLED = ("app", "nginx", "db", "client")


def kill(service, name):
    """SIGKILL to the first process of a container, from outside: it can neither ask for it itself nor refuse."""
    process = str(container(service, name)["State"]["Pid"])
    # Not `docker kill`: the engine takes that for a wish to have it stopped, and leaves it.
    docker(
        "run", "--rm", "--pid=host", "--network=none", "--user=root", "--entrypoint=bash", service.release_image, "-c",
        f"kill -KILL {process}",
    )  # fmt: skip


def works(service, name):
    if name == "client":
        connection = http.client.HTTPConnection("127.0.0.1", service.client_port, timeout=5)
        try:
            connection.request("GET", "/config.json")
            return connection.getresponse().status == 200
        finally:
            connection.close()
    return ask(service, path="/readyz", timeout=5).status == 200


def test_everything_comes_back_and_nothing_promised_is_lost(service, figures):
    seconds = collections.defaultdict(list)
    nobody_at_the_door = []
    with Load("127.0.0.1", service.port, pause=0.05, longest=500) as load:
        time.sleep(2)
        for _ in range(ROUNDS):
            begun = time.monotonic()
            for name in KILLED:
                restarts = container(service, name)["RestartCount"]
                at = load.elapsed
                kill(service, name)
                assert eventually(
                    lambda name=name, before=restarts: container(service, name)["RestartCount"] > before
                ), f"{name} was not started again"
                assert eventually(lambda name=name: works(service, name)), f"{name} does not work"
                seconds[name].append(load.elapsed - at)
                if name == "nginx":
                    nobody_at_the_door.append((at, load.elapsed))
            time.sleep(max(1.0, RUN_FOR - (time.monotonic() - begun)))
    # What clients are told is 502 or 503, with the way on. Only where nginx itself is away nobody can say it.
    untold = [
        failure
        for failure in load.failures
        if not failure.told
        and not any(
            begin - failure.seconds <= failure.at <= end and not failure.found[0].isdigit()
            for begin, end in nobody_at_the_door
        )
    ]
    figures["killed under load"] = {
        "rounds": ROUNDS,
        "seconds_until_it_works": {
            name: {"median": round(statistics.median(all_), 1), "longest": round(max(all_), 1)}
            for name, all_ in seconds.items()
        },
        "requests": load.report()["requests"],
        "told_502_or_503": sum(failure.told for failure in load.failures),
        "found_nobody_at_the_door": sum(not failure.told for failure in load.failures) - len(untold),
        "promised": len(load.promised),
        "lost": len(load.lost()),
    }
    assert untold == []
    assert load.lost() == []
    assert len(load.promised) > 100
