"""Bad input from the machine and the person: one sentence, exit status 1, and nothing was touched."""

import os
import shutil
import socket
from pathlib import Path

import pytest
from conftest import docker, last_line


@pytest.fixture
def stub(tmp_path):
    """Put a command of our own before the machine's."""

    def make(name, script):
        file = tmp_path / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/bash\n{script}\n")
        file.chmod(0o755)
        return {"PATH": f"{file.parent}:{os.environ['PATH']}"}

    return make


def without_docker(tmp_path):
    """A PATH that has the machine's commands, but no docker among them."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for directory in os.environ["PATH"].split(":"):
        for command in Path(directory).glob("*") if Path(directory).is_dir() else ():
            if command.name not in ("docker", "dockerd") and not (folder / command.name).exists():
                (folder / command.name).symlink_to(command)
    return {"PATH": str(folder)}


def refused(checkout, *goals, env=None, **knobs):
    """Run make, which must refuse before it touches anything; give back its sentence."""
    before = everything()
    answer = checkout.make(*goals, env=env, **knobs)
    assert answer.returncode == 2, answer.stdout  # make's own status for a recipe that ended with 1
    assert "Error 1" in answer.stdout.splitlines()[-1]
    assert everything() == before
    assert not checkout.path("target").exists()
    sentence = last_line(answer)
    assert sentence.startswith("FAIL: expected "), answer.stdout
    assert answer.stdout.count("FAIL:") == 1, answer.stdout
    assert ", found " in sentence
    return sentence


def everything():
    """All that pipelines of this project have made on this machine."""
    compose = ("--filter", "label=com.docker.compose.project")
    lists = (("ps", "-aq", *compose), ("volume", "ls", "-q", *compose), ("network", "ls", "-q", *compose))
    return [
        set(docker(*each).split()) for each in (*lists, ("images", "-aq", "--filter", "label=todobackend.pipeline"))
    ]


class TestEngine:
    def test_no_docker(self, checkout, tmp_path):
        sentence = refused(checkout, "test", env=without_docker(tmp_path), INSTALL_ENGINE="no")
        assert "found no docker command" in sentence
        assert "Type: apt-get install docker.io" in sentence

    def test_too_old(self, checkout, stub):
        script = 'case "$*" in *Server.Version*|*ServerVersion*) echo 19.03.15 ;; *) exec /bin/false ;; esac'
        sentence = refused(checkout, "test", env=stub("docker", script))
        assert "expected Docker engine 20.10 or newer, found 19.03.15" in sentence

    def test_compose_too_old(self, checkout, stub):
        real = shutil.which("docker")
        script = f'case "$*" in "compose version"*) echo 2.3.3 ;; *) exec {real} "$@" ;; esac'
        sentence = refused(checkout, "test", env=stub("docker", script), INSTALL_ENGINE="no")
        assert "found Compose 2.3.3" in sentence

    def test_no_permission(self, checkout, stub):
        script = 'echo "permission denied while trying to connect to the Docker daemon socket" >&2; exit 1'
        sentence = refused(checkout, "test", env=stub("docker", script))
        assert "found permission denied on its socket. Type: sudo usermod -aG docker" in sentence

    def test_engine_elsewhere_is_dead(self, checkout):
        sentence = refused(checkout, "test", env={"DOCKER_HOST": "unix:///nowhere.sock"})
        assert "DOCKER_HOST=unix:///nowhere.sock, found no answer" in sentence

    def test_engine_is_dead_and_may_not_be_started(self, checkout, stub):
        script = 'echo "Cannot connect to the Docker daemon" >&2; exit 1'
        sentence = refused(checkout, "test", env=stub("docker", script), INSTALL_ENGINE="no")
        assert "found a Docker engine that does not answer" in sentence
        assert "Type: sudo systemctl start docker" in sentence

    def test_nobody_may_install_but_root(self, checkout, stub, tmp_path):
        stubs = stub("id", "echo 1000")["PATH"].split(":")[0]
        others = tmp_path / "others"
        others.mkdir()
        sentence = refused(checkout, "test", env={"PATH": f"{stubs}:{without_docker(others)['PATH']}"})
        assert "only root can change that" in sentence


class TestPlace:
    def test_disk_nearly_full(self, checkout):
        sentence = refused(checkout, "test", MIN_FREE_GIB=999999)
        assert "expected 999999 GiB free at " in sentence

    @pytest.mark.parametrize("goal", ["release", "start", "dev", "serve"])
    def test_port_taken(self, checkout, goal):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            sentence = refused(checkout, goal, HTTP_PORT=port)
        assert f"expected port {port} to be free, found another program" in sentence
        assert f"make {goal} BUILD_ID=-machine HTTP_PORT={port + 1}" in sentence

    @pytest.mark.parametrize("goal", ["release", "all", "start"])
    def test_port_of_the_page_taken(self, checkout, goal):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            sentence = refused(checkout, goal, CLIENT_PORT=port)
        assert f"expected port {port} to be free, found another program" in sentence
        assert f"make {goal} BUILD_ID=-machine HTTP_PORT={checkout.port} CLIENT_PORT={port + 1}" in sentence

    def test_one_port_for_both(self, checkout):
        sentence = refused(checkout, "release", HTTP_PORT=8123, CLIENT_PORT=8123)
        assert "expected the CLIENT_PORT to differ from the HTTP_PORT, found 8123 for both" in sentence
        assert "make release BUILD_ID=-machine HTTP_PORT=8123 CLIENT_PORT=8124" in sentence

    def test_the_other_port_is_not_proposed(self, checkout):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            sentence = refused(checkout, "release", HTTP_PORT=port, CLIENT_PORT=port + 1)
        assert f"HTTP_PORT={port + 2} CLIENT_PORT={port + 1}" in sentence

    @pytest.mark.parametrize("name", ["PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
    def test_certificates_missing(self, checkout, name):
        env = {"PIP_CERT": "", "SSL_CERT_FILE": "", "REQUESTS_CA_BUNDLE": "", name: "/nowhere/ca.pem"}
        sentence = refused(checkout, "test", env=env)
        assert f"{name}=/nowhere/ca.pem, found none" in sentence


class TestKnobs:
    @pytest.mark.parametrize("build_id", ["A", "a b", "a/b", "ü", "a;b", "a'b", 'a"b', "a.b", "x`id`"])
    def test_build_id_with_odd_characters(self, checkout, build_id):
        sentence = refused(checkout, "test", BUILD_ID=build_id)
        assert f"found '{build_id}'" in sentence

    def test_build_id_that_would_meet_another_pipeline(self, checkout):
        assert "not to end in 'dev'" in refused(checkout, "test", BUILD_ID="-xdev")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("HTTP_PORT", "0"),
            ("HTTP_PORT", "65536"),
            ("HTTP_PORT", "http"),
            ("CLIENT_PORT", "0"),
            ("CLIENT_PORT", "65536"),
            ("CLIENT_PORT", "page"),
            ("PROBE_TIMEOUT", "soon"),
            ("PROBE_DELAY", "-1"),
            ("MIN_FREE_GIB", "much"),
            ("INSTALL_ENGINE", "maybe"),
            ("PARENTS", "none"),
            ("REPO_NAME", "To Do"),
        ],
    )
    def test_knob_with_an_odd_value(self, checkout, name, value):
        assert f"found '{value}'" in refused(checkout, "test", **{name: value})


class TestTag:
    @pytest.mark.parametrize("tag", ["release", "test", "clean"])
    def test_that_is_a_target(self, checkout, tag):
        sentence = refused(checkout, "tag", tag)
        assert f"expected a tag, found '{tag}', which is a target of the Makefile" in sentence

    def test_that_is_a_target_in_the_knob(self, checkout):
        assert "found 'build'" in refused(checkout, "tag", TAGS="0.1.0 build")

    @pytest.mark.parametrize("tag", [".1", "-1", "a/b", "a:b", "x" * 129])
    def test_with_odd_characters(self, checkout, tag):
        assert f"found '{tag}'" in refused(checkout, "tag", TAGS=tag)

    def test_without_an_accepted_image(self, checkout):
        sentence = refused(checkout, "tag", "0.1.0", "latest")
        assert "expected an image that passed the acceptance tests, found none" in sentence


class TestNetwork:
    def test_mirror_away(self, checkout):
        # A recipe that nothing was made from yet, and a proxy where nobody listens.
        checkout.append("docker/parents/dpkg.conf", "# not seen yet\n")
        proxy = "http://127.0.0.1:9"
        sentence = refused(checkout, "test", env={"http_proxy": proxy, "https_proxy": proxy}, PARENTS="build")
        assert "expected this machine's Debian mirror to give the suite" in sentence
        assert "Mend the network or apt's sources" in sentence
        checkout.edit("docker/parents/dpkg.conf", "# not seen yet\n", "")

    def test_index_away(self, checkout):
        # A lock that the build has not seen yet makes pip ask the index, which is not there.
        checkout.append("src/requirements/test.txt", "# not seen yet\n")
        answer = checkout.make("test", env={"PIP_INDEX_URL": "https://index.invalid/simple", "PIP_EXTRA_INDEX_URL": ""})
        assert answer.returncode == 2
        assert last_line(answer).startswith("FAIL: expected the dev image to build, found the error above.")
        assert "docs/troubleshooting.md says which variables name a proxy" in last_line(answer)
