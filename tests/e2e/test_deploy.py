"""Releases on a Swarm of three nodes: rolled out under load, refused, rolled back.

In this order, on one lab: each class leaves a release running. Lost nodes and containers are nightly/test_losses.py's.
"""

import json
import re

import pytest
from support.checkout import refused
from support.commands import docker
from support.load import Load
from support.release import reset
from support.swarm import (
    LAB,
    NETWORK,
    NODES,
    SELDOM,
    SERVICES,
    STACK,
    another,
    another_release,
    ask,
    bad,
    deploy,
    images,
    keep,
    on,
    record_of,
    running,
    start_lab,
)


@pytest.fixture(scope="module")
def deployed(home):
    """The shared release on a lab."""
    start_lab(reset(home))
    result = deploy(home, home.first)
    assert result.returncode == 0, result.stdout[-5000:]
    return home


@pytest.fixture(scope="module")
def second(deployed):
    """The record of a second release, in which each of the three images is another one."""
    return another_release(deployed)


def lock(engine):
    """Lock the stack as a deployment from another engine does."""
    labels = ("--label", f"engine={engine}", "--label", "host=a-colleague")
    on("node1", "config", "create", *labels, f"{STACK}-lock", "/etc/hostname")


def releases():
    """The releases that the Swarm remembers."""
    return on("node1", "config", "ls", "--quiet", "--filter", f"name={STACK}-release-").split()


def kept(node):
    """The images that a node has, by digest."""
    return set(on(node, "image", "ls", "--digests", "--format", "{{.Repository}}@{{.Digest}}").split())


class TestFirst:
    def test_every_node_answers(self, deployed):
        for node in NODES:
            assert ask(node)[0] == 200
            assert ask(node, "/", port=3000)[0] == 200
            assert json.loads(ask(node, "/config.json", port=3000)[1]) == {"api": ":8000/todos"}

    def test_what_runs_is_what_was_published(self, deployed):
        assert set(running().values()) == images(deployed.first)
        names = [name.split(".")[0].removeprefix(f"{STACK}_") for name in running()]
        assert sorted(names) == sorted(SERVICES * 2)

    def test_no_secret_is_in_the_environment_of_a_container(self, deployed):
        for node in NODES:
            for container in on(node, "ps", "--quiet").split():
                environment = on(node, "inspect", "--format", "{{json .Config.Env}}", container)
                assert not re.search(r"(SECRET_KEY|PASSWORD)=", environment)

    def test_by_its_version_and_by_one_with_keys_of_his_own_it_changes_nothing(self, deployed):
        keys = deployed.folder / "docker-config" / "home" / ".ssh"
        keys.mkdir(parents=True)
        for name in ("config", "known_hosts", "id_ed25519"):
            (keys / name).write_text("# His own.\n")
        before = running()
        answer = deploy(deployed, {}, env={"HOME": str(keys.parent)}, VERSION="0.1.0")
        assert answer.returncode == 0, answer.stdout[-5000:]
        assert re.findall(r"^node\d .*changed=(\d+)", answer.stdout, re.MULTILINE) == ["0"] * 3
        assert running() == before

    def test_the_script_of_a_backup_writes_the_data_of_a_swarm_too(self, deployed):
        label = f"label=com.docker.swarm.service.name={STACK}-platform_db"
        databases = {node: on(node, "ps", "--quiet", "--filter", label) for node in NODES}
        ((node, database),) = [found for found in databases.items() if found[1]]
        script = deployed.path("docker/release/dump.sh").read_text()
        lines = on(node, "exec", database, "bash", "-c", script).splitlines()
        assert lines[0] == "-- todobackend backup 1"
        assert re.fullmatch("-- content [0-9a-f]{64}", lines[-1])

    def test_there_is_nothing_to_roll_back_to(self, deployed):
        refused(deploy(deployed, deployed.first, "rollback"), "0.1.0", STACK)


class TestUpdate:
    def test_an_update_fails_no_request_and_loses_nothing(self, deployed, second, figures):
        assert not images(second) & images(deployed.first)
        with Load(NODES["node2"], 8000) as load:
            answer = deploy(deployed, second)
        assert answer.returncode == 0, answer.stdout[-5000:]
        assert set(running().values()) == images(second)
        keep(figures, "update", load)

    def test_a_rollback_neither(self, deployed, second, figures):
        with Load(NODES["node3"], 8000) as load:
            answer = deploy(deployed, second, "rollback")
        assert answer.returncode == 0, answer.stdout[-5000:]
        assert set(running().values()) == images(deployed.first)
        keep(figures, "rollback", load)


def test_an_old_release_is_forgotten_by_the_swarm_and_by_its_nodes(deployed, second):
    # Of a run of this machine that was cut off: it is no other's.
    engine = docker("info", "--format", "{{.ID}}").strip()
    lock(engine)
    deployed.append("ansible/group_vars/lab.yml", "releases_kept: 1\n")
    third = record_of(deployed, "0.2.5", {"client": another(deployed, "client", "third-client", ["LABEL third=yes"])})
    assert all(images(second) & kept(node) for node in NODES)
    for node in NODES:  # what ended holds its image, until the Swarm forgets it
        on(node, "container", "prune", "--force")
    answer = deploy(deployed, third)
    assert answer.returncode == 0, answer.stdout[-5000:]
    assert set(running().values()) == images(third)
    # The new one, and the one before, which a rollback needs.
    assert len(releases()) == 2
    for node in NODES:
        assert images(third) | images(deployed.first) <= kept(node)
        assert not images(second) & kept(node)
    answer = deploy(deployed, third, "rollback")
    assert answer.returncode == 0, answer.stdout[-5000:]
    assert set(running().values()) == images(deployed.first)
    assert on("node1", "config", "ls", "--quiet", "--filter", f"name={STACK}-lock") == ""


def test_beside_another_machine_nothing_is_deployed(deployed, second):
    lock("another")
    before = running()
    for goal in ("deploy", "rollback", "undeploy"):
        refused(deploy(deployed, second, goal), "a-colleague", f"docker config rm {STACK}-lock")
    assert running() == before
    on("node1", "config", "rm", f"{STACK}-lock")


def test_a_candidate_that_answers_500_serves_nobody_and_no_client_notices(deployed, figures):
    before = running()
    line = "super().filter_queryset(queryset)"
    record = bad(deployed, "errors", "todobackend/api/views.py", line, "queryset.nothing")
    with Load(NODES["node1"], 8000, pause=SELDOM) as load:
        result = deploy(deployed, record)
    refused(result, "0.3.0+errors", "release 0.1.0 still runs")
    assert running() == before
    assert running(f"{STACK}-candidate") == {}
    keep(figures, "bad release: errors", load)


class TestBadInput:
    def test_no_record(self, deployed):
        deployed.path("target/release.json").unlink()
        refused(
            deployed.make("deploy", env=deployed.env, INVENTORY=LAB, CLUSTER_NETWORK=NETWORK), "target/release.json"
        )

    def test_a_version_that_was_not_published(self, deployed):
        refused(deploy(deployed, deployed.first, VERSION="9.9.9"), "9.9.9")

    def test_a_release_for_other_machines(self, deployed):
        before = running()
        refused(deploy(deployed, {**deployed.first, "platform": "linux/s390x"}), "linux/s390x", "Nothing was changed")
        assert running() == before

    def test_no_inventory(self, deployed):
        result = deploy(deployed, deployed.first, INVENTORY="ansible/inventory/none.yml")
        refused(result, "INVENTORY=ansible/inventory/none.yml")

    def test_an_inventory_that_is_out_of_reach(self, deployed):
        refused(deploy(deployed, deployed.first, CLUSTER_NETWORK="10.78.1"), "ssh://root@10.78.1.11")

    def test_a_wrong_password_of_the_registry(self, deployed):
        refused(deploy(deployed, deployed.first, env={"DOCKER_PASSWORD": "wrong"}), "make login")


def test_undeploy_keeps_the_data(deployed):
    answer = deploy(deployed, deployed.first, "undeploy")
    assert answer.returncode == 0, answer.stdout[-5000:]
    assert running() == running(f"{STACK}-platform") == {}
    assert f"{STACK}-platform_data" in on("node1", "volume", "ls", "--format", "{{.Name}}").split()


def test_the_lab_removes_itself(deployed):
    deployed.must("lab-down")
    assert not [what for what in deployed.objects() if "lab" in what or "registry" in what]
    assert not deployed.path(f".state/registry{deployed.build_id}").exists()
