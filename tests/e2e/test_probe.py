"""The agent gates: it waits for MySQL itself, and says so when it gives up."""

import json

import pytest
from support.checkout import refused
from support.commands import docker, run

COMMAND = "    command:\n      - --skip-log-bin\n"
LATE = '    entrypoint: ["sh", "-c", "sleep 8; exec docker-entrypoint.sh \\"$$@\\"", "sh"]\n'
ABSENT = '    entrypoint: ["sleep", "60"]\n'


@pytest.fixture(scope="module")
def agent(checkout):
    """The agent's image, and a network for it alone."""
    checkout.must("test", T="test_migrations")
    network = f"{checkout.dev_project}_probe"
    docker("network", "create", "--label", f"com.docker.compose.project={checkout.dev_project}", network)
    yield f"todobackend-agent:built{checkout.build_id}", network
    docker("network", "rm", network)


def probe(agent, host, seconds):
    image, network = agent
    return run(
        *("docker", "run", "--rm", "--network", network, "-e", f"PROBE_HOST={host}", "-e", "PROBE_PORT=3306"),
        *("-e", f"PROBE_TIMEOUT={seconds}", image),
    )


def test_mysql_absent_fails_with_the_sentence(agent):
    answer = probe(agent, "nobody", 5)
    assert answer.returncode == 2
    assert "FAIL: expected MySQL to answer on nobody:3306, found silence for 5 s. Look at" in answer.stdout


def test_an_open_port_that_is_not_mysql_fails(agent):
    image, network = agent
    code = (
        "import socket\ns = socket.create_server(('', 3306))\n"
        "while True:\n    c, _ = s.accept(); c.sendall(b'HTTP/1.1 200 OK\\r\\n\\r\\n')"
    )
    other = docker("run", "-d", "--rm", "--network", network, "--entrypoint", "python3", image, "-c", code)
    try:
        address = json.loads(docker("inspect", other))[0]["NetworkSettings"]["Networks"][network]["IPAddress"]
        answer = probe(agent, address, 4)
    finally:
        docker("rm", "-f", other)
    assert answer.returncode == 2
    assert f"expected MySQL to answer on {address}:3306" in answer.stdout


def test_settings_that_are_no_numbers_are_refused(agent):
    answer = probe(agent, "nobody", "soon")
    assert answer.returncode == 2
    assert "FAIL: expected whole numbers in PROBE_PORT, PROBE_DELAY and PROBE_TIMEOUT" in answer.stdout


class TestStage:
    """The same, seen from make: the database's command is changed in the copy's compose file."""

    COMPOSE = "docker/dev/docker-compose.yml"

    def test_mysql_late_is_waited_for(self, agent, checkout):
        # The server starts 8 seconds after its container.
        with checkout.edited(self.COMPOSE, COMMAND, LATE + COMMAND):
            checkout.must("test", T="test_migrations")

    def test_mysql_absent_fails_the_stage_and_no_test_runs(self, agent, checkout):
        with checkout.edited(self.COMPOSE, COMMAND, ABSENT + COMMAND):
            result = checkout.make("test", PROBE_TIMEOUT=4)
        refused(result, "db:3306", "4 s")
        assert "Ran " not in result.stdout
        assert not checkout.path("reports/unittests.xml").exists()
