"""A release on a Swarm of three nodes on this machine (`make cluster`), seen from its nodes."""

import functools
import http.client
import json

from support import commands
from support.checkout import SHARED
from support.commands import docker
from support.release import derive, inspect

NETWORK = "10.78.0"
LAB = "ansible/inventory/lab.yml"
NODES = {f"node{number}": f"{NETWORK}.1{number}" for number in (1, 2, 3)}
PACKAGES = "/opt/venv/lib/python3.13/site-packages"
STACK = f"todobackend{SHARED}"
SERVICES = ("app", "nginx", "client")
# Seconds between two requests of a client while what is asked for comes to nothing.
SELDOM = 0.5
# One look starts several commands on three engines.
eventually = functools.partial(commands.eventually, pause=0.5)


def start_lab(home):
    """Start the lab of a checkout with a registry, and publish its release; `first` is the record."""
    home.must("cluster", CLUSTER_NETWORK=NETWORK, **home.ports)
    home.must("login", env=home.env)
    home.first = publish(home)
    return home


def publish(checkout):
    """Release what is there, and publish it; return the record."""
    for goal in ("release", "tag", "publish", "stop"):
        checkout.must(goal, env=checkout.env)
    return json.loads(checkout.path("target/release.json").read_text())


def deploy(checkout, record, goal="deploy", env=None, **knobs):
    checkout.path("target/release.json").write_text(json.dumps(record))
    env = {**checkout.env, **(env or {})}
    return checkout.make(goal, env=env, **{"INVENTORY": LAB, "CLUSTER_NETWORK": NETWORK, **knobs})


def on(node, *command):
    """Run docker on a node's own engine."""
    return docker("exec", f"{STACK}lab-{node}-1", "docker", *command)


def ask(node, path="/todos", port=8000):
    connection = http.client.HTTPConnection(NODES[node], port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def running(stack=STACK):
    """The images of all running containers of the stack, wherever they are: {container's name: image}."""
    label = f"label=com.docker.stack.namespace={stack}"
    found = {}
    for node in NODES:
        for container in on(node, "ps", "--quiet", "--filter", label).split():
            name, image = on(node, "inspect", "--format", "{{.Name}} {{.Config.Image}}", container).split()
            found[name.removeprefix("/")] = image
    return found


def nodes_of(service):
    """The nodes on which containers of a service of the release run."""
    label = f"label=com.docker.swarm.service.name={STACK}_{service}"
    return [node for node in NODES if on(node, "ps", "--quiet", "--filter", label)]


def settled():
    """Whether every container of the release is there, none is on its way, and all are healthy."""
    label = f"label=com.docker.stack.namespace={STACK}"
    states = [
        line for node in NODES for line in on(node, "ps", "--format", "{{.Status}}", "--filter", label).splitlines()
    ]
    return len(states) == 2 * len(SERVICES) and all("(healthy)" in state for state in states)


def set_availability(availability, *nodes):
    """Let nodes take containers, or not. The Swarm refuses a change of what has just changed otherwise."""
    for node in nodes:
        assert eventually(lambda node=node: on("node1", "node", "update", "--availability", availability, node))


def images(record):
    return {record["images"][part] for part in SERVICES}


def keep(figures, name, load):
    """Keep the figures of a load, and judge them: no request failed, nothing promised is lost."""
    figures[name] = load.report()
    assert load.failures == []
    assert load.lost() == []
    assert load.report()["requests"] > 20


def another(checkout, part, name, lines, files=()):
    """Push an image made from that of the first release by more lines of a Dockerfile; return its name by digest."""
    first = checkout.first["images"][part]
    repository = first.partition("@")[0]
    derive(f"{repository}:{name}", first, lines, checkout.folder / "docker-config" / name, files)
    docker("--config", checkout.env["DOCKER_CONFIG"], "push", "--quiet", f"{repository}:{name}")
    (digest,) = (each for each in inspect(f"{repository}:{name}")["RepoDigests"] if each.startswith(f"{repository}@"))
    return digest


def record_of(checkout, version, changed):
    """Return the record of the first release with another version and some other images."""
    return {**checkout.first, "version": version, "images": {**checkout.first["images"], **changed}}


def another_release(checkout):
    """Return the record of a second release, in which each of the images is another one."""
    return record_of(
        checkout, "0.2.0", {part: another(checkout, part, f"second-{part}", ["LABEL second=yes"]) for part in SERVICES}
    )


def bad(checkout, name, file, old, new):
    """Return the record of a release whose application differs in one place."""
    source = checkout.path(f"src/{file}")
    text = source.read_text() if source.exists() else old
    assert text.count(old) == 1
    lines = [
        "USER 0:0",
        f"COPY changed.py {PACKAGES}/{file}",
        f"RUN python3 -m compileall -q -f --invalidation-mode unchecked-hash {PACKAGES}/{file}",
        # Of some size, so that a full disk has no room for it.
        "RUN head -c 3000000 /dev/urandom >/opt/venv/filling",
        "USER 10001:10001",
    ]
    app = another(checkout, "app", name, lines, {"changed.py": text.replace(old, new)})
    return record_of(checkout, f"0.3.0+{name}", {"app": app})
