"""Constant load on a running service, from several clients at once, that remembers what it was promised."""

import dataclasses
import http.client
import itertools
import json
import secrets
import threading
import time


@dataclasses.dataclass
class Failure:
    """A request that did not end in a 2xx answer: when (seconds since the start), what, and what came instead.

    `told` says that it was an answer as it should be while something is away: 502 or 503, with the time to try again,
    and readable from any origin. `seconds` is how long it took to come.
    """

    at: float
    request: str
    found: str
    told: bool
    seconds: float


class Load:
    """Clients that create, change and read items until they are told to stop; each has one connection.

    Args:
        host, port: where the service is; a loopback address, or one of a network that the test made.
        clients: how many at once; the half of them write.
        pause: seconds that each waits between two requests, which bounds the load.
        longest: seconds after which it stops by itself.
        delete: whether each item is deleted after its changes, so that the list stays short.
    """

    def __init__(self, host, port, clients=6, pause=0.2, longest=600, delete=False):
        self.host, self.port, self.pause, self.delete = host, port, pause, delete
        self.began = time.monotonic()
        self.ends = self.began + longest
        self.failures = []
        self.count = {"GET": 0, "POST": 0, "PATCH": 0, "DELETE": 0}
        self.slowest = 0.0
        self.promised = {}
        # What no other load, and no load of before, calls its items.
        self.name = secrets.token_hex(4)
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
            thread.join(timeout=300)
            assert not thread.is_alive(), "a client did not end"

    @property
    def elapsed(self):
        return time.monotonic() - self.began

    def ask(self, connection, method, path, body=None):
        """Send one request; its JSON, or None where it failed. No request is sent twice."""
        at, began = self.elapsed, time.monotonic()
        headers = {"Content-Type": "application/json", "Origin": "https://page.example"}
        told = False
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            content = answer.read()
            found = None if 200 <= answer.status < 300 else f"{answer.status} {content[:80]!r}"
            told = (
                answer.status in (502, 503)
                and answer.headers.get("Retry-After", "").isdigit()
                and answer.headers.get("Access-Control-Allow-Origin") == "*"
            )
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            found = repr(error)
        seconds = time.monotonic() - began
        with self.lock:
            self.count[method] += 1
            self.slowest = max(self.slowest, seconds)
            if found:
                self.failures.append(Failure(round(at, 2), f"{method} {path}", found, told, round(seconds, 2)))
        time.sleep(self.pause)
        return None if found else json.loads(content or "true")

    def write(self, number):
        """Create an item, change it twice, again and again."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        for turn in itertools.count():
            if self.stopping.is_set() or time.monotonic() > self.ends:
                break
            item = self.ask(connection, "POST", "/todos", {"title": f"{self.name}-{number}-{turn}"})
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
            if self.delete:
                self.promised[path] = [item, None]
                if self.ask(connection, "DELETE", path):
                    self.promised[path] = [None]
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
        there = self.there()
        return [path for path, states in self.promised.items() if there.get(path) not in states]

    def unasked(self):
        """Items of this load that are there although nobody was told so (list of paths)."""
        return [path for path, item in self.there().items() if self.name in item["title"] and path not in self.promised]

    def there(self):
        """The whole list: {path: item}. ConnectionError: there is none to read."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        connection.request("GET", "/todos")
        answer = connection.getresponse()
        items = json.loads(answer.read())
        connection.close()
        if answer.status != 200:
            raise ConnectionError(f"expected the list, found {answer.status} {items}")
        return {"/todos/" + item["url"].rsplit("/", 1)[1]: item for item in items}

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
