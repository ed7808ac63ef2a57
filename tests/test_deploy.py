"""Releases on a Swarm of three nodes: rolled out under load, refused, taken back; nodes and containers lost.

In this order, on one lab: each class leaves a release running. The figures are in reports/deploy.json.
"""

import functools
import http.client
import json
import re
import time

import conftest
import pytest
from conftest import ROOT, derive, docker, free_ports, last_line, run
from load import Load

NETWORK = "10.78.0"
LAB = "ansible/inventory/lab.yml"
NODES = {f"node{number}": f"{NETWORK}.1{number}" for number in (1, 2, 3)}
PACKAGES = "/opt/venv/lib/python3.13/site-packages"
STACK = "todobackend-deploy"
SERVICES = ("app", "nginx", "client")
# Seconds between two requests of a client while what is asked for comes to nothing.
SELDOM = 0.5
# One look starts several commands on three engines.
eventually = functools.partial(conftest.eventually, pause=0.5)


@pytest.fixture(scope="module")
def home(checkout):
    """A checkout with its first release published, a registry and a lab; nothing is deployed yet."""
    checkout.ports = dict(zip(("REGISTRY_PORT", "INDEX_PORT"), free_ports(2), strict=True))
    answer = checkout.make("cluster", CLUSTER_NETWORK=NETWORK, **checkout.ports)
    assert answer.returncode == 0, answer.stdout
    checkout.registry = f"localhost:{checkout.ports['REGISTRY_PORT']}"
    checkout.env = checkout.registry_env()
    assert checkout.make("login", env=checkout.env).returncode == 0
    checkout.first = publish(checkout)
    checkout.figures = {}
    yield checkout
    (ROOT / "reports").mkdir(exist_ok=True)
    (ROOT / "reports/deploy.json").write_text(json.dumps(checkout.figures, indent=2) + "\n")


@pytest.fixture(scope="module")
def deployed(home):
    """The same, with the first release on the lab."""
    answer = deploy(home, home.first)
    assert answer.returncode == 0, answer.stdout[-5000:]
    return home


@pytest.fixture(scope="module")
def second(deployed):
    """The record of a second release, in which each of the three images is another one."""
    deployed.edit("src/todobackend/__init__.py", '"0.1.0"', '"0.2.0"')
    deployed.append("client/style.css", "\n/* The second release. */\n")
    deployed.append("docker/release/todobackend.conf", "\n# The second release.\n")
    run("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qam", "Go on", cwd=deployed.folder)
    return publish(deployed)


def publish(checkout):
    """Release what is there, and publish it; the record."""
    for goal in ("release", "tag", "publish", "stop"):
        answer = checkout.make(goal, env=checkout.env)
        assert answer.returncode == 0, answer.stdout[-5000:]
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


def keep(checkout, name, load):
    """Keep the figures of a load for the report, and judge them: no request failed, nothing promised is lost."""
    checkout.figures[name] = load.report()
    assert load.failures == []
    assert load.lost() == []
    assert load.report()["requests"] > 100


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

    def test_again_it_changes_nothing(self, deployed):
        before = running()
        answer = deploy(deployed, deployed.first)
        assert answer.returncode == 0, answer.stdout[-5000:]
        assert re.findall(r"^node\d .*changed=(\d+)", answer.stdout, re.MULTILINE) == ["0"] * 3
        assert running() == before

    def test_there_is_nothing_to_roll_back_to(self, deployed):
        answer = deploy(deployed, deployed.first, "rollback")
        assert answer.returncode == 2
        assert last_line(answer).startswith("FAIL: expected a release before 0.1.0 on todobackend-deploy, found none")


class TestUpdate:
    def test_an_update_fails_no_request_and_loses_nothing(self, deployed, second):
        assert not images(second) & images(deployed.first)
        with Load(NODES["node2"], 8000) as load:
            answer = deploy(deployed, second)
        assert answer.returncode == 0, answer.stdout[-5000:]
        assert last_line(answer).startswith("=> Release 0.2.0 ")
        assert set(running().values()) == images(second)
        keep(deployed, "update", load)

    def test_a_rollback_neither(self, deployed, second):
        with Load(NODES["node3"], 8000) as load:
            answer = deploy(deployed, second, "rollback")
        assert answer.returncode == 0, answer.stdout[-5000:]
        assert last_line(answer).startswith("=> Release 0.1.0 ")
        assert set(running().values()) == images(deployed.first)
        keep(deployed, "rollback", load)


def bad(checkout, name, file, old, new):
    """The record of a release whose application differs in one place."""
    source = checkout.path(f"src/{file}")
    text = source.read_text() if source.exists() else old
    assert text.count(old) == 1
    image = f"{checkout.registry}/todobackend/todobackend:{name}"
    lines = [
        "USER 0:0",
        f"COPY changed.py {PACKAGES}/{file}",
        f"RUN python3 -m compileall -q -f --invalidation-mode unchecked-hash {PACKAGES}/{file}",
        # Of some size, so that a full disk has no room for it.
        "RUN head -c 3000000 /dev/urandom >/opt/venv/filling",
        "USER 10001:10001",
    ]
    folder = checkout.folder / "docker-config" / name
    derive(image, checkout.first["images"]["app"], lines, folder, {"changed.py": text.replace(old, new)})
    docker("--config", checkout.env["DOCKER_CONFIG"], "push", "--quiet", image)
    digest = next(
        word for word in json.loads(docker("image", "inspect", image))[0]["RepoDigests"] if "localhost" in word
    )
    record = json.loads(json.dumps(checkout.first))
    record["images"]["app"] = digest
    return {**record, "version": f"0.3.0+{name}"}


class TestBadRelease:
    """Each ends with the release before serving, and no client noticed."""

    @pytest.mark.parametrize(
        ("name", "file", "old", "new", "found"),
        [
            ("unready", "todobackend/health.py", "SELECT 1", "SELECT 1 FROM nowhere", "unhealthy"),
            ("errors", "todo/views.py", "serializer = self.get_serializer()", "serializer = None", "failing"),
            ("crashes", "todobackend/wsgi.py", "django = get_wsgi", "django = no_such", "non-zero exit"),
        ],
    )
    def test_a_candidate_that_is_bad_serves_nobody(self, deployed, name, file, old, new, found):
        before = running()
        record = bad(deployed, name, file, old, new)
        with Load(NODES["node1"], 8000, pause=SELDOM) as load:
            answer = deploy(deployed, record)
        assert answer.returncode == 2
        sentence = last_line(answer)
        assert sentence.startswith(
            f"FAIL: expected the candidate 0.3.0+{name} to be ready and to answer as the specs say"
        )
        assert found in sentence
        assert "release 0.1.0 still runs" in sentence
        assert running() == before
        assert running(f"{STACK}-candidate") == {}
        keep(deployed, f"bad release: {name}", load)

    def test_a_migration_that_fails_in_the_middle_stops_it(self, deployed):
        before = running()
        migration = (
            "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n"
            '    dependencies = [("todo", "0001_initial")]\n'
            '    operations = [migrations.RunSQL("CREATE TABLE half (id int)"),\n'
            '                  migrations.RunSQL("CREATE TABLE half (id")]\n'
        )
        record = bad(deployed, "migration", "todo/migrations/0002_half.py", migration, migration)
        with Load(NODES["node1"], 8000, pause=SELDOM) as load:
            answer = deploy(deployed, record)
        assert answer.returncode == 2
        sentence = last_line(answer)
        assert sentence.startswith("FAIL: expected the migrations of 0.3.0+migration to run, found that they do not")
        assert "You have an error in your SQL syntax" in sentence
        assert running() == before
        keep(deployed, "bad release: migration", load)

    def test_a_full_disk_on_a_node_is_found_before_anything_changes(self, deployed):
        before = running()
        record = bad(deployed, "large", "todobackend/wsgi.py", "django = get_wsgi", "django =  get_wsgi")
        container = f"{STACK}lab-node3-1"
        # Where the engine puts what it downloads.
        docker("exec", container, "mount", "-t", "tmpfs", "-o", "size=1m", "none", "/var/lib/docker/tmp")
        try:
            answer = deploy(deployed, record)
        finally:
            docker("exec", container, "umount", "/var/lib/docker/tmp")
        assert answer.returncode == 2
        assert re.search(r"FAIL: expected node3 to fetch app of \S+, found its disk full", last_line(answer))
        assert running() == before

    def test_a_registry_that_is_away_is_found_before_anything_changes(self, deployed):
        before = running()
        record = bad(deployed, "away", "todobackend/wsgi.py", "django = get_wsgi", "django =  get_wsgi")
        registry = f"{STACK}registry-registry-1"
        docker("stop", registry)
        try:
            # With the login that `make login` kept: the registry is asked by the nodes alone.
            answer = deploy(deployed, record, env={"DOCKER_PASSWORD": ""})
        finally:
            docker("start", registry)
        assert answer.returncode == 2
        assert re.search(r"FAIL: expected node\d to fetch app of \S+, found ", last_line(answer))
        assert running() == before

    def test_containers_that_may_do_too_much_are_taken_back(self, deployed):
        stack = deployed.path("docker/deploy/stack.yml")
        text = stack.read_text()
        assert text.count("  cap_drop: [ALL]\n") == 1
        stack.write_text(text.replace("  cap_drop: [ALL]\n", ""))
        try:
            with Load(NODES["node1"], 8000, pause=SELDOM) as load:
                answer = deploy(deployed, deployed.first)
        finally:
            stack.write_text(text)
        assert answer.returncode == 2
        sentence = last_line(answer)
        assert "found expected every container of todobackend-deploy on node" in sentence
        assert "Rolled back: release 0.1.0" in sentence
        assert set(running().values()) == images(deployed.first)
        keep(deployed, "taken back", load)


class TestBadInput:
    def test_no_record(self, deployed):
        deployed.path("target/release.json").unlink()
        answer = deployed.make("deploy", env=deployed.env, INVENTORY=LAB, CLUSTER_NETWORK=NETWORK)
        assert answer.returncode == 2
        assert last_line(answer).startswith("FAIL: expected a published release, found no target/release.json")

    def test_a_version_that_was_not_published(self, deployed):
        answer = deploy(deployed, deployed.first, VERSION="9.9.9")
        assert answer.returncode == 2
        assert last_line(answer).startswith("FAIL: expected a published release 9.9.9 in")

    def test_a_version_is_taken_from_the_registry_by_one_with_keys_of_his_own(self, deployed):
        keys = deployed.folder / "docker-config" / "home" / ".ssh"
        keys.mkdir(parents=True)
        for name in ("config", "known_hosts", "id_ed25519"):
            (keys / name).write_text("# His own.\n")
        answer = deploy(deployed, {}, env={"HOME": str(keys.parent)}, VERSION="0.1.0")
        assert answer.returncode == 0, answer.stdout[-5000:]
        assert set(running().values()) == images(deployed.first)

    def test_no_inventory(self, deployed):
        answer = deploy(deployed, deployed.first, INVENTORY="ansible/inventory/none.yml")
        assert answer.returncode == 2
        assert "FAIL: expected an inventory at INVENTORY=ansible/inventory/none.yml, found none" in last_line(answer)

    def test_an_inventory_that_is_out_of_reach(self, deployed):
        answer = deploy(deployed, deployed.first, CLUSTER_NETWORK="10.78.1")
        assert answer.returncode == 2
        assert last_line(answer).startswith("FAIL: expected the engine of a manager to answer (ssh://root@10.78.1.11")

    def test_a_wrong_password_of_the_registry(self, deployed):
        answer = deploy(deployed, deployed.first, env={"DOCKER_PASSWORD": "wrong"})
        assert answer.returncode == 2
        assert "found that it refuses the user or the password" in last_line(answer)


class TestLosses:
    def test_the_database_survives_the_death_of_its_container(self, deployed):
        with Load(NODES["node2"], 8000, clients=2) as load:
            time.sleep(2)
        assert load.failures == []
        label = "label=com.docker.swarm.service.name=todobackend-deploy-platform_db"
        before = on("node1", "ps", "--quiet", "--filter", label)
        assert before
        on("node1", "kill", before)
        began = time.monotonic()
        assert eventually(lambda: ask("node2", "/readyz")[0] == 503, 20)
        assert eventually(lambda: ask("node2", "/readyz")[0] == 200)
        deployed.figures["database killed"] = {"seconds_until_ready": round(time.monotonic() - began, 1)}
        assert on("node1", "ps", "--quiet", "--filter", label) != before
        # Each application comes back by itself, and the first that is ready is not all of them.
        assert eventually(lambda: load.lost() == [], 20)

    def test_without_a_majority_nothing_is_decided_and_what_runs_goes_on(self, deployed):
        before = running()
        for node in NODES:
            for chain in ("INPUT", "OUTPUT"):
                rule = ("iptables", "-I", chain, "-p", "tcp", "--dport", "2377", "-j", "DROP")
                docker("exec", f"{STACK}lab-{node}-1", *rule)
        try:
            time.sleep(15)
            with Load(NODES["node1"], 8000, pause=SELDOM) as load:
                answer = deploy(deployed, deployed.first)
        finally:
            for node in NODES:
                for chain in ("INPUT", "OUTPUT"):
                    rule = ("iptables", "-D", chain, "-p", "tcp", "--dport", "2377", "-j", "DROP")
                    docker("exec", f"{STACK}lab-{node}-1", *rule)
        assert answer.returncode == 2
        assert last_line(answer).startswith("FAIL: expected a Swarm with a majority of its managers, found that node1")
        assert running() == before
        keep(deployed, "no majority", load)
        assert eventually(lambda: on("node1", "node", "ls", "--format", "{{.Status}}").split() == ["Ready"] * 3)
        # The managers that have found one another may call a node lost, and move what stood there.
        assert eventually(settled, 120)

    def test_what_one_node_holds_is_spread_again(self, deployed):
        set_availability("drain", "node2", "node3")
        assert eventually(lambda: settled() and all(nodes_of(name) == ["node1"] for name in SERVICES), 120)
        # The third stays away for repair: it has no edge, and nobody is to look for one there.
        set_availability("active", "node2")
        with Load(NODES["node1"], 8000) as load:
            answer = deploy(deployed, deployed.first)
        assert answer.returncode == 0, answer.stdout[-5000:]
        assert "Drained, so left out: node3" in answer.stdout
        assert eventually(settled, 120)
        assert [nodes_of(name) for name in SERVICES] == [["node1", "node2"]] * 3
        set_availability("active", "node3")
        assert eventually(lambda: ask("node3")[0] == 200)
        keep(deployed, "spread", load)

    def test_service_goes_on_when_a_node_is_lost(self, deployed):
        # Where an application runs, and not the database.
        lost = next(node for node in ("node3", "node2") if node in nodes_of("app"))
        entry = {"node3": "node2", "node2": "node3"}[lost]
        stood_on = {name: nodes_of(name) for name in SERVICES}
        with Load(NODES[entry], 8000, clients=8) as load:
            time.sleep(5)
            killed = load.elapsed
            docker("kill", f"{STACK}lab-{lost}-1")
            time.sleep(40)
        last = max([failure.at for failure in load.failures], default=killed)
        figures = {**load.report(), "seconds_with_failures": round(last - killed, 1), "stood_on": stood_on}
        deployed.figures["node killed"] = figures
        shown = json.dumps(figures, indent=1)
        # Who was being answered by the lost node may be told 502; the others are not to notice.
        assert figures["failed"] <= 8, shown
        assert figures["seconds_with_failures"] < 20, shown
        assert load.lost() == []
        # A deployment goes on without it, and says so.
        answer = deploy(deployed, deployed.first)
        assert answer.returncode == 0, answer.stdout[-5000:]
        assert f"{lost} did not answer" in answer.stdout
        docker("start", f"{STACK}lab-{lost}-1")
        assert eventually(lambda: on("node1", "node", "ls", "--format", "{{.Status}}").split() == ["Ready"] * 3, 90)
        assert eventually(lambda: ask(lost)[0] == 200, 90)


def test_undeploy_keeps_the_data(deployed):
    answer = deploy(deployed, deployed.first, "undeploy")
    assert answer.returncode == 0, answer.stdout[-5000:]
    assert running() == running(f"{STACK}-platform") == {}
    assert f"{STACK}-platform_data" in on("node1", "volume", "ls", "--format", "{{.Name}}").split()


def test_a_manager_may_be_for_deciding_alone(deployed):
    # The first of the inventory: it is asked for everything, and runs nothing. Another database, so no data.
    on("node1", "node", "update", "--label-rm", "todobackend.data", "node1")
    on("node1", "node", "update", "--label-add", "todobackend.data=true", "node2")
    set_availability("drain", "node1")
    answer = deploy(deployed, deployed.first)
    assert answer.returncode == 0, answer.stdout[-5000:]
    assert [nodes_of(name) for name in SERVICES] == [["node2", "node3"]] * 3
    assert json.loads(ask("node3")[1]) == []
    for job in ("probe", "migrate"):
        label = f"label=com.docker.swarm.service.name={STACK}-{job}"
        assert [on(node, "ps", "--all", "--quiet", "--filter", label) for node in NODES] == ["", "", ""]


def test_a_drained_database_is_found_before_anything_changes(deployed):
    set_availability("drain", "node2")
    answer = deploy(deployed, deployed.first)
    assert answer.returncode == 2
    assert last_line(answer).startswith("FAIL: expected the node that keeps the data (label todobackend.data=true) to")
    set_availability("drain", "node3")
    answer = deploy(deployed, deployed.first)
    assert answer.returncode == 2
    assert last_line(answer).startswith("FAIL: expected a node that takes containers, found node")


def test_the_lab_removes_itself(deployed):
    answer = deployed.make("registry-down")
    assert answer.returncode == 2
    assert last_line(answer).startswith("FAIL: expected no lab on the registry's network, found one")
    assert deployed.make("cluster-down").returncode == 0
    assert deployed.make("registry-down").returncode == 0
    assert not [what for what in deployed.objects() if "lab" in what or "registry" in what]
