"""Verbs that act outside of a pipeline: the engine, the parents, the registry, the lab, deployments, the tree."""

import contextlib
import importlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
from support.commands import ROOT, run
from support.fake_engine import FakeEngine, on, said
from support.recorder import ENGINE, KNOBS, context

from pipeline import __main__, lock
from pipeline.commands import docker, mmdebstrap
from pipeline.errors import InfrastructureError, ReportedError, VerdictError
from pipeline.runner import Result, Runner
from pipeline.stages import (
    base,
    bench,
    ci_server,
    cluster,
    deploy,
    engine,
    exercise,
    lab_down,
    login,
    logout,
    parents,
    python_env,
    registry,
    rename,
    rollback,
    tests,
    undeploy,
)


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A checkout on an engine that has the parents."""
    monkeypatch.setattr(lock, "pipeline_file", lambda pipeline: tmp_path / f"{pipeline}.lock")
    root = tmp_path / "checkout"
    (root / ".state/network").mkdir(parents=True)
    (root / ".state/parents.env").write_text(
        "DEBIAN_PARENT=debian:13\nMYSQL_PARENT=mysql:9.7\nPACKAGES_AS_OF=2026-01-01\n"
    )
    (root / "docker").mkdir()
    (root / "docker/images.yml").write_text("image: ${DEV_IMAGE:?}\n")
    found = FakeEngine(root)
    found.images |= {"debian:13": "sha256:debian", "mysql:9.7": "sha256:mysql"}
    return found


def ran(runner, *words):
    return [command for command in runner.commands if set(words) <= set(command)]


class TestEngine:
    """What is missing of it is installed and started, where this run may."""

    @pytest.fixture
    def bare(self, made, monkeypatch):
        """A Debian machine without an engine: what apt installs is there from then on."""
        monkeypatch.setattr(engine, "is_debian", lambda: True)
        monkeypatch.setattr(engine.shutil, "which", lambda name: made.tools.get(name))
        monkeypatch.setattr(engine, "start_daemon", lambda this: made.commands.append(("dockerd",)))
        made.tools = {}
        made.results = {"id -u": Result(0, "0"), "ServerVersion": Result(0, "20.10.24")}
        made.results["compose version"] = Result(0, "v2.26.1")
        plain = made.note

        def note(command):
            result = plain(command)
            if "docker.io" in command and result.status == 0:
                made.tools |= {"docker": "x", "dockerd": "x"}
            if "docker-buildx" in command and result.status == 0:
                made.results.pop("buildx version", None)
            return result

        monkeypatch.setattr(made, "note", note)
        return made

    def test_is_left_alone_where_it_answers(self, made):
        made.results = {" ".join(command): result for command, result in ENGINE.items()}
        engine.ensure(on(made))
        assert len(made.commands) == len(ENGINE)

    def test_is_said_to_be_ready_by_its_own_verb(self, bare):
        bare.tools = {"git": "x"}
        this = on(bare)
        this.configuration.goals = "engine"
        engine.run(this)
        assert said(this)[-1].startswith("Ready: Docker engine 20.10.24, Compose 2.26.1.")

    def test_is_installed_and_started(self, bare):
        this = on(bare)
        engine.ensure(this)
        assert [command[:2] for command in bare.commands[:4]] == [
            *(("id", "-u"), ("apt-get", "-qq"), ("env", "DEBIAN_FRONTEND=noninteractive")),
            ("systemctl", "start") if Path("/run/systemd/system").is_dir() else ("dockerd",),
        ]
        assert "INSTALL_ENGINE=no refuses" in said(this, "info")[0]

    @pytest.mark.parametrize(
        ("tools", "answer", "knobs", "words"),
        [
            ({}, "", {"INSTALL_ENGINE": "no"}, "forbids helping"),
            ({"docker": "x"}, "permission denied", {}, "usermod -aG docker"),
            ({"docker": "x"}, "Cannot connect", {"INSTALL_ENGINE": "no"}, "without an engine"),
            ({"docker": "x", "dockerd": "x"}, "Cannot connect", {"INSTALL_ENGINE": "no"}, "does not answer"),
        ],
    )
    def test_that_does_not_answer_is_a_sentence(self, bare, tools, answer, knobs, words):
        bare.tools = tools
        bare.results["ServerVersion"] = Result(1, answer)
        with pytest.raises(VerdictError, match=words):
            engine.ensure(on(bare, **knobs))

    @pytest.mark.parametrize(
        ("answer", "advice"),
        [
            ("client version 1.52 is too new. Maximum supported API version is 1.41", "upgrade the older one"),
            ("x509: certificate signed by unknown authority", "DOCKER_CERT_PATH"),
            ('context "away": context not found', "docker context use default"),
        ],
    )
    def test_that_does_not_answer_says_why(self, bare, answer, advice):
        bare.tools = {"docker": "x", "dockerd": "x"}
        bare.results["ServerVersion"] = Result(1, answer)
        with pytest.raises(VerdictError) as refusal:
            engine.ensure(on(bare))
        assert answer in str(refusal.value)
        assert advice in str(refusal.value)

    def test_of_another_context_is_not_started_here(self, bare):
        bare.tools = {"docker": "x", "dockerd": "x"}
        bare.results |= {"ServerVersion": Result(1, "no"), "context show": Result(0, "away")}
        with pytest.raises(VerdictError, match="engine at the context away, found: no"):
            engine.ensure(on(bare))

    def test_elsewhere_is_not_started_here(self, bare):
        bare.tools = {"docker": "x"}
        bare.user_environment = {"DOCKER_HOST": "ssh://me@there"}
        bare.results["ServerVersion"] = Result(1, "no")
        with pytest.raises(VerdictError, match="engine at ssh://me@there"):
            engine.ensure(on(bare))

    def test_a_stopped_one_is_started_and_waited_for(self, bare, monkeypatch):
        bare.tools = {"docker": "x", "dockerd": "x"}
        answers = iter([Result(1, "no"), Result(1, "no"), Result(0, "20.10.24"), Result(0, "20.10.24")])
        plain = bare.capture

        def capture(command, **options):
            return next(answers) if tuple(command) == docker.info("ServerVersion") else plain(command, **options)

        monkeypatch.setattr(bare, "capture", capture)
        monkeypatch.setattr(engine.time, "sleep", lambda seconds: None)
        engine.ensure(on(bare))
        assert next(answers, "asked four times") == "asked four times"

    def test_one_that_stays_silent_is_given_up(self, bare, monkeypatch):
        monkeypatch.setattr(engine, "START_SECONDS", 0)
        monkeypatch.setattr(engine.time, "sleep", lambda seconds: None)
        bare.results["ServerVersion"] = Result(1, "")
        with pytest.raises(InfrastructureError, match="found silence"):
            engine.ensure(on(bare))

    @pytest.mark.parametrize(
        ("others", "words"),
        [
            ({"is_debian": False}, "Install Docker Desktop"),
            ({"id -u": Result(0, "1000")}, "only root"),
            ({"apt-get -qq update": Result(1, "")}, "package mirror"),
            ({"docker.io": Result(1, "E: broken")}, "apt-get to install docker.io"),
            ({"ServerVersion": Result(0, "19.03.15")}, r"20\.10 or newer, found 19\.03\.15"),
        ],
    )
    def test_what_cannot_be_is_a_sentence(self, bare, monkeypatch, others, words):
        if others.pop("is_debian", True) is False:
            monkeypatch.setattr(engine, "is_debian", lambda: False)
        bare.results |= others
        with pytest.raises((VerdictError, InfrastructureError), match=words):
            engine.ensure(on(bare))

    @pytest.mark.parametrize(
        ("policy", "packages"),
        [
            ({"policy docker-compose-v2": "  Candidate: 2.24.6"}, ["docker-compose-v2", "docker-buildx"]),
            ({"policy docker-compose": "  Candidate: 2.26.1-4"}, ["docker-compose", "docker-buildx"]),
            ({"policy docker-compose": "  Candidate: 1.29.2-3", "indextargets": "https://mirror/debian"}, []),
        ],
    )
    def test_compose_comes_from_where_it_is_new_enough(self, bare, monkeypatch, policy, packages):
        bare.tools = {"docker": "x"}
        versions = iter(["2.3.3", "2.26.1"])
        monkeypatch.setattr(engine, "compose_version", lambda this: next(versions))
        monkeypatch.setattr(engine.shutil, "chown", lambda path, user: None)
        bare.results |= {f"{words}": Result(0, text) for words, text in sorted(policy.items(), reverse=True)}
        bare.results.setdefault("policy docker-compose-v2", Result(0, "  Candidate: (none)"))
        bare.results = dict(sorted(bare.results.items(), key=lambda item: -len(item[0])))
        engine.ensure(on(bare))
        (installed,) = ran(bare, "install")
        assert list(installed[-len(packages) :]) == packages if packages else ran(bare, "download", "docker-compose")

    def test_compose_that_stays_too_old_is_a_sentence(self, bare):
        bare.tools = {"docker": "x"}
        bare.results |= {"compose version": Result(0, "2.3.3"), "docker-compose": Result(0, "  Candidate: 2.26.1")}
        with pytest.raises(InfrastructureError, match=r"found Compose 2\.3\.3"):
            engine.ensure(on(bare))
        bare.results["compose version"] = Result(1, "")
        with pytest.raises(VerdictError, match="no Compose plugin"):
            engine.ensure(on(bare, INSTALL_ENGINE="no"))

    def test_buildx_is_installed_too(self, bare):
        bare.tools = {"docker": "x"}
        bare.results |= {"buildx version": Result(1, ""), "policy docker-compose": Result(0, "  Candidate: 2.26.1")}
        engine.ensure(on(bare))
        assert ran(bare, "install", "docker-buildx")

    def test_without_a_source_of_packages_it_says_so(self, bare):
        with pytest.raises(VerdictError, match="package source"):
            engine.install_plugins_of_debian_13(on(bare))
        bare.results |= {"indextargets": Result(0, "https://mirror/debian"), "env -C": Result(1, "")}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine.shutil, "chown", lambda path, user: None)
            with pytest.raises(InfrastructureError, match="to download"):
                engine.install_plugins_of_debian_13(on(bare))

    @pytest.mark.parametrize(
        ("found", "wanted", "enough"),
        [("2.20", "2.20", True), ("2.9.1", "2.20", False), ("28.5.2", "20.10", True), ("", "2.20", False)],
    )
    def test_versions_are_compared_by_their_numbers(self, found, wanted, enough):
        assert engine.at_least(found, wanted) is enough

    def test_a_daemon_gets_no_file_of_ours(self, made, monkeypatch, tmp_path):
        started = []
        monkeypatch.setattr(engine, "LOG", tmp_path / "dockerd.log")
        files = {name: tmp_path / f"{name}.pid" for name in ("dockerd", "containerd")}
        monkeypatch.setattr(engine, "PID_FILES", files)
        monkeypatch.setattr(engine.subprocess, "Popen", lambda command, **options: started.append((command, options)))
        files["dockerd"].write_text("999999999")
        files["containerd"].write_text(str(os.getpid()))  # somebody else by now
        engine.start_daemon(on(made))
        ((command, options),) = started
        assert command == ("dockerd",)
        assert options["start_new_session"]
        assert options["stdin"] == subprocess.DEVNULL
        assert not any(file.exists() for file in files.values())


class TestParents:
    PINS = (
        "DEBIAN_IMAGE=debian:13.7-slim\nMYSQL_IMAGE=mysql:9.7.4\n"
        "DEBIAN_SUITE=trixie\nMYSQL_SUITE=sid\nDEBIAN_LINE=13\nMYSQL_LINE=9.7\nPACKAGES_AS_OF=2026-01-01\n"
    )
    OWN = ("todobackend-parent-debian:13", "todobackend-parent-mysql:9.7")

    @pytest.fixture
    def machine(self, made, monkeypatch):
        """A machine that reaches no registry, and has Debian's packages."""
        folder = made.root / parents.FOLDER
        folder.mkdir(parents=True)
        (folder / "pins.env").write_text(self.PINS)
        for names in parents.RECIPES.values():
            for name in names:
                (folder / name).write_text(name)
        made.images, made.tools = {}, {"mmdebstrap": "x", "apt-get": "x"}
        monkeypatch.setattr(parents.shutil, "which", lambda name: made.tools.get(name))
        monkeypatch.setattr(parents.os, "access", lambda path, mode: True)
        monkeypatch.setattr(parents, "pull", lambda this, parent: "no such host")
        plain = made.run

        def run(command, **options):
            if "mmdebstrap" in command:
                self.write(Path(next(word for word in command if word.endswith(".tar"))), command)
            elif command[:2] == ("docker", "import"):
                label = next(word for word in command if word.startswith("LABEL"))
                made.images[command[-1]] = f"sha256:{command[-1]}"
                made.labels[made.images[command[-1]]] = {parents.LABEL: label.rpartition("=")[2]}
            return plain(command, **options)

        monkeypatch.setattr(made, "run", run)
        # The makers have runners of their own, which write to a log.
        monkeypatch.setattr(made, "writing_to", lambda file: made)
        return made

    mysql = "9.7.4-1"

    def write(self, file, command):
        texts = {"debian": "13.7\n", "mysql": f"Package: mysql-server-core\nStatus: ok\nVersion: {self.mysql}\n\n"}
        member = {"debian": "./etc/debian_version", "mysql": "./var/lib/dpkg/status"}[file.stem]
        with tarfile.open(file, "w") as archive:
            found = tarfile.TarInfo(member)
            found.size = len(texts[file.stem])
            archive.addfile(found, io.BytesIO(texts[file.stem].encode()))

    def names(self, machine):
        text = (machine.root / ".state/parents.env").read_text()
        *names, day = [line.partition("=")[2] for line in text.splitlines()]
        assert day == parents.read_pins(on(machine))["PACKAGES_AS_OF"]
        return names

    def test_are_made_from_packages_once(self, machine):
        this = on(machine, "parents")
        parents.run(this)
        assert self.names(machine) == list(self.OWN)
        assert said(this)[-1].endswith("Next: make base")
        machine.commands.clear()
        parents.run(on(machine))
        assert not ran(machine, "mmdebstrap")
        (machine.root / parents.FOLDER / "mysql.cnf").write_text("another")
        parents.run(on(machine))
        assert len([command for command in machine.commands if "mmdebstrap" in command]) == 1

    def test_are_made_while_a_run_holds_locks(self):
        runner = Runner(ROOT, {})
        runner.locks = [3, 4, 5]
        assert parents.with_one_lock(runner).locks == [5]
        assert runner.locks == [3, 4, 5]

    def test_of_a_registry_are_taken_first(self, machine):
        machine.images |= {"debian:13.7-slim": "a", "mysql:9.7.4": "b"}
        parents.run(on(machine))
        assert self.names(machine) == ["debian:13.7-slim", "mysql:9.7.4"]
        parents.run(on(machine, PARENTS="build"))
        assert self.names(machine) == list(self.OWN)

    def test_of_another_day_are_made_anew(self, machine):
        parents.run(on(machine))
        machine.commands.clear()
        parents.renew(on(machine))
        assert len([command for command in machine.commands if "mmdebstrap" in command]) == 2
        day = time.strftime("%Y-%m-%d", time.gmtime())
        pins = self.PINS.replace("2026-01-01", day)
        assert (machine.root / parents.PINS).read_text() == pins

    def test_of_a_registry_are_pulled_anew_or_the_run_ends(self, machine, monkeypatch):
        machine.images |= {"debian:13.7-slim": "a", "mysql:9.7.4": "b"}
        with pytest.raises(InfrastructureError, match=r"debian:13\.7-slim once more, found: no such host"):
            parents.renew(on(machine))
        monkeypatch.setattr(parents, "pull", lambda this, parent: machine.images.update({parent.registry_name: "new"}))
        parents.renew(on(machine))
        assert set(machine.images.values()) == {"new"}

    def test_that_were_named_are_asked_for_at_the_registry(self, machine, monkeypatch):
        parents.run(on(machine))
        monkeypatch.setattr(
            parents, "pull", lambda this, parent: machine.images.setdefault(parent.registry_name, "x") and ""
        )
        parents.run(on(machine, DEBIAN_IMAGE="debian:13-mine"))
        assert self.names(machine) == ["debian:13-mine", self.OWN[1]]

    def test_of_a_registry_alone_or_none(self, machine):
        with pytest.raises(VerdictError, match=r"debian:13\.7-slim and mysql:9\.7\.4, found: no such host"):
            parents.run(on(machine, PARENTS="pull"))

    def test_are_made_of_what_apt_on_this_machine_says(self, machine):
        machine.results = {
            "Label: Debian-Security": Result(0, "https://mirror/security"),
            "Label: Debian": Result(0, "https://mirror/debian/"),
            "Check-Valid-Until": Result(0, "value='false'"),
            "Acquire::http::Proxy": Result(0, "value='http://proxy:3128'"),
        }
        parents.run(on(machine))
        commands = [command for command in machine.commands if "mmdebstrap" in command]
        made_debian, made_mysql = sorted(commands, key=lambda command: "sid" in command)
        line = "deb [signed-by={}] https://mirror/{} main"
        assert [word for word in made_debian if word.startswith("deb ")] == [
            line.format(mmdebstrap.KEYRING, place)
            for place in ("debian trixie", "debian trixie-updates", "security trixie-security")
        ]
        assert [word for word in made_mysql if word.startswith("deb ")] == [
            line.format(mmdebstrap.KEYRING, "debian sid")
        ]
        assert "http_proxy=http://proxy:3128" in made_debian
        assert '--aptopt=Acquire::Check-Valid-Until "false"' in made_debian
        assert "--include=ca-certificates" in made_debian

    @pytest.mark.parametrize(
        ("results", "words"),
        [
            ({"mmdebstrap --aptopt": Result(1, "")}, "mmdebstrap to make Debian"),
            ({"docker import": Result(1, "")}, "docker to import"),
            ({"Label: Debian": Result(0, "https://m"), "apt-helper": Result(1, "")}, "give the suite"),
        ],
    )
    def test_that_cannot_be_made_are_a_sentence(self, machine, results, words):
        machine.results = results
        with pytest.raises(InfrastructureError, match=words):
            parents.run(on(machine))
        assert not (machine.root / ".state/parents.env").exists() or "parent" not in self.names(machine)[0]

    def test_of_another_line_are_refused(self, machine, monkeypatch):
        monkeypatch.setattr(TestParents, "mysql", "10.0.1-1")
        with pytest.raises(VerdictError, match=r"expected MySQL 9\.7 from Debian's packages, found '10\.0\.1-1'"):
            parents.run(on(machine))

    def test_that_vanish_at_once_are_a_sentence(self, machine, monkeypatch):
        monkeypatch.setattr(parents, "obtain", lambda this, absent: None)
        with pytest.raises(InfrastructureError, match="one of them gone"):
            parents.run(on(machine))

    @pytest.mark.parametrize(
        ("tools", "user", "words"),
        [({}, 0, "name images that it has"), ({"apt-get": "x"}, 1000, "sudo apt-get install mmdebstrap")],
    )
    def test_nobody_but_root_installs_the_tool(self, machine, monkeypatch, tools, user, words):
        machine.tools = tools
        monkeypatch.setattr(parents.os, "geteuid", lambda: user)
        with pytest.raises(VerdictError, match=words):
            parents.run(on(machine))

    def test_root_does(self, machine, monkeypatch):
        machine.tools = {"apt-get": "x"}
        monkeypatch.setattr(parents.os, "geteuid", lambda: 0)
        parents.run(on(machine))
        assert ran(machine, "install", "mmdebstrap")

    @pytest.mark.parametrize(
        ("script", "expected"),
        [
            ("echo Pulling from library/debian; exit 0", ""),
            ("echo Error: lookup registry: no such host; exit 1", "no such host"),
            ("exec sleep 60", "nothing within 0 s"),
        ],
    )
    def test_a_pull_is_limited_in_time(self, tmp_path, monkeypatch, script, expected):
        (tmp_path / "docker").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "docker").chmod(0o755)
        monkeypatch.setattr(parents, "ANSWER_SECONDS", 0 if "sleep" in script else 20)
        this = context(Runner(ROOT, {"PATH": f"{tmp_path}:{os.environ['PATH']}"}), ROOT)
        assert parents.pull(this, parents.Parent(this, "debian")) == expected


def test_base_says_what_it_stands_on(made):
    this = on(made, "base")
    base.run(this)
    assert said(this) == ["The base image todobackend-base:built stands on debian:13. Next: make test"]
    assert (made.root / ".state/compose.env").exists()


class TestRegistry:
    @pytest.fixture
    def started(self, made):
        made.results = {"htpasswd": Result(0, "todobackend:hash")}
        registry.run(on(made))
        return made

    def test_has_one_user_whose_password_is_private(self, started):
        folder = started.root / ".state/registry"
        password = (folder / "password").read_text()
        assert f"export DOCKER_PASSWORD={password}\n" in (folder / "env").read_text()
        assert {(folder / name).stat().st_mode & 0o777 for name in ("env", "password")} == {0o600}
        assert (folder / "users/registry").read_text() == "todobackend:hash\n"
        assert not any(password in word for command in started.commands for word in command)
        registry.run(on(started))
        assert (folder / "password").read_text() == password

    def test_that_does_not_start_is_a_sentence(self, made):
        made.results = {"htpasswd": Result(1, "")}
        with pytest.raises(InfrastructureError, match="htpasswd"):
            registry.run(on(made))
        made.results = {"htpasswd": Result(0, "x"), "up --detach": Result(1, "")}
        with pytest.raises(InfrastructureError, match="docker logs todobackendlab-registry-1"):
            registry.run(on(made))

    def test_goes_with_what_it_holds(self, started):
        started.results = {"docker ps": Result(0, "an-id")}
        lab_down.run(on(started))
        assert not (started.root / ".state/registry").exists()
        asked = [command for command in started.commands if command[:2] == ("docker", "ps")]
        projects = [re.search(r"compose\.project=(\S+)", " ".join(command))[1] for command in asked]
        assert projects[0] == "todobackendlab"

    def test_login_and_logout(self, made):
        with pytest.raises(VerdictError, match="no DOCKER_USER"):
            login.run(on(made))
        made.user_environment = {"DOCKER_USER": "me", "DOCKER_PASSWORD": "hunter2"}
        this = on(made, DOCKER_REGISTRY="localhost:5000")
        login.run(this)
        assert made.commands == [("docker", "login", "--username", "me", "--password-stdin", "localhost:5000")]
        logout.run(this)
        made.results = {"docker login": Result(1, "unauthorized"), "docker logout": Result(1, "")}
        with pytest.raises(VerdictError, match=r"to log in to docker.io as me, found that it refuses"):
            login.run(on(made))
        with pytest.raises(InfrastructureError, match="docker logout"):
            logout.run(on(made))


class TestCluster:
    @pytest.fixture
    def lab(self, made):
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for name in cluster.KEYS:
                member = tarfile.TarInfo(f"./{name}")
                member.size, member.mode = len("type key me"), 0o600
                tar.addfile(member, io.BytesIO(b"type key me"))
        made.keys = archive.getvalue()
        made.pipe = lambda command, data=b"": made.note(command) and made.keys
        return made

    def test_has_keys_of_its_own_and_makes_its_nodes_anew_for_them(self, lab):
        this = on(lab)
        cluster.run(this)
        folder = lab.root / ".state/cluster"
        assert (folder / "ssh/known_hosts").read_text() == "10.77.0.11,10.77.0.12,10.77.0.13 type key\n"
        assert "Host 10.77.0.11 10.77.0.12 10.77.0.13\n" in (folder / "ssh/config").read_text()
        assert (folder / "node/host_key").stat().st_mode & 0o777 == 0o600
        assert ran(lab, "up", "--force-recreate")
        assert "make deploy INVENTORY=ansible/inventory/lab.yml" in said(this)[-1]
        lab.commands.clear()
        cluster.run(on(lab))
        assert ran(lab, "up")
        assert not ran(lab, "--force-recreate")
        lab_down.run(on(lab))
        assert not folder.exists()

    @pytest.mark.parametrize("value", ["10.77", "10.77.256", "a.b.c", "10.77.0.0"])
    def test_of_no_network_is_refused(self, lab, value):
        with pytest.raises(VerdictError, match="three numbers from 0 to 255"):
            cluster.run(on(lab, CLUSTER_NETWORK=value))
        assert lab.commands == []

    def test_that_does_not_start_is_a_sentence(self, lab):
        lab.results["up --detach"] = Result(1, "")
        with pytest.raises(InfrastructureError, match=r"CLUSTER_NETWORK=10\.78\.0"):
            cluster.run(on(lab))
        lab.keys = None
        (lab.root / ".state/cluster/ssh/id_ed25519").unlink()
        with pytest.raises(InfrastructureError, match="to make keys"):
            cluster.run(on(lab))


class TestCiServer:
    def test_polls_this_checkout_under_its_own_name(self, made):
        made.results = {"stat -c": Result(0, "998")}
        this = on(made, BUILD_ID="-7", CI_PORT="8110")
        ci_server.run(this)
        text = (made.root / ".state/compose-7.env").read_text()
        for line in (
            f"CI_REPOSITORY='{made.root}'",
            f"CI_MOUNT='{made.root}'",
            "CI_BUILD_ID='-7-ci-server'",
            "CI_HTTP_PORT='8111'",
            f"CI_USER='{os.getuid()}:998'",
        ):
            assert f"{line}\n" in text
        password = (made.root / ".state/ci-server-7/password").read_text()
        assert password not in text
        assert "polls this checkout" in said(this)[-1]

    def test_polls_an_address_or_a_folder(self, made, tmp_path):
        ci_server.run(on(made, CI_REPOSITORY="https://git.example/todo.git"))
        assert "CI_REPOSITORY='https://git.example/todo.git'\n" in (made.root / ".state/compose.env").read_text()
        ci_server.run(on(made, CI_REPOSITORY=str(tmp_path)))
        assert f"CI_MOUNT='{tmp_path}'\n" in (made.root / ".state/compose.env").read_text()
        with pytest.raises(VerdictError, match="nothing at 'nowhere'"):
            ci_server.run(on(made, CI_REPOSITORY="nowhere"))

    def test_that_does_not_answer_is_a_sentence_and_its_end_takes_all_away(self, made):
        made.results = {"up --detach": Result(1, "")}
        with pytest.raises(InfrastructureError, match="CI server to answer"):
            ci_server.run(on(made))
        lab_down.run(on(made))
        assert not (made.root / ".state/ci-server").exists()


def ended(version, name, before):
    """Return the result of a play."""
    return json.dumps({"message": "", "stats": {"version": version, "name": name, "before": before}})


class TestDeploy:
    @pytest.fixture
    def published(self, made, tmp_path, monkeypatch):
        """A published release, an inventory, and a home with a login and a key."""
        (made.root / "ansible/inventory").mkdir(parents=True)
        (made.root / "ansible/inventory/local.yml").write_text("all: {}\n")
        (made.root / "target").mkdir()
        (made.root / "target/release.json").write_text("{}")
        for place in (".docker/config.json", ".ssh/id_ed25519", ".ssh/config"):
            (tmp_path / "home" / place).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "home" / place).write_text(place)
        monkeypatch.setattr(deploy.Path, "home", lambda: tmp_path / "home")
        made.results = {"deploy.yml": Result(0, ended("0.1.0", "1", ""))}

        def show(command, is_shown=None):
            result = made.note(command)
            folder = next(word for word in command if word.endswith(":/result")).partition(":")[0]
            deploy.Path(folder, "result.json").write_text(result.output)
            return result

        monkeypatch.setattr(made, "show", show)
        return made

    def on(self, runner, **knobs):
        return on(runner, INVENTORY="ansible/inventory/local.yml", **knobs)

    def test_says_what_runs_and_what_may_follow(self, published):
        this = self.on(published)
        deploy.run(this)
        assert said(this)[-1].startswith("Release 0.1.0 (1) runs; before it: none. Done in")
        assert "make undeploy INVENTORY=ansible/inventory/local.yml" in said(this)[-1]
        (command,) = ran(published, "deploy.yml")
        for word in ("--read-only", "no-new-privileges:true", "stack=todobackend", "/inventory/local.yml"):
            assert word in command
        assert (published.root / "reports/deploy.log").exists()
        published.results["deploy.yml"] = Result(0, ended("0.2.0", "2", "1"))
        deploy.run(this)
        assert "make rollback" in said(this)[-1]

    def test_rollback_and_undeploy_need_no_registry(self, published):
        published.results |= {
            "rollback.yml": Result(0, ended("0.1.0", "1", "")),
            "undeploy.yml": Result(0, '{"message": "", "stats": {}}'),
        }
        (published.root / "target/release.json").unlink()
        this = self.on(published)
        rollback.run(this)
        assert "goes forward again" in said(this)[-1]
        undeploy.run(this)
        assert "data, secrets and history are kept" in said(this)[-1]
        assert not ran(published, "pull")

    @pytest.mark.parametrize(
        ("status", "result", "words"),
        [
            (2, '{"message": "expected a node", "stats": {}}', "^expected a node$"),
            (2, '{"message": "", "stats": {}}', r"reports/deploy\.log"),
            (0, "", r"reports/deploy\.log"),
            (0, '{"message": "", "stats": {}}', r"reports/deploy\.log"),
        ],
    )
    def test_a_play_that_fails_is_quoted(self, published, status, result, words):
        published.results["deploy.yml"] = Result(status, result)
        with pytest.raises(VerdictError, match=words):
            deploy.run(self.on(published))

    def test_a_password_of_the_environment_is_for_this_run_alone(self, published):
        published.user_environment = {"DOCKER_USER": "me", "DOCKER_PASSWORD": "hunter2", "SSH_AUTH_SOCK": "/agent"}
        deploy.run(self.on(published))
        (command,) = ran(published, "login")
        assert command[1] == "--config"
        assert not any("hunter2" in word for each in published.commands for word in each)
        assert "/agent:/run/ssh-agent" in ran(published, "deploy.yml")[0]
        published.results["login"] = Result(1, "unauthorized")
        with pytest.raises(VerdictError, match="as me, found that it refuses"):
            deploy.run(self.on(published))

    def test_a_version_comes_out_of_the_registry(self, published):
        published.results |= {"docker create": Result(0, "an-id"), "docker cp an-id": Result(0, "")}
        deploy.run(self.on(published, VERSION="0.1.0"))
        assert ran(published, "pull", "todobackend/todobackend-record:0.1.0")

    def test_bad_input_is_a_sentence(self, published):
        with pytest.raises(VerdictError, match=r"INVENTORY=none.yml"):
            deploy.run(on(published, INVENTORY="none.yml"))
        (published.root / "target/release.json").unlink()
        with pytest.raises(VerdictError, match=r"target/release\.json"):
            deploy.run(self.on(published))
        published.results["name=^todobackend-deploy$"] = Result(0, "an-id")
        with pytest.raises(VerdictError, match="docker wait todobackend-deploy"):
            deploy.run(self.on(published))


MODELS = """class TodoItem:
    order = todo_order
    todos = 'todo-list'
"""


class TestRename:
    @pytest.fixture
    def tree(self, made):
        files = {
            "src/todobackend/settings.py": 'ROOT = "todobackend.urls"\nTODO_LIMIT = 1\n',
            "src/todo/models.py": MODELS,
            "specs/readme.txt": "The TODOBACKEND of todos\n",
            "CHANGELOG.md": "todobackend 0.1.0\n",
            "src/requirements/release.txt": "django-filter==1\norders==2\n",
            "src/requirements/test.txt": "",
            "picture.png": "\0todobackend",
            "LICENSE": "Copyright (c) 2026 The maintainers\n",
        }
        for name, text in files.items():
            (made.root / name).parent.mkdir(parents=True, exist_ok=True)
            (made.root / name).write_text(text)
        made.results = {"ls-files": Result(0, "\0".join(files))}
        plain = made.git

        def git(words):
            if words[0] == "mv":
                (made.root / words[2]).parent.mkdir(parents=True, exist_ok=True)
                (made.root / words[1]).rename(made.root / words[2])
            return Result(0, made.grep(words[2])) if words[0] == "grep" else plain(words)

        made.git = git
        made.grep = lambda pattern: ""
        return made

    def test_renames_words_files_and_nothing_of_others(self, tree):
        this = on(tree)
        rename.run(this, "shop", "basket")
        assert (tree.root / "src/shop/settings.py").read_text() == 'ROOT = "shop.urls"\nBASKET_LIMIT = 1\n'
        assert (tree.root / "src/basket/models.py").read_text() == (
            "class BasketItem:\n    order = basket_order\n    baskets = 'todo-list'\n"
        )
        assert (tree.root / "specs/readme.txt").read_text() == "The SHOP of baskets\n"
        assert (tree.root / "picture.png").read_text() == "\0todobackend"
        assert sorted(path.name for path in (tree.root / "src").iterdir()) == ["basket", "requirements", "shop"]
        assert said(this)[-1].startswith("Renamed to shop, with the application basket")

    @pytest.mark.parametrize(
        ("name", "app"),
        [
            *(("shop", ""), ("", "basket"), ("my-shop", "basket"), ("shop", "Basket"), ("shop", "json")),
            *(("shop", "class"), ("shop", "shop"), ("todo", "basket"), ("shop", "todobackend"), ("shop", "orders")),
            *(("filter", "basket"), ("shop", "api"), ("s" * 21, "basket")),
        ],
    )
    def test_names_that_cannot_be_change_nothing(self, tree, name, app):
        before = {path: path.read_bytes() for path in tree.root.rglob("*") if path.is_file()}
        with pytest.raises(VerdictError):
            rename.run(on(tree), name, app)
        assert {path: path.read_bytes() for path in tree.root.rglob("*") if path.is_file()} == before

    @pytest.mark.parametrize(("name", "app", "knob"), [("shop", "basket", "NAME"), ("market", "order", "APP")])
    def test_a_word_of_the_tree_is_refused_with_its_file(self, tree, name, app, knob):
        word = name if knob == "NAME" else app
        tree.grep = lambda pattern: "src/todo/models.py" if word in pattern else ""
        with pytest.raises(VerdictError, match=rf"{knob}.*found '{word}' in src/todo/models.py"):
            rename.run(on(tree), name, app)

    def test_the_changelog_begins_anew_once(self, tree):
        rename.run(on(tree), "shop", "basket")
        assert (tree.root / "CHANGELOG.md").read_text().startswith("# Changelog")
        assert (
            tree.root / "LICENSE"
        ).read_text() == "Copyright (c) YEAR WHO OWNS IT\nCopyright (c) 2026 The maintainers\n"
        (tree.root / "CHANGELOG.md").write_text("Ours.\n")
        rename.begin_anew(on(tree), "shop")
        assert (tree.root / "CHANGELOG.md").read_text() == "Ours.\n"

    def test_without_git_nothing_is_changed(self, tree):
        tree.results["status --porcelain"] = Result(127, "")
        with pytest.raises(VerdictError, match="git status"):
            rename.run(on(tree), "shop", "basket")
        assert (tree.root / "src/todobackend/settings.py").exists()

    @pytest.mark.parametrize("name", ["webdev", "homelab"])
    def test_a_name_that_every_verb_would_refuse_is_refused(self, tree, name):
        with pytest.raises(VerdictError, match=f"environment's name.*'{name}'"):
            rename.run(on(tree), name, "basket")

    def test_a_checkout_with_changes_is_refused(self, tree):
        tree.dirty = " M README.md"
        with pytest.raises(VerdictError, match="clean checkout"):
            rename.run(on(tree), "shop", "basket")


class TestOnTheProject:
    def test_the_tests_get_no_knob_of_this_run(self, made, monkeypatch):
        monkeypatch.setattr(python_env, "make", lambda *arguments: "python")
        made.user_environment = {"BUILD_ID": "-7", "T": "x", "PART": "unit", "PARENTS": "build", "MAKEFLAGS": "x"}
        found = tests.environment(on(made), *tests.OF_MACHINE)
        assert found == {"PART": "unit", "PARENTS": "build", "PYTHONDONTWRITEBYTECODE": "1"}
        tests.run(on(made), "unit", "-q")
        assert made.commands[-1][-2:] == ("unit", "-q")
        tests.run(on(made), "nightly")
        assert made.commands[-2] == ("python3", "tests/run.py", "nightly")
        made.results = {"pytest": Result(1, "")}
        with pytest.raises(VerdictError, match="tests to pass"):
            tests.run(on(made), "unit")

    def test_bench_says_where_its_results_are(self, made, monkeypatch):
        monkeypatch.setattr(python_env, "make", lambda *arguments: "python")
        this = on(made)
        bench.run(this, "wait")
        assert made.commands[-1] == ("python", "bench/bench.py", "wait")
        assert "bench/results.json" in said(this)[-1]
        made.results = {"bench.py": Result(1, "")}
        with pytest.raises(ReportedError):
            bench.run(this)

    def test_an_exercise_that_is_none_is_refused_with_their_names(self):
        with pytest.raises(VerdictError, match=r"break-a-test.*found 'none'"):
            exercise.run(context(root=ROOT), "none")


class TestMain:
    """python3 -m pipeline, as make calls it."""

    def run(self, verb, *arguments, stub="", **environment):
        knobs = {
            **KNOBS,
            "TARGETS": "help tag",
            "GOALS": " ".join((verb, *arguments)),
            "PATH": f"{stub}:{os.environ['PATH']}",
            "HOME": "/",
        }
        command = ("pipeline/run", verb)
        return run(*command, cwd=ROOT, env={**knobs, **environment})

    def test_a_verdict_is_1_and_no_verdict_is_2(self, stub):
        assert self.run("tag", "a:b").returncode == 1
        path = stub("docker", "exit 1")["PATH"].split(":")[0]
        found = self.run("logout", stub=path)
        assert (found.returncode, found.stdout.splitlines()[-1]) == (
            2,
            "FAIL: expected 'docker logout' to work, found the error above. Type: make logout",
        )

    def test_an_odd_knob_is_refused_before_the_verb(self):
        found = self.run("tag", "a", HTTP_PORT="x")
        assert (found.returncode, found.stdout[:5]) == (1, "FAIL:")

    def test_a_file_that_cannot_be_written_is_a_sentence(self, stub):
        path = stub("docker", "rm -rf .state/nowhere; echo x")["PATH"].split(":")[0]
        found = self.run("restore", stub=path, FILE="tests/")
        assert found.returncode == 1
        assert "no such file" in found.stdout

    @pytest.fixture
    def main(self, monkeypatch):
        """Return the main function, in this process."""
        monkeypatch.setattr(signal, "signal", lambda *_: None)

        def run(verb, **environment):
            monkeypatch.setattr(os, "environ", {"PATH": os.environ["PATH"], "HOME": "/", **environment})
            return __main__.main(verb)

        return run

    def test_help_shows_the_menu_and_all_of_it(self, main, capsys):
        assert main("help") == 0
        short = capsys.readouterr().out
        assert "make release " in short
        assert "HTTP_PORT          8000" in short
        assert "make nightly" not in short
        assert main("help", ALL="1") == 0
        assert "make nightly" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("environment", "words"),
        [
            ({"HTTP_PORT": "x"}, "HTTP_PORT from 1"),
            ({"TYPED": "DOCKER_PASSWORD"}, "read -rs DOCKER_PASSWORD"),
            (
                {"TYPED": "PACKAGE_INDEX_URL", "PACKAGE_INDEX_URL": "https://me:secret@index"},
                "PACKAGE_INDEX_URL in the",
            ),
            ({"GOALS": "tag v1", "TYPED": "v1 BUILD_ID", "v1": "2"}, "a tag, found 'v1=2'"),
            ({"GOALS": "tag a:b"}, "a tag of letters"),
        ],
    )
    def test_what_was_typed_is_checked_before_anything_is_done(self, main, capsys, environment, words):
        assert main("tag", **environment) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("FAIL: expected ")
        assert words in line

    @pytest.mark.parametrize(
        ("error", "status", "words"),
        [
            (InfrastructureError("expected more"), 2, "FAIL: expected more\n"),
            (ReportedError(), 1, ""),
            (OSError("no space left"), 2, "expected make help to come to its end, found: no space left"),
            (KeyboardInterrupt(), 130, ""),
        ],
    )
    def test_each_end_has_its_status(self, main, capsys, monkeypatch, error, status, words):
        def fail(this):
            raise error

        monkeypatch.setattr(importlib.import_module("pipeline.stages.help"), "run", fail)
        assert main("help") == status
        assert words in capsys.readouterr().err

    @pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_a_signal_ends_the_command_too(self, stub, tmp_path, number, status):
        path = stub("docker", f"echo $$ >{tmp_path}/pid; exec sleep 60")
        environment = {**KNOBS, "TARGETS": "", "GOALS": "logout", "PATH": path["PATH"], "HOME": "/"}
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "logout"],
            cwd=ROOT,
            env=environment,
            start_new_session=True,
            # A shell that starts the tests in the background ignores it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        command = tmp_path / "nowhere"
        # Only as `sleep` it takes a signal at once, and only a pipeline that waits knows its command.
        waiting = Path(f"/proc/{process.pid}/wchan")
        while not (command.exists() and command.read_text() == "sleep\n" and waiting.read_text() == "do_wait"):
            assert process.poll() is None
            with contextlib.suppress(OSError, ValueError):
                command = Path(f"/proc/{int((tmp_path / 'pid').read_text())}/comm")
        os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
        assert process.wait(timeout=30) == status
        assert not command.exists()
