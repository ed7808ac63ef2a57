"""More than the service can do, and clients that take their time: it says so quickly, stays small, and goes on."""

import contextlib
import json
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.commands import ROOT, docker, eventually, run
from support.memory import memory
from support.release import ask, sql

pytestmark = pytest.mark.usefixtures("released")

SECONDS = 30
# More connections than nginx lets wait for the application (nginx.sh: 256), by far.
CONNECTIONS = 2000
WRK = "todobackend-wrk"
LUA = """
-- Each connection waits before each request, so that all of them together ask for so many in a second, no matter how
-- quickly the answers come.
local counts = {}
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init(args) pause = tonumber(args[1]) told = 0 untold = 0 good = 0 end
function delay() return pause * (0.5 + math.random()) end
function response(status, headers)
   if status == 200 then good = good + 1
   elseif (status == 502 or status == 503) and headers["Retry-After"] then told = told + 1
   else untold = untold + 1 end
end
function done(summary, latency)
   local sums = {good = 0, told = 0, untold = 0}
   for _, thread in ipairs(threads) do
      for name in pairs(sums) do sums[name] = sums[name] + thread:get(name) end
   end
   local e = summary.errors
   io.write(string.format(
      '\\n{"seconds": %.1f, "good": %d, "told": %d, "untold": %d, "broken": %d, "p50": %.3f, "p99": %.3f}\\n',
      summary.duration / 1e6, sums.good, sums.told, sums.untold, e.connect + e.read + e.write + e.timeout,
      latency:percentile(50) / 1e6, latency:percentile(99) / 1e6))
end
"""


@pytest.fixture(scope="module")
def wrk(service, tmp_path_factory):
    """Run wrk on the release's list of ten: call it with seconds, connections and their pause (milliseconds)."""
    folder = tmp_path_factory.mktemp("wrk")
    (folder / "load.lua").write_text(LUA)
    environment = (service.path(".state/parents.env")).read_text()
    parent = re.search(r"DEBIAN_PARENT=['\"]?([^'\"\n]+)", environment)[1]
    network = service.path(".state/network")
    docker(
        "build", "--quiet", "--tag", WRK, "--build-arg", f"PARENT={parent}",
        "--secret", f"id=apt,src={network}/apt.conf", "--secret", f"id=ca,src={network}/ca.pem",
        str(ROOT / "bench/wrk"),
    )  # fmt: skip
    address = f"http://localhost:{service.port}/todos?limit=10"
    ask(service, "DELETE")
    for number in range(10):
        ask(service, "POST", body=json.dumps({"title": f"Item {number}"}), Content_Type="application/json")

    def load(seconds, connections, pause):
        answer = docker(
            "run", "--rm", "--network=host", "--volume", f"{folder}:/load:ro", WRK, "-t1",
            f"-c{connections}", f"-d{seconds}s", "--timeout=20s", "-s", "/load/load.lua", address, "--", str(pause),
        )  # fmt: skip
        return json.loads(answer.splitlines()[-1])

    yield load
    run("docker", "rmi", "--force", WRK)


def restarts(service):
    names = [f"{service.release_project}-{name}-1" for name in ("app", "nginx", "db", "client")]
    return docker("inspect", "--format", "{{.RestartCount}} {{.State.Pid}} {{.State.OOMKilled}}", *names)


def test_ten_times_what_it_can_do(service, wrk, figures):
    before = restarts(service)
    wrk(3, 32, 0)  # warm
    capacity = wrk(5, 32, 0)
    most = capacity["good"] / capacity["seconds"]
    at_rest = memory(service)
    with ThreadPoolExecutor() as pool:
        running = pool.submit(wrk, SECONDS, CONNECTIONS, round(1000 * CONNECTIONS / (10 * most), 1))
        time.sleep(SECONDS - 8)
        loaded = memory(service)
        flood = running.result()
    ended = time.monotonic()
    assert eventually(lambda: ask(service, path="/todos?limit=10").status == 200)
    recovered = time.monotonic() - ended
    good = flood["good"] / flood["seconds"]
    figures["overload"] = {
        "capacity_per_second": round(most),
        "offered_per_second": round((flood["good"] + flood["told"]) / flood["seconds"]),
        "served_per_second": round(good),
        "served_share_of_capacity": round(good / most, 2),
        "told_502_or_503": flood["told"],
        "other_answers": flood["untold"],
        "broken_connections": flood["broken"],
        "p50_s": flood["p50"],
        "p99_s": flood["p99"],
        "memory_mib_before": at_rest,
        "memory_mib_meanwhile": loaded,
        "served_again_after_s": round(recovered, 2),
    }
    assert flood["told"] > flood["good"] > 0
    assert (flood["untold"], flood["broken"]) == (0, 0)
    # Who is not served is told so quickly; who is, waited for those before him.
    assert flood["p50"] < 1
    assert flood["p99"] < 20
    # Two seconds, or what it takes to serve those who wait, where the machine is slow.
    assert recovered < max(2, 2 * 256 / most)
    assert restarts(service) == before
    # The same limits hold with the tests' clients; what is bounded stays well below them.
    for name, limit in {"app": 512, "nginx": 256, "db": 1024}.items():
        assert loaded[name] < 0.8 * limit


class Slow:
    """Clients that take their time, each on a connection of its own, until they are told to stop.

    Args:
        port: nginx's.
        count: how many.
        begin: what each sends at first.
        step: what it sends every second after that; where it is none, it reads one byte every second instead.
    """

    def __init__(self, port, count, begin, step=None):
        self.step = step
        self.over = threading.Event()
        self.connections = []
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", port), timeout=10)
            # A small window, or the kernel would read ahead for the client.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            connection.sendall(begin)
            self.connections.append(connection)
        self.thread = threading.Thread(target=self.go_on)

    def go_on(self):
        while not self.over.wait(1):
            for connection in self.connections:
                # nginx ends the slowest; that is its right.
                with contextlib.suppress(OSError):
                    if self.step:
                        connection.sendall(self.step)
                    else:
                        connection.recv(1)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(timeout=60)
        for connection in self.connections:
            connection.close()


REQUEST = b"POST /todos HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
SLOW = {
    "headers, a letter a second": (400, REQUEST + b"X-Slow: ", b"x"),
    "bodies, a letter a second": (400, REQUEST + b'Content-Length: 100000\r\n\r\n{"title": "', b"x"),
    "bodies in chunks, one a second": (200, REQUEST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "nothing at all": (400, b"", b""),
    "reading the longest list, a byte a second": (40, b"GET /todos HTTP/1.1\r\nHost: localhost\r\n\r\n", None),
}


@pytest.mark.parametrize("kind", SLOW)
def test_slow_clients_take_no_worker(service, figures, kind):
    count, begin, step = SLOW[kind]
    ask(service, "DELETE")
    values = ",".join(f"('{'x' * 200}', 0, {number})" for number in range(5000))
    sql(service, f"INSERT INTO todo_todoitem (title, completed, `order`) VALUES {values}")
    try:
        with Slow(service.port, count, begin, step):
            time.sleep(2)
            began, statuses, slowest = time.monotonic(), [], 0.0
            while time.monotonic() - began < 6:
                at = time.monotonic()
                statuses.append(ask(service, path="/todos?limit=10").status)
                slowest = max(slowest, time.monotonic() - at)
    finally:
        ask(service, "DELETE")
    figures[f"slow clients: {kind}"] = {
        "clients": count,
        "others_served": len(statuses),
        "slowest_s": round(slowest, 2),
    }
    assert set(statuses) == {200}
    assert slowest < 2
    assert len(statuses) > 50
