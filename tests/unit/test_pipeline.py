"""pipeline/: knobs and their checks, the environment of commands, and what the verbs run, in which order."""

import socket

import pytest
from support.commands import PORTS, ROOT
from support.recorder import ENGINE, KNOBS, Recorder, context

from pipeline import configuration, machine
from pipeline.commands import apt, docker
from pipeline.configuration import Configuration, ca_bundle
from pipeline.errors import VerdictError
from pipeline.runner import Result, Runner
from pipeline.stages import check, doctor, engine, network, python_env, serve, stop


class TestKnobs:
    def test_defaults_are_fine(self):
        assert Configuration.read(KNOBS).pipeline == "todobackend"

    @pytest.mark.parametrize(
        ("verb", "given", "words"),
        [
            ("test", {"T": "test_create 'a b'"}, ["test_create", "a b"]),
            ("test", {}, []),
            ("backup", {"FILE": "my backups/a;b.gz"}, ["my backups/a;b.gz"]),
            ("logs", {"S": "app"}, ["app", ""]),
            ("tag", {"GOALS": "tag 0.1.0 latest", "TAGS": "x y"}, ["0.1.0", "latest", "x", "y"]),
            ("tag", {"GOALS": "release tag"}, []),
            ("release", {"T": "test_create"}, []),
        ],
    )
    def test_a_verb_gets_its_own_arguments(self, verb, given, words):
        assert configuration.arguments(verb, given) == words

    def test_half_a_quotation_is_a_sentence(self):
        with pytest.raises(VerdictError, match="words in T"):
            configuration.arguments("test", {"T": "'a"})

    def test_the_build_id_is_in_every_name(self):
        found = Configuration.read({**KNOBS, "BUILD_ID": "-7"})
        names = (found.dev_project, found.candidate_project, found.release_project, found.lab_project)
        assert names == ("todobackend-7dev", "todobackend-7-candidate", "todobackend-7", "todobackend-7lab")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            *(("BUILD_ID", value) for value in ("A", "a b", "ü", "a;b", "a.b", "a\n", "xdev", "-lab", "-candidate")),
            *((name, "http") for name in KNOBS if name.endswith("_PORT")),
            *((name, "soon") for name in ("PROBE_TIMEOUT", "PROBE_DELAY", "MIN_FREE_GIB")),
            *(("REPO_NAME", value) for value in ("To Do", "a-", "_a", "a/b")),
            *(("ORG_NAME", value) for value in ("A", "a/", "/a", "a//b")),
            *(("DOCKER_REGISTRY", value) for value in ("http://a", "a:b", "a/b", "registry", "-a.b")),
            *(("HTTP_PORT", value) for value in ("0", "65536", "http", "-1", "٣", "8000\n")),
            *(("REGISTRY_PORT", "65535"), ("CI_PORT", "65534")),
            *(("PROBE_TIMEOUT", value) for value in ("soon", "-1", "1.5", "1234567")),
            *(("INSTALL_ENGINE", value) for value in ("maybe", "YES")),
            *(("PARENTS", value) for value in ("none", "Pull")),
        ],
    )
    def test_an_odd_value_is_refused_with_the_value(self, name, value):
        with pytest.raises(VerdictError) as refusal:
            Configuration.read({**KNOBS, name: value})
        assert name in str(refusal.value)
        assert f"'{value}'" in str(refusal.value)
        assert refusal.value.status == 1

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            *(("ORG_NAME", "group/project"), ("BUILD_ID", "-ci")),
            *(("DOCKER_REGISTRY", value) for value in ("registry.example.com", "registry:5000", "localhost")),
        ],
    )
    def test_a_common_value_is_taken(self, name, value):
        assert Configuration.read({**KNOBS, name: value}).knob(name) == value

    def test_names_of_two_pipelines_differ(self):
        with pytest.raises(VerdictError, match="'todobackenddev'"):
            Configuration.read({**KNOBS, "REPO_NAME": "todobackenddev"})

    def test_what_is_typed_again_is_all_that_was_typed(self):
        given = {**KNOBS, "GOALS": "deploy", "INVENTORY": "a b.yml", "BUILD_ID": "-7", "TYPED": "INVENTORY BUILD_ID"}
        assert Configuration.read(given).again == "make deploy BUILD_ID=-7 INVENTORY='a b.yml'"

    def test_a_hint_is_for_the_same_pipeline(self):
        with pytest.raises(VerdictError, match="make release BUILD_ID=-7 HTTP_PORT=8001"):
            Configuration.read({**KNOBS, "GOALS": "release", "BUILD_ID": "-7", "HTTP_PORT": "080"})

    def test_without_a_value_it_is_the_default(self):
        assert (
            Configuration.read({}).knob("HTTP_PORT")
            == Configuration.read({"HTTP_PORT": ""}).knob("HTTP_PORT")
            == "8000"
        )

    def test_the_menu_has_16(self):
        assert len([name for name, knob in configuration.KNOBS.items() if knob.help and not knob.rare]) <= 16

    def test_a_build_id_that_would_be_taken_is_proposed(self):
        with pytest.raises(VerdictError, match=r"make test BUILD_ID=7-main"):
            Configuration.read({**KNOBS, "BUILD_ID": "7-Main!", "GOALS": "test"})

    def test_ports_of_a_proposed_command_are_those_that_differ_from_the_default(self):
        assert Configuration.read(KNOBS).port_arguments() == ""
        assert Configuration.read({**KNOBS, "CLIENT_PORT": "3001"}).port_arguments() == " CLIENT_PORT=3001"
        assert Configuration.read(KNOBS).port_arguments(HTTP_PORT=8000) == " HTTP_PORT=8000"


class TestCertificates:
    def test_the_first_variable_counts(self, tmp_path):
        (tmp_path / "ca.pem").touch()
        given = {"SSL_CERT_FILE": str(tmp_path / "ca.pem"), "REQUESTS_CA_BUNDLE": "/nowhere"}
        assert ca_bundle(given) == str(tmp_path / "ca.pem")
        assert ca_bundle({}) is None

    def test_a_missing_file_is_refused(self):
        with pytest.raises(VerdictError, match="PIP_CERT=/nowhere"):
            ca_bundle({"PIP_CERT": "/nowhere"})


class TestEnvironment:
    @pytest.mark.parametrize(
        "name",
        [
            *("COMPOSE_PROJECT_NAME", "COMPOSE_FILE", "CDPATH", "BASH_ENV", "ENV", "STAGE", "LOG_LEVEL"),
            *("DJANGO_SETTINGS_MODULE", "PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"),
            *("DOCKER_CONTENT_TRUST", "DOCKER_DEFAULT_PLATFORM", "BUILDX_BUILDER", "NODE_OPTIONS", "GIT_DIR"),
        ],
    )
    def test_what_was_exported_for_another_program_is_not_passed_on(self, name):
        assert Runner(ROOT, {name: "other", "PATH": "/bin"}).environment == {"PATH": "/bin"}

    @pytest.mark.parametrize(
        "name",
        [
            *("PATH", "HOME", "LC_ALL", "TERM", "NO_COLOR", "http_proxy", "HTTPS_PROXY", "no_proxy"),
            *("PIP_CERT", "SSL_CERT_FILE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "npm_config_registry"),
            *("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR"),
        ],
    )
    def test_what_the_machine_and_its_network_need_is(self, name):
        assert Runner(ROOT, {name: "given"}).environment == {name: "given"}

    def test_a_folder_for_temporary_files_is_if_it_is_there(self, tmp_path):
        assert Runner(ROOT, {"TMPDIR": str(tmp_path)}).environment == {"TMPDIR": str(tmp_path)}
        assert Runner(ROOT, {"TMPDIR": "/nowhere"}).environment == {}

    @pytest.mark.parametrize(
        ("address", "is_out"),
        [
            *(
                (f"http://{host}:3128", True)
                for host in ("localhost", "u:p@localhost", "[::1]", "0.0.0.0", "127.0.1.1")
            ),
            *(("localhost:3128", True), ("file:///wheels", True), ("HTTP://LOCALHOST/", True)),
            *(("http://localhost.example.com/simple", False), ("https://u:p@proxy.example:3128", False)),
        ],
    )
    def test_an_address_that_a_container_cannot_reach_is_known(self, address, is_out):
        assert bool(network.OUT_OF_REACH.match(address)) == is_out


class TestRunner:
    @pytest.fixture
    def runner(self):
        return Runner(ROOT, {"PATH": "/usr/bin:/bin", "SECRET": "s"})

    def test_a_command_runs_in_the_checkout_and_its_output_is_returned(self, runner):
        assert runner.capture(["sh", "-c", "pwd; echo $SECRET; exit 3"]) == Result(3, str(ROOT))

    def test_a_missing_command_has_the_status_of_a_shell(self, runner):
        assert runner.capture(["no-such-command"]).status == 127

    def test_output_is_shown_and_returned(self, runner, capfd):
        result = runner.show(["sh", "-c", "echo out; echo error >&2; exit 1"])
        assert result == Result(1, "out\nerror\n")
        assert capfd.readouterr().out == "out\nerror\n"

    @pytest.mark.parametrize(
        ("given", "name"),
        [
            ({}, "default"),
            ({"DOCKER_CONFIG": "{}"}, "away"),
            ({"DOCKER_CONFIG": "{}", "DOCKER_HOST": "tcp://there:2376"}, "default"),
            ({"DOCKER_CONTEXT": "here", "DOCKER_CONFIG": "{}"}, "here"),
        ],
    )
    def test_images_are_built_by_the_builder_of_the_engine(self, tmp_path, given, name):
        (tmp_path / "config.json").write_text('{"currentContext": "away"}')
        environment = {variable: value.format(tmp_path) for variable, value in given.items()}
        found = Runner(ROOT, {"PATH": "/usr/bin:/bin", "BUILDX_BUILDER": "another", **environment})
        assert found.capture(["sh", "-c", "echo $BUILDX_BUILDER"]).output == name

    def test_more_variables_may_be_given(self, runner, capfd):
        assert runner.run(["sh", "-c", "echo $DEBUG; exit 4"], {"DEBUG": "false"}) == 4
        assert capfd.readouterr().out == "false\n"


class TestSpace:
    def test_a_full_disk_is_refused(self):
        with pytest.raises(VerdictError, match=r"999999 GiB free at .*, found \d+ GiB"):
            machine.look(context(MIN_FREE_GIB="999999"), ["test"])

    @pytest.mark.parametrize("verb", sorted(machine.RESCUE_VERBS))
    def test_a_verb_that_frees_what_is_missing_is_not_refused(self, verb, monkeypatch):
        monkeypatch.setattr(machine, "MIN_FREE_MIB", 10**9)
        recorder = Recorder(results={docker.info("DockerRootDir"): Result(0, "/"), **ENGINE})
        engine.run(context(recorder, MIN_FREE_GIB="999999", GOALS=verb))
        assert recorder.commands == [docker.info("ServerVersion")]

    def test_nor_does_it_install_what_is_missing(self, monkeypatch):
        monkeypatch.setattr(engine.shutil, "which", lambda name: name == "git")
        this = context(GOALS="stop")
        with pytest.raises(VerdictError, match="found no docker command"):
            engine.run(this)
        assert this.runner.commands == []

    def test_one_that_also_builds_is(self):
        with pytest.raises(VerdictError):
            engine.run(context(MIN_FREE_GIB="999999", GOALS="clean test"))

    def test_little_memory_is_refused(self, monkeypatch):
        monkeypatch.setattr(machine, "MIN_FREE_MIB", 10**9)
        with pytest.raises(VerdictError, match="MiB of memory"):
            machine.look(context(), ["test"])

    def test_the_disk_of_an_engine_elsewhere_is_not_looked_at(self, tmp_path):
        machine.check_space(context(MIN_FREE_GIB="999999"), tmp_path / "elsewhere")


class TestPorts:
    @pytest.fixture
    def free(self):
        """A port for each knob: a release may run on this machine."""
        names = [name for name in KNOBS if name.endswith("_PORT")]
        # Every second one: another may belong to it. None follows what `taken` has.
        ports = PORTS.take(2 * len(names) + 2)[2::2]
        return {name: str(port) for name, port in zip(names, ports, strict=True)}

    @pytest.fixture(params=["127.0.0.1", "::1"])
    def taken(self, request):
        port = PORTS.take(2)[0]
        family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
        with socket.create_server((request.param, port), family=family):
            yield port

    @pytest.mark.parametrize(
        ("goal", "knob"),
        [
            *((goal, "HTTP_PORT") for goal in ("release", "all", "start", "release-from", "dev", "serve")),
            *((goal, "CLIENT_PORT") for goal in ("release", "all", "start", "release-from")),
            *(
                ("docs-serve", "DOCS_PORT"),
                ("ci-server", "CI_PORT"),
                ("registry", "REGISTRY_PORT"),
                ("cluster", "REGISTRY_PORT"),
            ),
        ],
    )
    def test_a_port_of_another_program_is_refused_and_the_next_one_proposed(self, goal, knob, taken, free):
        next_one = taken + (2 if knob == "REGISTRY_PORT" else 1)
        with pytest.raises(VerdictError, match=f"port {taken} to be free, found another program.* {knob}={next_one}"):
            machine.look(context(**{**free, knob: str(taken)}), [goal])

    def test_the_port_of_the_index_follows_that_of_the_registry(self):
        port = PORTS.take(3)[0]
        with (
            socket.create_server(("127.0.0.1", port + 1)),
            pytest.raises(VerdictError, match=f"port {port + 1} to be free, .* REGISTRY_PORT={port + 2}"),
        ):
            machine.look(context(REGISTRY_PORT=str(port)), ["registry"])

    def test_a_verb_that_publishes_none_does_not_ask(self, taken):
        machine.look(context(HTTP_PORT=str(taken)), ["test"])

    def test_the_port_of_the_environment_that_is_replaced_is_fine(self, taken, free):
        recorder = Recorder(results={docker.project_of_port(taken): Result(0, "todobackend")})
        machine.look(context(recorder, **{**free, "HTTP_PORT": str(taken)}), ["release"])

    def test_another_pipeline_is_named(self, taken, free):
        recorder = Recorder(results={docker.project_of_port(taken): Result(0, "todobackend-2")})
        with pytest.raises(VerdictError, match="found todobackend-2 on it"):
            machine.look(context(recorder, **{**free, "HTTP_PORT": str(taken)}), ["release"])

    def test_the_engine_may_return_the_port_of_a_killed_run_a_moment_later(self, monkeypatch):
        answers = iter([True, True, False])
        monkeypatch.setattr(machine, "is_taken", lambda port: next(answers))
        monkeypatch.setattr(machine, "PORT_PAUSE_SECONDS", 0)
        recorder = Recorder(results={docker.containers("todobackend"): Result(0, "an-id")})
        machine.check_port(context(recorder), "HTTP_PORT", 8000, "todobackend", ["release"])
        assert next(answers, "asked until it was free") == "asked until it was free"

    def test_one_port_for_both_is_refused(self):
        with pytest.raises(VerdictError, match=r"8123 for both.*HTTP_PORT=8123 CLIENT_PORT=8124"):
            machine.look(context(HTTP_PORT="8123", CLIENT_PORT="8123"), ["release"])

    def test_the_proposed_port_is_nobody_elses(self):
        free = machine.with_another_port(context(HTTP_PORT="2999").configuration, "HTTP_PORT", ["release"])
        assert free == "make release HTTP_PORT=3001"

    def test_after_the_last_port_comes_a_usual_one(self):
        last = machine.with_another_port(context(DOCS_PORT="65535").configuration, "DOCS_PORT", ["docs-serve"])
        assert last == "make docs-serve DOCS_PORT=8001"


class TestDoctor:
    """It looks, and changes nothing."""

    @pytest.fixture
    def ports(self):
        return dict(zip(("HTTP_PORT", "CLIENT_PORT"), map(str, PORTS.take(2)), strict=True))

    def test_nothing_is_installed(self, monkeypatch, ports):
        monkeypatch.setattr(engine.shutil, "which", lambda name: name == "git")
        this = context(**ports)
        with pytest.raises(VerdictError, match=r"no docker command.*as root on Debian: make engine"):
            doctor.run(this)
        assert this.runner.commands == []

    def test_a_port_that_is_taken_is_named(self, ports):
        with (
            socket.create_server(("127.0.0.1", int(ports["HTTP_PORT"]))),
            pytest.raises(VerdictError, match="to be free"),
        ):
            doctor.run(context(Recorder(results=ENGINE), **ports))

    def test_says_which_versions_are_there(self, ports):
        this = context(Recorder(results=ENGINE), **ports)
        doctor.run(this)
        ((kind, text),) = this.console.said
        assert (kind, text[:58]) == ("success", "Ready: Docker engine 28.5.2, Compose 2.40.3. Next: make re")


def test_a_missing_tool_is_named(monkeypatch):
    monkeypatch.setattr(machine, "TOOLS", ("no-such-tool",))
    with pytest.raises(VerdictError, match="no-such-tool"):
        machine.look(context(), ["test"])


class TestStop:
    def test_stops_all_environments(self):
        this = context(BUILD_ID="-7")
        stop.run(this)
        assert this.runner.commands == [
            ("docker", "compose", "--env-file", "/dev/null", "--project-name", "todobackend-7dev", "stop"),
            ("docker", "compose", "--env-file", "/dev/null", "--project-name", "todobackend-7-candidate", "stop"),
            ("docker", "compose", "--env-file", "/dev/null", "--project-name", "todobackend-7", "stop"),
        ]
        assert this.console.said[-1] == (
            "success",
            "Stopped; the data is kept. Next: make start BUILD_ID=-7, or make clean BUILD_ID=-7",
        )

    def test_a_failure_is_no_success(self):
        this = context(Recorder(results={docker.stop("todobackend"): Result(1, "")}))
        with pytest.raises(Exception, match="todobackend") as failure:
            stop.run(this)
        assert failure.value.status == 2
        assert "success" not in dict(this.console.said)


class TestPythonEnv:
    QUIET = ("-q", "--disable-pip-version-check", "--no-deps", "--require-hashes")
    PIP = (".venv/bin/python", "-m", "pip", "install", *QUIET)

    @pytest.fixture
    def this(self, tmp_path):
        (tmp_path / "a.txt").write_text("a==1\n")
        (tmp_path / ".venv").mkdir()
        return context(root=tmp_path)

    def test_installs_the_locks_once(self, this):
        (this.root / ".venv/locks").write_text("others")
        this.runner.run = lambda command, extra=None: (this.root / ".venv").mkdir() or this.runner.note(command).status
        assert python_env.make(this, ".venv", "a.txt") == ".venv/bin/python"
        assert this.runner.commands[1:] == [("python3", "-m", "venv", ".venv"), (*self.PIP, "-r", "a.txt")]
        python_env.run(this, ".venv", "a.txt")
        assert this.runner.commands[3:] == [("python3", "-c", python_env.OLDEST)]

    def test_without_a_python_that_is_new_enough_it_is_refused(self, this):
        this.runner.results = {(name, "-c", python_env.OLDEST): Result(1, "") for name in python_env.NAMES}
        with pytest.raises(VerdictError, match=r"Python 3.11 or newer.*make test"):
            python_env.make(this, ".venv", "a.txt")

    def test_nobody_but_root_installs_the_package_of_venv(self, this, monkeypatch):
        monkeypatch.setattr(python_env.os, "geteuid", lambda: 1000)
        this.runner.results = {("python3", "-m", "venv", ".venv"): Result(1, "")}
        with pytest.raises(VerdictError, match="sudo apt-get install python3-venv"):
            python_env.make(this, ".venv", "a.txt")

    def test_root_does(self, this, monkeypatch):
        monkeypatch.setattr(python_env.os, "geteuid", lambda: 0)
        monkeypatch.setattr(python_env.shutil, "which", lambda name: name)
        this.runner.results = {("python3", "-m", "venv", ".venv"): Result(1, "")}
        with pytest.raises(Exception, match="to work, found the error above"):
            python_env.make(this, ".venv", "a.txt")
        assert this.runner.commands[2:4] == [
            ("apt-get", "-qq", "update"),
            apt.install("python3-venv"),
        ]

    def test_a_failed_installation_is_made_again_the_next_time(self, this):
        this.runner.results = {(*self.PIP, "-r", "a.txt"): Result(1, "")}
        with pytest.raises(Exception, match="pip to install") as failure:
            python_env.make(this, ".venv", "a.txt")
        assert failure.value.status == 2
        assert not (this.root / ".venv/locks").exists()


class TestCheckAndServe:
    @pytest.fixture
    def this(self, tmp_path, monkeypatch):
        for folder in ("src/one/tests", "src/two/tests"):
            (tmp_path / folder).mkdir(parents=True)
        monkeypatch.setattr(python_env, "make", lambda *arguments: ".venv/bin/python")
        return context(root=tmp_path, HTTP_PORT=str(PORTS.take()[0]))

    COMMAND = (".venv/bin/python", "src/manage.py", "test", "src/one/tests", "src/two/tests")

    def test_check_runs_the_tests_of_every_application(self, this):
        this.runner.results = {self.COMMAND: Result(0, "...\nRan 3 tests in 1 s\n")}
        check.run(this)
        assert this.runner.commands[-1] == self.COMMAND
        assert this.console.said[-1][0] == "success"

    @pytest.mark.parametrize("result", [Result(1, "Ran 3 tests"), Result(0, "Ran 0 tests"), Result(0, "")])
    def test_a_red_test_or_none_is_red(self, this, result):
        this.runner.results = {self.COMMAND: result}
        with pytest.raises(VerdictError):
            check.run(this)

    def test_serve_migrates_and_becomes_the_server(self, this):
        serve.run(this)
        port = this.configuration.knob("HTTP_PORT")
        assert [command[2:] for command in this.runner.commands[-2:]] == [
            ("migrate", "--verbosity", "0"),
            ("runserver", port),
        ]

    def test_serve_refuses_a_database_that_cannot_be_migrated(self, this):
        migrate = (".venv/bin/python", "src/manage.py", "migrate", "--verbosity", "0")
        this.runner.results = {migrate: Result(1, "")}
        with pytest.raises(VerdictError, match="make serve"):
            serve.run(this)
