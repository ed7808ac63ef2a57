"""Constant load on a running service, from several clients at once, that remembers what it was promised."""

import dataclasses
import http.client
import itertools
import json
import threading
import time


@dataclasses.dataclass
class Failure:
    """A request that did not end in a 2xx answer: when (seconds since the start), what, and what came instead."""

    at: float
    request: str
    found: str


class Load:
    """Clients that create, change and read items until they are told to stop; each has one connection.

    Args:
        host, port: where the service is; a loopback address, or one of a network that the test made.
        clients: how many at once; the half of them write.
        pause: seconds that each waits between two requests, which bounds the load.
        longest: seconds after which it stops by itself.
    """

    def __init__(self, host, port, clients=6, pause=0.1, longest=600):
        self.host, self.port, self.pause = host, port, pause
        self.began = time.monotonic()
        self.ends = self.began + longest
        self.failures = []
        self.count = {"GET": 0, "POST": 0, "PATCH": 0}
        self.slowest = 0.0
        self.promised = {}
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        jobs = itertools.cycle((self.write, self.read))
        self.threads = [threading.Thread(target=next(jobs), args=(number,), daemon=True) for number in range(clients)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(timeout=90)
            assert not thread.is_alive(), "a client did not end"

    @property
    def elapsed(self):
        return time.monotonic() - self.began

    def ask(self, connection, method, path, body=None):
        """Send one request; its JSON, or None where it failed. No request is sent twice."""
        at, began = self.elapsed, time.monotonic()
        try:
            connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
            found = None if 200 <= answer.status < 300 else f"{answer.status} {content[:80]!r}"
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            found = repr(error)
        with self.lock:
            self.count[method] += 1
            self.slowest = max(self.slowest, time.monotonic() - began)
            if found:
                self.failures.append(Failure(round(at, 2), f"{method} {path}", found))
        time.sleep(self.pause)
        return None if found else json.loads(content)

    def write(self, number):
        """Create an item, change it twice, again and again."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        for turn in itertools.count():
            if self.stopping.is_set() or time.monotonic() > self.ends:
                break
            item = self.ask(connection, "POST", "/todos", {"title": f"{number}-{turn}"})
            if not item:
                continue
            path = "/todos/" + item["url"].rsplit("/", 1)[1]
            self.promised[path] = [item]
            for order in (1, 2):
                # Until it is told the outcome, a client knows nothing: either is as it should be.
                self.promised[path] = [item, {**item, "order": turn + order}]
                changed = self.ask(connection, "PATCH", path, {"order": turn + order})
                if not changed:
                    break
                item = changed
                self.promised[path] = [item]
        connection.close()

    def read(self, number):
        """Read a page of the list, and the health of the way to the database."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        for path in itertools.cycle(("/todos?limit=20", "/readyz", f"/todos?limit=5&offset={number}")):
            if self.stopping.is_set() or time.monotonic() > self.ends:
                break
            self.ask(connection, "GET", path)
        connection.close()

    def lost(self):
        """What was promised and is not there as promised (list of paths)."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        connection.request("GET", "/todos")
        answer = connection.getresponse()
        there = {"/todos/" + item["url"].rsplit("/", 1)[1]: item for item in json.loads(answer.read())}
        connection.close()
        return [path for path, states in self.promised.items() if there.get(path) not in states]

    def report(self):
        """The figures (dict): requests by method, failures, the slowest answer and the whole time in seconds."""
        return {
            "requests": sum(self.count.values()),
            **self.count,
            "promised": len(self.promised),
            "failed": len(self.failures),
            "failures": [dataclasses.asdict(failure) for failure in self.failures[:20]],
            "slowest_s": round(self.slowest, 2),
            "seconds": round(self.elapsed, 1),
        }
