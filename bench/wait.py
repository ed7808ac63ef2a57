"""How long one waits for `make test`, `make build` and `make release`, and how long one would have to."""

import os
import socket
import time

from results import BenchError, spread
from stacks import MYSQL, Bench, Course, Ours, Pipeline, docker, forget_downloads, fresh_parent, lines, remove_each, say
from timeline import as_text, record

GOALS = ("test", "build", "release")
#   cold        nothing but the parents
#   warm        built before, nothing changed, nothing runs (after `make clean`)
#   again       the same once more, with everything left as it was
#   edit-again  one line edited, with everything left as it was
#   edit        one line edited, nothing runs
STATES = ("cold", "warm", "again", "edit-again", "edit")
NETWORK = "bench-floor"


def measure(bench: Bench) -> dict:
    """Time the pipelines in every state, alternating, and the floor.

    Returns `seconds`, of these `suites`, and `parts` by contestant, goal and state; `floor`; `timeline`.
    """
    rounds = int(os.environ.get("ROUNDS", "3"))
    states = os.environ.get("STATES", "").split() or list(STATES)
    unknown = set(states) - set(STATES)
    if unknown:
        raise BenchError(f"expected STATES from {' '.join(STATES)}, found {' '.join(unknown)}. Correct it.")
    pipelines: list[Pipeline] = [bench.ours, bench.course]
    taken: dict[tuple[str, str, str], list] = {}
    if "cold" not in states:
        for pipeline in pipelines:
            prepare(pipeline)
    for number in range(rounds):
        # Who goes first changes from round to round.
        for pipeline in pipelines[:: (-1) ** number]:
            if "cold" in states:
                bench.cold = True
            for state in STATES:
                if state in states:
                    say(f"wait: round {number + 1} of {rounds}, {pipeline.name}, {state}")
                    for goal, run in in_state(pipeline, state):
                        print(f"   make {goal}: {run.seconds:.1f} s", flush=True)
                        taken.setdefault((pipeline.name, goal, state), []).append(run)
            pipeline.make("clean")

    seconds, suites, parts = {}, {}, {}
    for (name, goal, state), runs in taken.items():
        seconds.setdefault(name, {}).setdefault(goal, {})[state] = spread([run.seconds for run in runs])
        suites.setdefault(name, {}).setdefault(goal, {})[state] = spread([run.suites for run in runs])
        labels = runs[0].parts
        parts.setdefault(name, {}).setdefault(goal, {})[state] = {
            label: spread([run.parts[label] for run in runs if label in run.parts]) for label in labels
        }
    return {
        "rounds": rounds,
        "seconds": seconds,
        "suites": suites,
        "parts": parts,
        "timeline": timelines(pipelines),
        "floor": floor(bench.ours, rounds),
    }


def prepare(pipeline: Pipeline) -> None:
    """Build everything once."""
    say(f"wait: preparing {pipeline.name}")
    if isinstance(pipeline, Course):
        pipeline.make("images")
    for goal in GOALS:
        pipeline.make(goal)
    pipeline.make("clean")


def in_state(pipeline: Pipeline, state: str) -> list[tuple[str, object]]:
    """Bring a pipeline into a state and run its goals one after the other. Returns each goal and its run."""
    if state == "cold":
        pipeline.remove()
        forget_downloads()
        pipeline.parent = fresh_parent()
    elif state in ("warm", "edit"):
        pipeline.make("clean")
    if state.startswith("edit"):
        pipeline.edit()
    # The course's first two images are built by hand, once; ours are built by whatever needs them.
    goals = {goal: [goal] for goal in GOALS}
    if state == "cold" and isinstance(pipeline, Course):
        goals["test"] = ["images", "test"]
    return [(goal, pipeline.make(*typed)) for goal, typed in goals.items()]


def timelines(pipelines: list[Pipeline]) -> dict:
    """Record one run after `make clean` of `make test` and of `make release`.

    Returns by contestant and goal; see `timeline.record`.
    """
    recorded: dict[str, dict] = {}
    for pipeline in pipelines:
        for goal in ("test", "release"):
            pipeline.make("clean")
            say(f"wait: where the time of `make {goal}` goes, {pipeline.name}")
            recorded.setdefault(pipeline.name, {})[goal] = found = record(pipeline, goal)
            print(as_text(found), flush=True)
        pipeline.make("clean")
    return recorded


# --- the floor: what `make test` cannot do without, each thing alone ---


def options(service: dict) -> list[str]:
    """Translate a service of Compose for `docker run`. Returns options, the image's name and the command."""
    given = [f"--env={name}={value}" for name, value in (service.get("environment") or {}).items() if value is not None]
    tmpfs = service.get("tmpfs") or []
    given += [f"--tmpfs={path}" for path in ([tmpfs] if isinstance(tmpfs, str) else tmpfs)]
    return [*given, service["image"], *(service.get("command") or [])]


def floor(ours: Ours, rounds: int) -> dict:
    """Time each thing `make test` cannot do without. Returns seconds by name, and their sum."""
    database, agent, test = (ours.service(name) for name in ("db", "agent", "test"))
    taken: dict[str, list[float]] = {}
    for number in range(rounds):
        say(f"wait: the floor, round {number + 1} of {rounds}")
        try:
            docker("network", "create", "--label", "bench=floor", NETWORK)
            for name, seconds in once(database, agent, test).items():
                taken.setdefault(name, []).append(seconds)
        finally:
            remove_each(
                "rm", "--force", "--volumes", ids=lines("ps", "--all", "--quiet", "--filter", "label=bench=floor")
            )
            remove_each("network", "rm", ids=[NETWORK])
    summed = {name: spread(values) for name, values in taken.items()}
    summed["sum"] = {"median": sum(value["median"] for value in summed.values())}
    return summed


def once(database: dict, agent: dict, test: dict) -> dict[str, float]:
    """Time each thing once. Returns seconds by name."""
    common = ("--label=bench=floor", f"--network={NETWORK}")
    began = time.monotonic()
    container = docker(
        "run", "--detach", *common, "--network-alias=db", "--publish=127.0.0.1::3306", *options(database)
    )
    port = int(docker("port", container, "3306/tcp").splitlines()[0].rpartition(":")[2])
    wait_for_greeting(port)
    taken = {"MySQL, from `docker run` to its greeting": time.monotonic() - began}

    began = time.monotonic()
    docker("run", "--rm", *common, *options(agent))
    taken["the probe of a MySQL that is ready"] = time.monotonic() - began

    began = time.monotonic()
    docker("run", "--rm", "--label=bench=floor", "--network=none", test["image"], "true")
    taken["a bare container"] = time.monotonic() - began

    # In a container that runs already, and by its own clock: the tests alone.
    command = test.get("command") or image_command(test["image"])
    running = docker("run", "--detach", *common, *options({**test, "command": ["sleep", "600"]}))
    timed = 'began=$(date +%s%N); "$@" >/tmp/bench.log 2>&1; status=$?; echo "$status $(($(date +%s%N) - began))"'
    entry = image_entry(test["image"])
    status, nanoseconds = docker("exec", running, *entry, "sh", "-c", timed, "sh", *command).split()
    if status != "0":
        raise BenchError(
            f"expected the tests to pass in the floor's container, found exit status {status}. Type: make test"
        )
    taken["the tests, in a container that runs"] = int(nanoseconds) / 1e9
    return taken


def image_entry(image: str) -> list[str]:
    """Look at an image. Returns its entry point."""
    return docker("image", "inspect", "--format", "{{range .Config.Entrypoint}}{{println .}}{{end}}", image).split()


def image_command(image: str) -> list[str]:
    """Look at an image. Returns its command."""
    return docker("image", "inspect", "--format", "{{range .Config.Cmd}}{{println .}}{{end}}", image).split()


def wait_for_greeting(port: int, longest: float = 120) -> None:
    """Wait until MySQL greets. The published port opens before: docker holds it."""
    ends = time.monotonic() + longest
    while time.monotonic() < ends:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
                if b"_password" in connection.recv(200):
                    return
        except OSError:
            pass
        time.sleep(0.01)
    raise BenchError(
        f"expected MySQL ({MYSQL}) to greet within {longest} s, found silence. Look at: docker logs, with KEEP=yes"
    )
