"""Stop a container of a running release in the middle of its work, and see what became of that."""

import collections
import contextlib
import subprocess
import threading

from support.commands import docker, eventually
from support.load import Load
from support.release import Session, ask, container, post, settled


class Held:
    """Changes of items that are in the middle of being made: the application waits for MySQL, which waits for us.

    As many at once as fit in, beside the load: of uWSGI's threads, those that get its signals too are among them.
    `answers` counts what the clients were told in the end, or the errors that they met.
    """

    MANY = 6  # of 32 threads

    def __init__(self, service):
        self.service = service
        items = [post(service, '{"title": "held"}').data for _ in range(self.MANY)]
        self.numbers = [item["url"].rsplit("/", 1)[1] for item in items]
        self.answers = collections.Counter()

    def __enter__(self):
        self.session = Session(self.service)
        self.session.hold(self.numbers)
        self.changing = [threading.Thread(target=self.change, args=[number]) for number in self.numbers]
        for thread in self.changing:
            thread.start()
        assert eventually(lambda: self.session.waiting(self.numbers) == self.MANY), self.answers
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
            thread.join(timeout=300)

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
    with Load("127.0.0.1", service.port, pause=0.02) as load:
        assert eventually(lambda: load.report()["requests"] > 100)
        with Held(service) as held:
            stopping = subprocess.Popen(stop, stdout=subprocess.DEVNULL)
            assert eventually(lambda: refuses(service))
            held.release()
            stopping.wait(timeout=300)
        assert eventually(lambda: not container(service, name)["State"]["Running"])
        status = container(service, name)["State"]["ExitCode"]
        docker("start", f"{service.release_project}-{name}-1")
        settled(service)
    found = {
        "held_changes": dict(held.answers),
        "exit_status": status,
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
    try:
        with service.edited("docker/release/docker-compose.yml", old, new):
            service.must("start")
            yield
    finally:
        service.must("start")


@contextlib.contextmanager
def patient(service):
    """Let the application wait longer for MySQL than a machine may take that is busy with other things."""
    line = "      SECRET_KEY_FILE: /secrets/secret_key\n"
    with changed(service, line, f'{line}      MYSQL_TIMEOUT: "20"\n'):
        yield
