"""The same API served four ways, all up at once, each with a MySQL of its own."""

import http.client
import json
import os
import re
import subprocess
import sys
import time

from results import ROOT, BenchError
from stacks import COURSE, GUNICORN, PORTS, Bench, Ours, build, docker, remove_each, remove_project, say

HERE = ROOT / "bench"


class Served:
    """One way of serving.

    Attributes: name: in the results; port: on the loopback address; app: the container with the application;
    containers: those whose memory counts, by what they are: not the database; python: how to run the application's
    Python in it
    """

    def __init__(self, name: str, port: int, project: str, python: list[str]) -> None:
        """Name it."""
        self.name, self.port, self.python = name, port, python
        self.app = f"{project}-app-1"
        self.containers = {"app": self.app, "nginx": f"{project}-nginx-1"}

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def fill(self, count: int) -> None:
        """Make the list this long, with the numbers 1 to `count`."""
        with (HERE / "fill.py").open() as program:
            done = subprocess.run(  # noqa: S603
                ["docker", "exec", "--interactive", self.app, *self.python, "-", str(count), self.address],  # noqa: S607
                stdin=program, capture_output=True, text=True,
            )  # fmt: skip
        if done.stdout.split()[-1:] != [str(count)]:
            sys.stderr.write(done.stderr)
            raise BenchError(
                f"expected {count} items in {self.name}, found the error above. Look at bench/fill.py, with KEEP=yes"
            )

    def request(self, method: str, path: str) -> tuple[int, bytes, float]:
        """Ask once. Returns status, body, and seconds from the connection to the last byte."""
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if not 200 <= answer.status < 300:
            raise BenchError(
                f"expected 2xx from {method} {path} of {self.name}, found {answer.status} {body[:100]!r}. "
                f"Look at: docker logs {self.app}, with KEEP=yes"
            )
        return answer.status, body, time.monotonic() - began

    def wait(self, longest: float = 90) -> None:
        """Wait until it answers."""
        ends = time.monotonic() + longest
        while True:
            try:
                self.request("GET", "/todos?limit=1")
                return
            except (OSError, http.client.HTTPException, BenchError) as error:
                if time.monotonic() > ends:
                    raise BenchError(
                        f"expected {self.name} to answer on {self.address} within {longest} s, found {error!r}. "
                        f"Look at: docker logs {self.app}, with KEEP=yes"
                    ) from error
                time.sleep(0.2)

    def memory(self, name: str) -> dict[str, int]:
        """Read a line of /proc/PID/status of each of the application's processes.

        Returns bytes by number of the process.
        """
        found = docker("exec", self.app, "sh", "-c", f"grep -H ^{name}: /proc/[0-9]*/status").splitlines()
        sizes = {re.search(r"/proc/(\d+)/", line)[1]: int(line.split()[1]) * 1024 for line in found}
        # The workers and their master, and no shell.
        return {number: size for number, size in sizes.items() if size > 15_000_000}


class Files(Served):
    """nginx with the answers of ours as files: the ceiling."""

    def __init__(self) -> None:
        """Name it."""
        super().__init__("files", PORTS["FILES"], "", [])
        self.app = "bench-files"
        self.containers = {"nginx": self.app}

    def hold(self, path: str, body: bytes) -> None:
        """Take an answer in."""
        command = f"mkdir -p $(dirname /srv/files{path}) && cat >/srv/files{path}"
        subprocess.run(["docker", "exec", "--interactive", self.app, "sh", "-c", command], input=body, check=True)  # noqa: S603, S607


def ours_and_course(bench: Bench) -> list[Served]:
    """Bring the two pipelines' releases up."""
    say("Releasing ours and the course's")
    for pipeline in (bench.ours, bench.course):
        if pipeline.name == "course":
            pipeline.make("images")
        for goal in ("test", "build", "release"):
            pipeline.make(goal)
    # Their test environments would only take part of the machine.
    for project in (Ours.projects[1], f"{COURSE}dev"):
        remove_project(project)
    served = [
        Served("ours", PORTS["HTTP"], Ours.projects[0], ["entrypoint.sh", "python3"]),
        Served("course", PORTS["COURSE"], COURSE, ["entrypoint.sh", "python"]),
    ]
    for stack in served:
        stack.wait()
    return served


def gunicorn(bench: Bench) -> Served:
    """Bring our application up behind gunicorn."""
    say("Starting gunicorn")
    build(
        "bench-gunicorn", "gunicorn", BASE_IMAGE=bench.ours.images["base"], RELEASE_IMAGE=bench.ours.images["release"]
    )
    build("bench-proxy", "nginx", PARENT=bench.ours.parent, target="proxy")
    os.environ["WORKERS"] = str(2 * (os.cpu_count() or 1))
    os.environ["GUNICORN_PORT"] = str(PORTS["GUNICORN"])
    compose = (
        "compose",
        "--env-file",
        "/dev/null",
        "-p",
        GUNICORN,
        "-f",
        str(HERE / "gunicorn" / "docker-compose.yml"),
    )
    docker(*compose, "up", "--detach", "db")
    for attempt in range(60):
        try:
            docker(*compose, "run", "--rm", "--no-TTY", "app", "django-admin", "migrate", "--noinput")
            break
        except BenchError:
            if attempt == 59:
                raise
            time.sleep(1)  # until MySQL is ready
    docker(*compose, "up", "--detach", "app", "nginx")
    served = Served("gunicorn", PORTS["GUNICORN"], GUNICORN, ["entrypoint.sh", "python3"])
    served.wait()
    return served


def files(bench: Bench) -> Files:
    """Start nginx without an application. Returns it, with no file yet."""
    build("bench-files", "nginx", PARENT=bench.ours.parent, target="files")
    remove_each("rm", "--force", ids=["bench-files"])
    docker("run", "--detach", "--name", "bench-files", "--publish", f"127.0.0.1:{PORTS['FILES']}:8000", "bench-files")
    return Files()


def stats(stacks: list[Served]) -> dict[str, dict[str, float]]:
    """Ask docker for memory. Returns MiB by stack and container."""
    used = {}
    names = [name for stack in stacks for name in stack.containers.values()]
    for line in docker("stats", "--no-stream", "--format", "{{json .}}", *names).splitlines():
        entry = json.loads(line)
        number, unit = re.match(r"([0-9.]+)([KMG]i)?B", entry["MemUsage"]).groups()
        used[entry["Name"]] = round(float(number) * {"Ki": 1 / 1024, "Mi": 1, "Gi": 1024}.get(unit, 1 / 2**20), 1)
    return {stack.name: {part: used[name] for part, name in stack.containers.items()} for stack in stacks}
