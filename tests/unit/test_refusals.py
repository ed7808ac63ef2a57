"""Bad input of the machine and the person: one sentence, a red exit status, and Docker only asked for its state.

A stub stands in the place of docker, so no engine is needed. It writes down how it is called.
"""

import os
import socket
import sys
from pathlib import Path

import pytest
from support.checkout import Checkout, refused
from support.commands import PORTS, run

# What only looks. Everything else would be a build, a start or a change.
LOOKS = (
    *("info", "version", "context show", "compose version", "buildx version", "ps", "image inspect", "images"),
    "network inspect",
)
ENGINE = """
case "$*" in
    *ServerVersion*) echo 28.5.2 ;;
    "compose version"*) echo 2.40.3 ;;
    "buildx version"*) ;;
    *DockerRootDir*) echo /var/lib/docker ;;
    ps* | images*) ;;
    *) exit 1 ;;
esac
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    return Checkout(tmp_path_factory.mktemp("refusals"), "-refusals")


@pytest.fixture
def calls(tmp_path):
    return tmp_path / "calls"


@pytest.fixture
def docker(stub, calls):
    """Put a stub in the place of docker: call it with a script that answers as an engine; returns the environment."""

    def make(script=ENGINE):
        return {**stub("docker", f'echo "$*" >>{calls}\n{script}'), "DOCKER_HOST": ""}

    return make


@pytest.fixture
def refuse(checkout, docker, calls):
    """Run make, which must refuse and leave everything as it was; return its sentence."""

    def make(*goals, env=None, values=(), **knobs):
        result = checkout.make(*goals, env=env or docker(), **knobs)
        sentence = refused(result, *values)
        assert result.stdout.count("FAIL:") == 1, result.stdout
        called = calls.read_text().splitlines() if calls.exists() else []
        assert [call for call in called if not call.startswith(LOOKS)] == []
        assert run("git", "status", "--porcelain", "--ignored", cwd=checkout.folder).stdout in ("", "!! .state/\n")
        return sentence

    return make


def without(folder, *names):
    """Return a PATH that has the machine's commands, but not these."""
    folder.mkdir()
    for directory in os.environ["PATH"].split(":"):
        for command in Path(directory).glob("*") if Path(directory).is_dir() else ():
            if command.name not in names and not (folder / command.name).exists():
                (folder / command.name).symlink_to(command)
    return {"PATH": str(folder)}


def test_the_stub_is_called_and_a_machine_that_is_fit_is_not_refused(checkout, docker, calls):
    result = checkout.make("doctor", env=docker(), MIN_FREE_GIB=0)
    assert result.returncode == 0, result.stdout
    assert "compose version --short" in calls.read_text()


class TestEngine:
    def test_no_docker(self, refuse, tmp_path):
        sentence = refuse("test", env=without(tmp_path / "bin", "docker", "dockerd"), INSTALL_ENGINE="no")
        assert "Type: apt-get install docker.io" in sentence

    def test_too_old(self, refuse, docker):
        refuse("test", env=docker(ENGINE.replace("28.5.2", "19.03.15")), values=["20.10", "19.03.15"])

    def test_compose_too_old(self, refuse, docker):
        refuse("test", env=docker(ENGINE.replace("2.40.3", "2.3.3")), values=["2.3.3"], INSTALL_ENGINE="no")

    def test_no_buildx(self, refuse, docker):
        script = ENGINE.replace('"buildx version"*) ;;', "")
        refuse("test", env=docker(script), values=["docker-buildx"], INSTALL_ENGINE="no")

    def test_no_permission(self, refuse, docker):
        script = 'echo "permission denied while trying to connect to the Docker daemon socket" >&2; exit 1'
        refuse("test", env=docker(script), values=["usermod -aG docker"])

    def test_engine_elsewhere_is_dead(self, refuse, docker):
        env = {**docker("exit 1"), "DOCKER_HOST": "unix:///nowhere.sock"}
        refuse("test", env=env, values=["unix:///nowhere.sock"])

    def test_engine_is_dead_and_may_not_be_started(self, refuse, docker, stub):
        stub("dockerd", "")  # a machine that has one, wherever this runs
        env = docker('echo "Cannot connect to the Docker daemon" >&2; exit 1')
        refuse("test", env=env, values=["does not answer"], INSTALL_ENGINE="no")

    def test_nobody_may_install_but_root(self, refuse, stub, tmp_path):
        stubs = stub("id", "echo 1000")["PATH"].split(":")[0]
        refuse(
            "test",
            env={"PATH": f"{stubs}:{without(tmp_path / 'bin', 'docker', 'dockerd')['PATH']}"},
            values=["only root"],
        )


class TestPython:
    """Without python3: root on Debian gets it, everybody else a sentence."""

    def test_may_not_be_installed(self, checkout, tmp_path):
        sentence = refused(checkout.make("doctor", env=without(tmp_path / "bin", "python3"), INSTALL_ENGINE="no"))
        assert "found no python3" in sentence

    def test_is_installed(self, checkout, docker, tmp_path):
        path = without(tmp_path / "bin", "python3", "apt-get", "id")["PATH"]
        apt = f"#!/bin/sh\necho $* >>{tmp_path}/apt\n[ $1 != install ] || ln -s {sys.executable} {path}/python3\n"
        for name, script in (("apt-get", apt), ("id", "#!/bin/sh\necho 0\n")):
            (tmp_path / "bin" / name).write_text(script)
            (tmp_path / "bin" / name).chmod(0o755)
        env = docker()
        result = checkout.make("engine", env={**env, "PATH": f"{env['PATH'].split(':')[0]}:{path}"}, MIN_FREE_GIB=0)
        assert result.returncode == 0, result.stdout
        assert (tmp_path / "apt").read_text().splitlines()[-1].endswith(" python3")


class TestPlace:
    def test_disk_nearly_full(self, refuse):
        refuse("test", values=["999999 GiB"], MIN_FREE_GIB=999999)

    @pytest.mark.parametrize("goal", ["release", "start", "dev", "serve"])
    def test_port_taken(self, checkout, refuse, goal):
        port = PORTS.take(2)[0]
        with socket.create_server(("127.0.0.1", port)):
            sentence = refuse(goal, HTTP_PORT=port)
        assert f"expected port {port} to be free, found another program" in sentence
        assert f"make {goal} BUILD_ID=-refusals HTTP_PORT={port + 1}" in sentence

    @pytest.mark.parametrize("goal", ["release", "all", "start"])
    def test_port_of_the_page_taken(self, checkout, refuse, goal):
        port = PORTS.take(2)[0]
        with socket.create_server(("127.0.0.1", port)):
            sentence = refuse(goal, CLIENT_PORT=port)
        assert f"expected port {port} to be free, found another program" in sentence
        assert f"make {goal} BUILD_ID=-refusals HTTP_PORT={checkout.port} CLIENT_PORT={port + 1}" in sentence

    def test_one_port_for_both(self, checkout, refuse):
        sentence = refuse("release", HTTP_PORT=8123, CLIENT_PORT=8123)
        assert "expected the CLIENT_PORT to differ from the HTTP_PORT, found 8123 for both" in sentence
        assert "make release BUILD_ID=-refusals HTTP_PORT=8123 CLIENT_PORT=8124" in sentence

    def test_the_other_port_is_not_proposed(self, checkout, refuse):
        port = PORTS.take(2)[0]
        with socket.create_server(("127.0.0.1", port)):
            sentence = refuse("release", HTTP_PORT=port, CLIENT_PORT=port + 1)
        assert f"HTTP_PORT={port + 2} CLIENT_PORT={port + 1}" in sentence

    @pytest.mark.parametrize("name", ["PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
    def test_certificates_missing(self, checkout, refuse, name):
        env = {"PIP_CERT": "", "SSL_CERT_FILE": "", "REQUESTS_CA_BUNDLE": "", name: "/nowhere/ca.pem"}
        sentence = refuse("test", env=env)
        assert f"{name}=/nowhere/ca.pem, found none" in sentence


class TestKnobs:
    @pytest.mark.parametrize("build_id", ["A", "a b", "a/b", "ü", "a;b", "a'b", 'a"b', "a.b", "x`id`"])
    def test_build_id_with_odd_characters(self, refuse, build_id):
        refuse("test", values=[f"'{build_id}'"], BUILD_ID=build_id)

    def test_build_id_that_would_meet_another_pipeline(self, refuse):
        refuse("test", values=["'-xdev'"], BUILD_ID="-xdev")

    def test_of_other_programs_count_after_the_verb_alone(self, refuse, docker, checkout):
        refuse("rename", env={**docker(), "NAME": "shop", "APP": "basket"}, values=["NAME=''", "APP=''"])
        show = "--eval=show: ; @echo '[$(VERSION)$(FILE)$(T)$(TAGS)]'"
        given = dict.fromkeys(("VERSION", "FILE", "T", "TAGS"), "9")
        assert checkout.make(show, "show", env=given).stdout == "[]\n"
        assert checkout.make(show, "show", **given).stdout == "[9999]\n"

    def test_knob_with_an_odd_value(self, refuse):
        refuse("test", values=["HTTP_PORT", "'http'"], HTTP_PORT="http")


class TestEnvironment:
    """What a user exported for other programs changes nothing."""

    def test_cdpath(self, checkout, docker):
        result = checkout.make("doctor", env={**docker(), "CDPATH": "."}, MIN_FREE_GIB=0)
        assert result.returncode == 0, result.stdout

    @pytest.mark.parametrize("goal", ["stop", "clean"])
    def test_variables_of_compose(self, checkout, docker, calls, goal):
        script = f'echo "other: $COMPOSE_PROJECT_NAME$COMPOSE_FILE" >>{calls}\n{ENGINE.replace("*) exit 1", "*)")}'
        env = {**docker(script), "COMPOSE_PROJECT_NAME": "a-name", "COMPOSE_FILE": "a-file"}
        result = checkout.make(goal, env=env)
        assert result.returncode == 0, result.stdout
        assert "compose" in calls.read_text()
        assert "a-name" not in calls.read_text()
        assert "a-file" not in calls.read_text()

    def test_a_closed_pipe_does_not_stop_a_verb(self, checkout, docker):
        env = {**os.environ, **docker(), "MIN_FREE_GIB": "0"}
        command = ["bash", "-c", "set -o pipefail; make doctor 2>&1 >/dev/full"]
        result = run(*command, cwd=checkout.folder, env=env)
        assert (result.returncode, result.stdout) == (0, "")

    def test_a_full_disk_does_not_keep_from_making_room(self, checkout, docker):
        result = checkout.make("stop", env=docker(ENGINE.replace("*) exit 1", "*)")), MIN_FREE_GIB=999999)
        assert result.returncode == 0, result.stdout


class TestTag:
    @pytest.mark.parametrize("tag", ["release", "test", "clean"])
    def test_that_is_a_target(self, refuse, tag):
        refuse("tag", tag, values=[f"'{tag}'"])

    @pytest.mark.parametrize("tag", [".1", "-1", "a/b", "a:b", "x" * 129, "build", "ä"])
    def test_in_the_knob(self, refuse, tag):
        refuse("tag", values=[f"'{tag}'"], TAGS=f"0.1.0 {tag}")

    @pytest.mark.parametrize("tag", ["a:b", "localhost:5000/a"])
    def test_that_is_no_goal_of_make(self, refuse, tag):
        refuse("tag", "0.1.0", tag, values=[f"'{tag}'"])

    @pytest.mark.parametrize("goal", ["tag", "buildtag"])
    def test_that_make_takes_for_a_variable(self, checkout, docker, calls, goal):
        result = checkout.make(goal, "a=b", env=docker())
        assert result.returncode == 2
        assert "'a=b'" in result.stdout
        assert not calls.exists()

    def test_without_an_accepted_image(self, refuse):
        refuse("tag", "0.1.0", "latest", values=["make release"])


class TestSecrets:
    @pytest.mark.parametrize("name", ["DOCKER_PASSWORD", "TWINE_PASSWORD"])
    def test_a_password_on_the_command_line_is_refused(self, checkout, docker, calls, name):
        result = checkout.make("login", env=docker(), **{name: "seen"})
        assert result.returncode == 2
        assert f"expected {name} in the environment" in result.stdout
        assert not calls.exists()
