"""The whole way on the newest engine that Debian has, as a user who is not root, in a path with a space and a comma.

Once with the containerd image store, where an image's id is another digest, and once rootless. A test of a class goes
on where the last ended.
"""

import contextlib
import json
import os
import re
import time

import pytest
from nightly.test_faults import INIT
from support.commands import docker, run

NAME = "todobackend-newest-engine"
HOME = "/home/learner/todo, or not"
# On the parent that is made of Debian's packages, which says where they come from.
DOCKERFILE = """
ARG DEBIAN_PARENT
FROM ${DEBIAN_PARENT}
RUN sed -n -i 's/ trixie / sid /p' /etc/apt/sources.list \\
    && apt-get -o Acquire::Check-Valid-Until=false update -qq \\
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \\
        ca-certificates docker-buildx docker-cli docker-compose docker.io git iproute2 iptables make python3 \\
        rootlesskit slirp4netns uidmap >/dev/null \\
    && useradd --create-home --shell /bin/bash --groups docker learner
RUN mkdir -p /etc/docker && echo '{"features": {"containerd-snapshotter": true}}' >/etc/docker/daemon.json
"""
RIGHTS = """--init --cgroupns private --cap-add SYS_ADMIN --cap-add NET_ADMIN --cap-add SYS_PTRACE --tmpfs /run
    --security-opt seccomp=unconfined --security-opt apparmor=unconfined --entrypoint sh"""
# A user namespace may mount /proc only if nothing of the machine's own is masked.
ROOTLESS_RIGHTS = "--device /dev/net/tun --security-opt systempaths=unconfined"
ENGINE = "exec dockerd >/run/dockerd.log 2>&1"
ROOTLESS_ENGINE = """chmod 0666 /dev/net/tun; install -d -o learner /run/user/1000; chown learner: /home/learner
    exec setpriv --reuid learner --regid learner --init-groups env HOME=/home/learner XDG_RUNTIME_DIR=/run/user/1000 \\
    /usr/share/docker.io/contrib/dockerd-rootless.sh >/run/dockerd.log 2>&1"""
# Where the network's own settings are, for programs inside.
VARIABLES = ("http_proxy", "https_proxy", "no_proxy", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_DEFAULT_TIMEOUT")

REQUEST = """
import sys, urllib.request
body = sys.argv[2].encode() or None
request = urllib.request.Request(sys.argv[1], body, {"Content-Type": "application/json"})
print(urllib.request.urlopen(request, timeout=10).read().decode())
"""


class Machine:
    """A container with an engine of its own, and a checkout in it."""

    def __init__(self, checkout, folder, is_rootless=False):
        checkout.must("base", PARENTS="build")
        parents = dict(line.split("=") for line in checkout.path(".state/parents.env").read_text().splitlines())
        folder.chmod(0o755)  # the user reads it
        (folder / "Dockerfile").write_text(DOCKERFILE)
        argument = ("--build-arg", f"DEBIAN_PARENT={parents['DEBIAN_PARENT']}")
        docker("build", "--quiet", "--tag", f"{NAME}:built", *argument, str(folder))
        (folder / "init.sh").write_text(INIT)
        certificates = os.environ.get("PIP_CERT")
        given = [f"--env={name}" for name in VARIABLES if name in os.environ]
        given += [f"--volume={certificates}:/ca.pem:ro", "--env=PIP_CERT=/ca.pem"] if certificates else []
        given += (
            ["--env=DOCKER_HOST=unix:///run/user/1000/docker.sock", *ROOTLESS_RIGHTS.split()] if is_rootless else []
        )
        disk = "/home/learner" if is_rootless else "/var/lib/docker"
        options = (*RIGHTS.split(), *given, "--volume", f"{folder}:/folder:ro", "--volume", disk)
        # It makes /proc/sys and the cgroups writable, which a rootless engine does without.
        init = ("-c", "exec sleep infinity") if is_rootless else ("/folder/init.sh",)
        docker("run", "--detach", "--name", NAME, *options, f"{NAME}:built", *init)
        docker("exec", NAME, "mkdir", HOME)
        docker("exec", "--detach", NAME, "sh", "-c", ROOTLESS_ENGINE if is_rootless else ENGINE)
        end = time.monotonic() + 60
        while self.run("docker", "info").returncode != 0:
            assert time.monotonic() < end, docker("exec", NAME, "tail", "-n", "20", "/run/dockerd.log")
            time.sleep(0.5)
        saved = folder / "parents.tar"
        docker("save", "--output", str(saved), parents["DEBIAN_PARENT"], parents["MYSQL_PARENT"])
        saved.chmod(0o644)
        docker("exec", "--user", "learner", NAME, "docker", "load", "--quiet", "--input", "/folder/parents.tar")
        saved.unlink()
        docker("cp", f"{checkout.folder}/.", f"{NAME}:{HOME}")
        docker("exec", NAME, "sh", "-c", 'rm -rf "$0/.state" && chown -R learner: "$0"', HOME)

    def run(self, *command):
        """Run a command as the user; the result has `returncode` and `stdout` (both streams)."""
        return run("docker", "exec", "--user", "learner", "--workdir", HOME, NAME, *command)

    def shell(self, text):
        """Run a line of a shell, which must succeed; return what it printed."""
        result = self.run("bash", "-c", f"set -eu; [ ! -e .state/registry/env ] || . .state/registry/env; {text}")
        assert result.returncode == 0, result.stdout[-6000:] + docker(
            "exec", NAME, "tail", "-n", "60", "/run/dockerd.log"
        )
        return result.stdout

    def ask(self, port, body=""):
        """Return the list of a release; with a body, the new item."""
        result = self.run("python3", "-c", REQUEST, f"http://localhost:{port}/todos", body)
        assert result.returncode == 0, result.stdout
        return json.loads(result.stdout)


@contextlib.contextmanager
def started(checkout, folder, **options):
    """A machine, which is removed at the end."""
    try:
        yield Machine(checkout, folder, **options)
    finally:
        run("docker", "rm", "--force", "--volumes", NAME)
        run("docker", "rmi", f"{NAME}:built")


@pytest.fixture(scope="class")
def machine(checkout, tmp_path_factory):
    with started(checkout, tmp_path_factory.mktemp("machine")) as machine:
        yield machine


@pytest.fixture(scope="class")
def rootless(checkout, tmp_path_factory):
    with started(checkout, tmp_path_factory.mktemp("rootless"), is_rootless=True) as machine:
        yield machine


class TestNewestEngine:
    def test_it_has_the_containerd_store(self, machine, figures):
        server = "docker info --format '{{.ServerVersion}}'"
        versions = (server, "docker compose version --short", "docker buildx version")
        figures["versions"] = [machine.shell(version).strip() for version in versions]
        assert "containerd" in machine.shell("docker info --format '{{.DriverStatus}}'")

    def test_a_release_from_nothing(self, machine, figures):
        text = machine.shell("make release")
        assert re.search("=> Release 0.1.0 accepted in [0-9]+ s", text)
        assert machine.ask(8000) == []
        figures["lines of make release"] = len(text.splitlines())

    def test_the_same_again_builds_and_judges_nothing(self, machine):
        assert "=> Release 0.1.0 was accepted before, and runs unchanged" in machine.shell("make release")

    def test_an_edit_is_an_upgrade_that_keeps_the_data(self, machine):
        machine.ask(8000, '{"title": "Kept"}')
        machine.shell("echo '# An edit.' >>src/todo/views.py; make release")
        assert [found["title"] for found in machine.ask(8000)] == ["Kept"]

    def test_it_is_published_and_deployed(self, machine):
        machine.shell("git add -A; git -c user.name=x -c user.email=x@x commit -qm Edit; make release registry")
        machine.shell("make login tag publish && make deploy")
        assert machine.ask(8080) == []
        record = json.loads(machine.shell("cat target/release.json"))
        assert set(record["images"]) == {"app", "nginx", "client", "edge", "agent", "db"}

    def test_it_is_released_from_what_was_published(self, machine):
        assert "accepted" in machine.shell("make release-from VERSION=0.1.0")

    def test_its_data_can_be_saved(self, machine):
        machine.shell('make backup FILE="one, two.gz" && test -s "one, two.gz"')

    def test_nothing_is_left(self, machine):
        machine.shell("make undeploy && docker swarm leave --force && docker volume rm todobackend-platform_data")
        machine.shell("make clean")
        assert machine.shell("docker ps --all --quiet; docker volume ls --quiet | grep todobackend || true") == ""


class TestRootlessEngine:
    def test_it_is_rootless(self, rootless):
        assert "name=rootless" in rootless.shell("docker info --format '{{.SecurityOptions}}'")

    def test_a_release_from_nothing(self, rootless):
        assert re.search("=> Release 0.1.0 accepted in [0-9]+ s", rootless.shell("make release"))
        assert rootless.ask(8000) == []

    def test_reports_belong_to_the_user(self, rootless):
        assert rootless.shell("find reports target ! -user learner") == ""

    def test_it_is_published_and_released_again(self, rootless):
        rootless.shell("make registry; . .state/registry/env; make login tag publish")
        assert "accepted" in rootless.shell("make release-from VERSION=0.1.0")

    def test_its_swarm_is_refused(self, rootless):
        result = rootless.run("make", "deploy")
        assert result.returncode == 2
        assert "FAIL: expected an engine that can form a Swarm, found a rootless one" in result.stdout

    def test_its_data_can_be_saved(self, rootless):
        rootless.ask(8000, '{"title": "Kept"}')
        rootless.shell('make backup FILE="one, two.gz" && test -s "one, two.gz"')

    def test_nothing_is_left(self, rootless):
        rootless.shell("make distclean")
        assert rootless.shell("docker ps --all --quiet; docker volume ls --quiet; ls -d .state 2>&- || true") == ""
