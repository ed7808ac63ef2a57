"""Faults of the machine, kills at any moment: target/ and reports/ stay whole, and the same again ends green."""

import contextlib
import os
import random
import re
import signal
import subprocess
import threading
import time
from xml.etree import ElementTree

import pytest
from support.checkout import Checkout, refused
from support.commands import docker, run
from support.whole import Watch, faults_of_target

MIB = 1 << 20
# What the kernel says of a full disk, and what apt says.
FULL = re.compile("no space left|enough free space", re.IGNORECASE)
REPORTS = ("unittests.xml", "coverage.xml", "acceptance.xml", "browser.xml")


def written(file):
    """When a file was written; nothing where it is absent, or leaves while we look: a run may be at work."""
    with contextlib.suppress(FileNotFoundError):
        return file.stat().st_mtime


def assert_one_run_in_reports(checkout, since):
    """Each report that is there can be read, and those of one step are all of this run or all of one before."""
    for names in (("unittests.xml", "coverage.xml", "coverage/index.html"), ("acceptance.xml", "browser.xml")):
        times = [written(checkout.path(f"reports/{name}")) for name in names]
        assert len({each >= since for each in times if each}) < 2, (names, times, since)
    for name in (*REPORTS, "page.xml"):
        with contextlib.suppress(FileNotFoundError):
            ElementTree.parse(checkout.path(f"reports/{name}"))


def assert_ended_well(checkout, answer, since, goal="release"):
    assert answer.returncode == 0, answer.stdout
    assert checkout.path("target").is_dir()
    assert faults_of_target(checkout) == []
    assert list(checkout.folder.glob(".target.*")) == []
    assert_one_run_in_reports(checkout, since)
    for name in REPORTS if goal == "release" else REPORTS[:2]:
        assert checkout.path(f"reports/{name}").stat().st_mtime >= since, name


def edit(checkout):
    """Give the next run something to do; give back when, in whole seconds, as what docker copies tells it."""
    time.sleep(1)  # what was copied in this second is older
    checkout.append("src/todo/views.py", f"\n# An edit: {os.urandom(4).hex()}\n")
    return int(time.time())


# --- a kill at any moment ---


class Drain(threading.Thread):
    """Read what a process prints, to the end of the last that has its output open: a full pipe would hold it up."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.stream, self.lines = process.stdout, []
        self.start()

    def run(self):
        self.lines.extend(self.stream)


def test_the_same_command_after_a_kill_at_ten_random_moments(released, figures):
    seed = int(os.environ.get("FAULTS_SEED") or int.from_bytes(os.urandom(4)))
    chance = random.Random(seed)
    # What a kill in the middle costs is no time of a whole run.
    whole = {}
    for goal in ("build", "release"):
        since, began = edit(released), time.monotonic()
        assert_ended_well(released, released.make(goal), since, goal)
        whole[goal] = time.monotonic() - began

    # SIGKILL of make alone leaves its script at work; of its group, the containers and what docker has begun.
    rounds = []
    goals, kinds = chance.sample(["build", "release"] * 5, 10), chance.sample([True, False] * 5, 10)
    for goal, alone in zip(goals, kinds, strict=True):
        moment = chance.random() * whole[goal]
        who = f"make {goal}{'' if alone else ' and its group'}"
        story = f"seed {seed}, {len(rounds)} rounds before, {who} after {moment} s"
        since = edit(released)
        process = released.start(goal)
        said = Drain(process)
        time.sleep(moment)
        # By the group's number, not by make's: its children's group outlives it.
        os.kill(process.pid, signal.SIGKILL) if alone else os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=60)
        assert faults_of_target(released) == [], story
        assert_one_run_in_reports(released, since)
        began = time.monotonic()
        answer = released.make(goal)
        assert answer.returncode == 0, f"{story}\n{''.join(said.lines)}\n--- again:\n{answer.stdout}"
        assert_ended_well(released, answer, since, goal)
        rounds.append({"killed": who, "after": round(moment, 2), "again": round(time.monotonic() - began, 2)})
    whole = {goal: round(seconds, 2) for goal, seconds in whole.items()}
    figures["kills"] = {"seed": seed, "a whole run": whole, "rounds": rounds}


@pytest.mark.parametrize(
    ("goal", "moment", "left"),
    [
        ("test", "nosetests ", {"acceptance.xml", "browser.xml"}),
        ("accept", "=> Running browser tests", {"unittests.xml", "coverage.xml", "acceptance.xml"}),
    ],
)
def test_what_an_earlier_run_left_is_not_beside_what_a_killed_one_left(released, goal, moment, left):
    assert_ended_well(released, released.make("release"), 0)
    process = released.start(goal)
    for line in process.stdout:
        if line.startswith(moment):
            break
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert {name for name in REPORTS if released.path(f"reports/{name}").exists()} == left
    answer = released.make(goal)
    assert answer.returncode == 0, answer.stdout
    assert {name for name in REPORTS if released.path(f"reports/{name}").exists()} == set(REPORTS)


def test_a_run_waits_for_one_whose_make_was_killed(released):
    process = released.start("test")
    for line in process.stdout:
        if line.startswith("=> Ensuring database is ready"):
            break
    process.kill()
    process.wait(timeout=60)
    said = Drain(process)
    answer = released.make("test")
    assert answer.returncode == 0, answer.stdout
    assert "=> Another run is at work in this checkout: waiting for it" in answer.stdout
    # It came to its end, undisturbed, and before ours began.
    said.join(timeout=60)
    assert said.lines[-1].startswith("=> Testing complete in "), "".join(said.lines)


# --- a disk that is full where the checkout is ---


def test_a_full_disk_under_target(released, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk), check=True)  # as root
    try:
        # The same pipeline in another place, so that nothing has to be built first.
        small = Checkout.__new__(Checkout)
        small.__dict__.update(released.__dict__, folder=disk)
        run("cp", "-a", *(str(each) for each in released.folder.iterdir()), str(disk), check=True)
        before = small.path("target/SHA256SUMS").read_text()
        edit(small)
        # Tested, so that the disk can be full when the wheels come.
        small.must("test", MIN_FREE_GIB=0)
        fill(disk, leave=4)

        with Watch(small) as watch:
            answer = small.make("build", MIN_FREE_GIB=0)
        refused(answer)
        assert FULL.search(answer.stdout), answer.stdout[-6000:]
        assert watch.seen == {()}
        assert small.path("target/SHA256SUMS").read_text() == before

        (disk / "ballast").unlink()
        small.must("build", MIN_FREE_GIB=0)
        assert faults_of_target(small) == []
        assert small.path("target/SHA256SUMS").read_text() != before
    finally:
        run("umount", str(disk), check=True)


def fill(disk, leave):
    """Leave so many MiB of a disk."""
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with (disk / "ballast").open("w") as file:
        os.posix_fallocate(file.fileno(), 0, free - leave * MIB)


# --- a machine that can be broken ---

# Not under /run, which is the container's own.
INIT = """
# What docker/lab/node/node.sh does before it starts the engine: the same for an engine that may end.
set -eu
for folder in /proc/sys $(awk '$2 ~ "^/sys/fs/cgroup" { print $2 }' /proc/mounts); do
    mount -o remount,bind,rw "$folder"
done
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    mkdir -p /sys/fs/cgroup/machine
    for process in $(cat /sys/fs/cgroup/cgroup.procs); do
        echo "$process" >/sys/fs/cgroup/machine/cgroup.procs || true
    done
    sed 's/[^ ]*/+&/g' /sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
fi
exec sleep infinity
"""


class Machine:
    """A container with an engine of its own, on a disk of its own, and a checkout whose make uses that engine."""

    name = "todobackend-faults-machine"

    def __init__(self, image, folder):
        self.socket = folder / "socket/docker.sock"
        self.socket.parent.mkdir()
        (folder / "init.sh").write_text(INIT)
        (folder / "checkout").mkdir()
        self.checkout = Checkout(folder / "checkout", "-onmachine")
        # The rights are those of docker/lab/docker-compose.yml. The disk takes the memory that is used of it.
        options = "--init --cgroupns private --cap-add SYS_ADMIN --cap-add NET_ADMIN --cap-add SYS_PTRACE"
        options += " --security-opt seccomp=unconfined --security-opt apparmor=unconfined --tmpfs /run"
        options += " --mount type=tmpfs,destination=/var/lib/docker,tmpfs-size=6g --entrypoint sh"
        options += f" --volume {folder}:{folder}"
        docker("run", "--detach", "--name", self.name, *options.split(), image, str(folder / "init.sh"))
        self.start_engine()

    def remove(self):
        run("docker", "rm", "--force", "--volumes", self.name)

    def start_engine(self):
        # Numbers of processes that a killed engine leaves stop the next one.
        command = f"rm -f /run/docker.pid; exec dockerd --host unix://{self.socket} >>/run/dockerd.log 2>&1"
        docker("exec", "--detach", self.name, "sh", "-c", command)
        for _ in range(120):
            if run("docker", "--host", f"unix://{self.socket}", "info").returncode == 0:
                return
            time.sleep(0.5)
        raise AssertionError(docker("exec", self.name, "tail", "-n", "20", "/run/dockerd.log"))

    def kill_engine(self):
        docker("exec", self.name, "sh", "-c", "kill -KILL $(cat /run/docker.pid)")

    @property
    def env(self):
        # A dead network is to be told within seconds, not within pip's minutes.
        return {"DOCKER_HOST": f"unix://{self.socket}", "PIP_DEFAULT_TIMEOUT": "10"}

    def make(self, *goals, moment=None, fault=None):
        """Run make; when it prints the moment, let the fault happen. Give back its status and what it printed."""
        process = subprocess.Popen(
            self.checkout.arguments(*goals, MIN_FREE_GIB=1),
            cwd=self.checkout.folder,
            env={**os.environ, **self.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        printed = []
        for line in process.stdout:
            printed.append(line)
            if moment and moment in line:
                fault()
                moment = None
        assert moment is None, "".join(printed)
        return subprocess.CompletedProcess(goals, process.wait(), "".join(printed))

    def lose_network(self):
        docker("network", "disconnect", "bridge", self.name)

    def regain_network(self):
        docker("network", "connect", "bridge", self.name)

    def restart_engine(self):
        self.kill_engine()
        self.start_engine()

    def fill(self, leave):
        """Leave so many MiB of the engine's disk."""
        script = f'fallocate --length $(($(df --output=avail -k "$0" | tail -n 1) / 1024 - {leave}))M "$0/ballast"'
        docker("exec", self.name, "sh", "-c", script, "/var/lib/docker")

    def empty(self):
        docker("exec", self.name, "rm", "/var/lib/docker/ballast")


@pytest.fixture(scope="module")
def machine(checkout, tmp_path_factory):
    # The parents are found on this machine, and the settings of the network written for the build of the other.
    checkout.must("base")
    parents = dict(line.split("=") for line in checkout.path(".state/parents.env").read_text().splitlines())
    image = f"todobackend-node:built{checkout.build_id}"
    given = ("--env-file", str(checkout.path(f".state/compose{checkout.build_id}.env")))
    docker("compose", *given, "--file", str(checkout.path("docker/images.yml")), "build", "--quiet", "node")
    made = Machine(image, tmp_path_factory.mktemp("machine"))
    try:
        saved = tmp_path_factory.mktemp("parents") / "parents.tar"
        docker("save", "--output", str(saved), parents["DEBIAN_PARENT"], parents["MYSQL_PARENT"])
        docker("--host", made.env["DOCKER_HOST"], "load", "--quiet", "--input", str(saved))
        saved.unlink()
        yield made
    finally:
        made.remove()


class TestMachine:
    """One release from nothing, with a fault on each part of the way; a test goes on where the one before ended."""

    def released(self, machine, figures, after):
        since, began = int(time.time()), time.monotonic()
        answer = machine.make("release")
        assert answer.returncode == 0, answer.stdout
        assert faults_of_target(machine.checkout) == []
        assert_one_run_in_reports(machine.checkout, since)
        figures.setdefault("faults, seconds until green again", {})[after] = round(time.monotonic() - began, 1)

    def refused(self, machine, answer):
        """Return the message; target/ is whole, and nothing is left beside it."""
        assert faults_of_target(machine.checkout) == []
        assert list(machine.checkout.folder.glob(".state/gone")) == []
        return refused(answer)

    def test_network_gone_during_a_build(self, machine):
        try:
            answer = machine.make("release", moment="=> Building the dev image", fault=machine.lose_network)
        finally:
            machine.regain_network()
        sentence = self.refused(machine, answer)
        assert "network" in sentence
        assert not machine.checkout.path("target").exists()

    def test_disk_full_during_a_build(self, machine, figures):
        answer = machine.make("release", moment="=> Building the dev image", fault=lambda: machine.fill(leave=150))
        # dpkg does not say in an image's build that the disk is full.
        assert "docker system df" in self.refused(machine, answer)
        assert not machine.checkout.path("target").exists()
        machine.empty()
        self.released(machine, figures, "a full disk, with nothing built before")

    def test_engine_restarted_while_the_release_starts(self, machine, figures):
        edit(machine.checkout)
        answer = machine.make("release", moment="=> Starting the application", fault=machine.restart_engine)
        self.refused(machine, answer)
        self.released(machine, figures, "a restart of the engine while the release starts")

    def test_engine_gone_while_the_release_is_judged(self, machine, figures):
        edit(machine.checkout)
        answer = machine.make("release", moment="=> Running acceptance tests", fault=machine.kill_engine)
        assert "no verdict" in self.refused(machine, answer)
        machine.start_engine()
        self.released(machine, figures, "the end of the engine while the release is judged")

    def test_disk_full_with_a_release_there(self, machine, figures):
        before = machine.checkout.path("target/SHA256SUMS").read_text()
        edit(machine.checkout)
        machine.fill(leave=0)
        answer = machine.make("build")
        self.refused(machine, answer)
        assert FULL.search(answer.stdout), answer.stdout[-6000:]
        assert machine.checkout.path("target/SHA256SUMS").read_text() == before
        machine.empty()
        self.released(machine, figures, "a full disk, with a release there")
