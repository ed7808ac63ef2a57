"""What gets a name, what leaves the house, and what never replaces what has left it."""

import base64
import contextlib
import hashlib
import json
import re
import shutil
import urllib.parse
import urllib.request

import pytest
from conftest import derive, docker, free_ports, inspect, last_line, run

ACCEPTED = "todobackend:accepted-publish"
BUILT = "todobackend:built-publish"
REVISION = "org.opencontainers.image.revision"


@pytest.fixture(scope="module")
def home(released):
    """The released checkout with a registry and an index of its own, and a docker configuration of its own."""
    released.ports = dict(zip(("REGISTRY_PORT", "INDEX_PORT"), free_ports(2), strict=True))
    answer = released.make("registry", **released.ports)
    assert answer.returncode == 0, answer.stdout
    released.registry = f"localhost:{released.ports['REGISTRY_PORT']}"
    released.index = f"http://localhost:{released.ports['INDEX_PORT']}/simple/"
    released.env = released.registry_env()
    return released


@pytest.fixture(scope="module")
def published(home):
    """The same, with the release published by the rule of the house."""
    for goal in ("login", "tag", "publish"):
        answer = home.make(goal, env=home.env)
        assert answer.returncode == 0, answer.stdout
    home.record = json.loads(home.path("target/release.json").read_text())
    return home


def ask_registry(checkout, path):
    """What the registry answers (dict), and the digest it names."""
    request = urllib.request.Request(f"http://{checkout.registry}/v2/{path}")
    password = base64.b64encode(f"todobackend:{checkout.env['DOCKER_PASSWORD']}".encode()).decode()
    request.add_header("Authorization", f"Basic {password}")
    request.add_header("Accept", "application/vnd.docker.distribution.manifest.v2+json")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer), answer.headers.get("Docker-Content-Digest")


def tags(checkout, part=""):
    return set(
        docker("images", "--format", "{{.Tag}}", f"{checkout.registry}/todobackend/todobackend{part}").split()
    ) - {"<none>"}


def remove_tags(checkout):
    filter_ = f"reference={checkout.registry}/todobackend/*"
    for name in docker("images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", filter_).split():
        if not name.endswith(":<none>"):
            docker("rmi", name)


@contextlib.contextmanager
def another_image(checkout, line):
    """Let the accepted image be another one, with one line more, for as long as it is needed."""
    before = {name: inspect(name)["Id"] for name in (ACCEPTED, BUILT)}
    derive("another-publish", ACCEPTED, [line], checkout.folder / "docker-config" / "another")
    for name in before:
        docker("tag", "another-publish", name)
    try:
        yield
    finally:
        for name, image in before.items():
            docker("tag", image, name)


class TestTag:
    def test_without_words_it_follows_the_rule_of_the_house(self, home):
        remove_tags(home)
        answer = home.make("tag", env=home.env)
        assert answer.returncode == 0, answer.stdout
        commit = run("git", "rev-parse", "HEAD", cwd=home.folder).stdout[:12]
        assert tags(home) == {"0.1.0", commit, f"{commit}-develop", "develop", "latest"}
        assert tags(home, "-nginx") == tags(home, "-client") == tags(home)

    def test_on_another_branch_it_promises_less(self, home):
        remove_tags(home)
        run("git", "switch", "-qc", "feature", cwd=home.folder)
        try:
            assert home.make("tag", env=home.env).returncode == 0
        finally:
            run("git", "switch", "-q", "main", cwd=home.folder)
        commit = run("git", "rev-parse", "HEAD", cwd=home.folder).stdout[:12]
        assert tags(home) == {"0.1.0", commit}

    def test_a_version_with_a_suffix_is_not_the_latest(self, home):
        remove_tags(home)
        with another_image(home, "LABEL org.opencontainers.image.version=0.2.0rc1"):
            assert home.make("tag", env=home.env).returncode == 0
        assert "0.2.0rc1" in tags(home)
        assert "latest" not in tags(home)

    @pytest.mark.parametrize("given", [("tag", "0.1.0", "mine"), ("tag",)])
    def test_words_and_the_variable_name_it(self, home, given):
        remove_tags(home)
        knobs = {} if len(given) > 1 else {"TAGS": "0.1.0 mine"}
        assert home.make(*given, env=home.env, **knobs).returncode == 0
        assert tags(home) == {"0.1.0", "mine"}

    def test_buildtag_adds_the_time(self, home):
        remove_tags(home)
        assert home.make("buildtag", env=home.env).returncode == 0
        (tag,) = tags(home)
        assert re.fullmatch(r"0\.1\.0\.20\d{12}", tag)

    def test_buildtag_adds_what_it_is_given(self, home):
        remove_tags(home)
        assert home.make("buildtag", "0.1.0", "edge-of", env=home.env, BUILD_TAG="77").returncode == 0
        assert tags(home) == {"0.1.0.77", "edge-of.77"}

    def test_a_tree_with_changes_gets_a_dirty_tag_at_most(self, home):
        remove_tags(home)
        with another_image(home, f"LABEL {REVISION}={'0123456789abcdef' * 2}-dirty"):
            answer = home.make("tag", env=home.env)
            assert answer.returncode == 0, answer.stdout
            assert "changes that are not committed" in answer.stdout
            assert tags(home) == {"0123456789ab-dirty"}
            answer = home.make("tag", "0.2.0", env=home.env)
        assert answer.returncode == 2
        assert last_line(answer).startswith("FAIL: expected a committed tree for the tag '0.2.0', found changes")
        assert tags(home) == {"0123456789ab-dirty"}

    def test_what_did_not_pass_acceptance_gets_no_name(self, home):
        remove_tags(home)
        derive("another-publish", ACCEPTED, ["LABEL tested=no"], home.folder / "docker-config" / "another")
        good = inspect(BUILT)["Id"]
        docker("tag", "another-publish", BUILT)
        try:
            answer = home.make("tag", "0.2.0", env=home.env)
        finally:
            docker("tag", good, BUILT)
        assert answer.returncode == 2
        assert last_line(answer).startswith("FAIL: expected the release image that was built last to have passed")
        assert tags(home) == set()

    @pytest.mark.parametrize("word", ["0.1.0/x", "-x", ".x", "a" * 129, "ä", "release", "a b:c"])
    def test_odd_words_are_refused(self, home, word):
        remove_tags(home)
        answer = home.make("tag", env=home.env, TAGS=word)
        assert answer.returncode == 2
        assert last_line(answer).startswith("FAIL: expected a tag")
        assert tags(home) == set()


class TestLogin:
    def test_wrong_password_is_a_sentence(self, home):
        answer = home.make("login", env={**home.env, "DOCKER_PASSWORD": "wrong"})
        assert answer.returncode == 2
        assert last_line(answer).startswith(
            f"FAIL: expected to log in to {home.registry} as todobackend, found that it"
        )

    @pytest.mark.parametrize("name", ["DOCKER_USER", "DOCKER_PASSWORD"])
    def test_absent_credentials_are_a_sentence(self, home, name):
        answer = home.make("login", env={**home.env, name: ""})
        assert answer.returncode == 2
        assert last_line(answer).startswith("FAIL: expected DOCKER_USER and DOCKER_PASSWORD in the environment")

    def test_a_password_on_the_command_line_is_refused(self, home):
        answer = home.make("login", env=home.env, DOCKER_PASSWORD="seen")
        assert answer.returncode == 2
        assert "FAIL: expected DOCKER_PASSWORD in the environment, found it on the command line" in answer.stdout

    def test_the_password_is_no_argument_and_in_no_output(self, home):
        # Between make and docker: writes down what docker is called with.
        spy = home.folder / "docker-config" / "bin"
        spy.mkdir(parents=True, exist_ok=True)
        script = f'#!/bin/sh\necho "$@" >>{spy}/arguments\nexec {shutil.which("docker")} "$@"\n'
        (spy / "docker").write_text(script)
        (spy / "docker").chmod(0o755)
        env = {**home.env, "PATH": f"{spy}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        answer = home.make("login", env=env)
        assert answer.returncode == 0, answer.stdout
        arguments = (spy / "arguments").read_text()
        assert "login --username todobackend --password-stdin" in arguments
        assert home.env["DOCKER_PASSWORD"] not in arguments + answer.stdout

    def test_logout_forgets_it(self, home):
        assert home.make("login", env=home.env).returncode == 0
        assert home.registry in (home.folder / "docker-config/config.json").read_text()
        assert home.make("logout", env=home.env).returncode == 0
        assert home.registry not in (home.folder / "docker-config/config.json").read_text()


class TestBeforeItIsPublished:
    def test_without_a_login_it_is_a_sentence(self, home):
        remove_tags(home)
        home.make("logout", env=home.env)
        assert home.make("tag", env=home.env).returncode == 0
        answer = home.make("publish", env={**home.env, "PACKAGE_INDEX_URL": ""})
        assert answer.returncode == 2
        assert "found that it refuses the user or the password" in last_line(answer)
        assert not home.path("target/release.json").exists()

    def test_without_a_registry_it_is_a_sentence(self, home):
        env = {**home.env, "DOCKER_REGISTRY": "localhost:1"}
        assert home.make("tag", env=env).returncode == 0
        answer = home.make("publish", env=env)
        assert answer.returncode == 2
        assert "found no registry that answers there" in last_line(answer)

    def test_without_an_index_nothing_is_pushed(self, home):
        assert home.make("login", env=home.env).returncode == 0
        answer = home.make("publish", env={**home.env, "PACKAGE_INDEX_URL": "http://localhost:1/simple/"})
        assert answer.returncode == 2
        assert last_line(answer).startswith("FAIL: expected a package index at http://localhost:1/simple/, found none")
        assert ask_registry(home, "_catalog")[0]["repositories"] == []

    def test_with_a_wrong_password_of_the_index_nothing_is_pushed(self, home):
        answer = home.make("publish", env={**home.env, "TWINE_PASSWORD": "wrong"})
        assert answer.returncode == 2
        assert "found that it refuses the user or the password. Set TWINE_USERNAME" in last_line(answer)
        assert ask_registry(home, "_catalog")[0]["repositories"] == []

    def test_without_a_tag_it_is_a_sentence(self, home):
        remove_tags(home)
        answer = home.make("publish", env=home.env)
        assert answer.returncode == 2
        assert last_line(answer).startswith("FAIL: expected the accepted release to have a name in")


class TestPublished:
    def test_every_tag_leads_to_the_digest_of_the_record(self, published):
        for tag in published.record["tags"]:
            for part in ("", "-nginx", "-client"):
                repository, digest = published.record["images"][part.strip("-") or "app"].split("@")
                assert repository == f"{published.registry}/todobackend/todobackend{part}"
                assert ask_registry(published, f"todobackend/todobackend{part}/manifests/{tag}")[1] == digest

    def test_the_record_says_what_it_is(self, published):
        record = published.record
        commit = run("git", "rev-parse", "HEAD", cwd=published.folder).stdout.strip()
        assert (record["version"], record["commit"]) == ("0.1.0", commit)
        assert record["base"]["image"] == inspect("todobackend-base:built-publish")["Id"]
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", record["published"])
        assert record["index"] == published.index
        sums = published.path("target/SHA256SUMS").read_text().split()
        assert record["wheels"] == dict(zip(sums[1::2], sums[::2], strict=True))

    def test_the_index_gives_the_files_of_target(self, published):
        for name, digest in published.record["wheels"].items():
            project = re.sub(r"[-_.]+", "-", name.split("-")[0]).lower()
            with urllib.request.urlopen(f"{published.index}{project}/", timeout=10) as page:
                link = re.search(rf'href="([^"#]*/{re.escape(name)})', page.read().decode())[1]
            address = urllib.parse.urljoin(f"{published.index}{project}/", link)
            with urllib.request.urlopen(address, timeout=30) as file:
                assert hashlib.sha256(file.read()).hexdigest() == digest, name

    def test_again_it_changes_nothing(self, published):
        before = {
            name: ask_registry(published, f"todobackend/todobackend-{name}/manifests/0.1.0")[1]
            for name in ("record", "nginx")
        }
        answer = published.make("publish", env=published.env)
        assert answer.returncode == 0, answer.stdout
        assert "uploaded:" not in answer.stdout
        assert json.loads(published.path("target/release.json").read_text()) == published.record
        assert before == {
            name: ask_registry(published, f"todobackend/todobackend-{name}/manifests/0.1.0")[1] for name in before
        }

    def test_a_version_is_never_overwritten(self, published):
        _, before = ask_registry(published, "todobackend/todobackend/manifests/0.1.0")
        remove_tags(published)
        with another_image(published, "LABEL another=yes"):
            assert published.make("tag", "0.1.0", "latest", env=published.env).returncode == 0
            answer = published.make("publish", env=published.env)
            remove_tags(published)
        assert answer.returncode == 2
        assert re.search(
            r"FAIL: expected \S+:0\.1\.0 to be new, found it published with another content", last_line(answer)
        )
        assert ask_registry(published, "todobackend/todobackend/manifests/0.1.0")[1] == before
        assert ask_registry(published, "todobackend/todobackend/manifests/latest")[1] == before

    def test_a_wheel_is_never_overwritten(self, published):
        index = f"{published.release_project}registry-index-1"
        wheel = next(name for name in published.record["wheels"] if name.startswith("todobackend-"))
        assert published.make("tag", "latest", env=published.env).returncode == 0
        published.path("docker-config/other").write_text("other bits")
        docker("exec", index, "cp", f"/packages/{wheel}", "/packages/kept")
        docker("exec", index, "cp", "/etc/hostname", f"/packages/{wheel}")
        try:
            answer = published.make("publish", env=published.env)
        finally:
            docker("exec", index, "mv", "/packages/kept", f"/packages/{wheel}")
        assert answer.returncode == 2
        assert last_line(answer).startswith(f"FAIL: expected {wheel} to be new to {published.index}")

    def test_target_must_hold_what_was_accepted(self, published):
        sums = published.path("target/SHA256SUMS")
        before = sums.read_text()
        sums.write_text(before.replace("0", "1"))
        try:
            answer = published.make("publish", env=published.env)
        finally:
            sums.write_text(before)
        assert answer.returncode == 2
        assert last_line(answer).startswith("FAIL: expected target/ to hold the wheels of the accepted release")

    def test_the_image_comes_back_by_its_digest(self, published):
        remove_tags(published)
        app = published.record["images"]["app"]
        image = inspect(ACCEPTED)["Id"]
        published.make("stop")
        run("docker", "rm", "--force", *docker("ps", "-aq", "--filter", f"ancestor={image}").split())
        for name in inspect(image)["RepoTags"] + inspect(image)["RepoDigests"]:
            run("docker", "rmi", name)
        assert run("docker", "image", "inspect", image).returncode != 0
        run("docker", "--config", published.env["DOCKER_CONFIG"], "pull", "--quiet", app)
        for name in (ACCEPTED, BUILT):
            docker("tag", app, name)
        assert inspect(ACCEPTED)["Id"] == image


class TestReleaseFrom:
    @pytest.fixture(scope="class")
    @classmethod
    def elsewhere(cls, published, new_checkout):
        """A checkout without the source, of a pipeline of its own."""
        made = new_checkout("-elsewhere")
        shutil.rmtree(made.folder / "src")
        made.env = published.env
        return made

    def files(self, image):
        script = "cd /opt/venv && find . -type f ! -name '*.pyc' | sort | xargs sha256sum"
        return docker("run", "--rm", image, "sh", "-c", script)

    def test_published_wheels_give_the_same_release(self, published, elsewhere):
        answer = elsewhere.make("release-from", VERSION="0.1.0", env=elsewhere.env)
        assert answer.returncode == 0, answer.stdout
        assert last_line(answer).startswith("=> Release 0.1.0 accepted")
        assert len(self.files(ACCEPTED).splitlines()) > 1000
        assert self.files("todobackend:accepted-elsewhere") == self.files(ACCEPTED)
        assert inspect("todobackend:accepted-elsewhere")["Config"]["Labels"][REVISION] == published.record["commit"]

    def test_a_wheel_with_another_digest_is_not_installed(self, published, elsewhere):
        index = f"{published.release_project}registry-index-1"
        wheel = next(name for name in published.record["wheels"] if name.startswith("sqlparse-"))
        image = inspect("todobackend:built-elsewhere")["Id"]
        script = f"cp /packages/{wheel} /tmp/kept && echo more >>/packages/{wheel}"
        docker("exec", index, "sh", "-c", script)
        try:
            answer = elsewhere.make("release-from", VERSION="0.1.0", env=elsewhere.env)
        finally:
            docker("exec", index, "cp", "/tmp/kept", f"/packages/{wheel}")
        assert answer.returncode == 2
        assert "to have the wheels of the record with their digests" in last_line(answer)
        assert inspect("todobackend:built-elsewhere")["Id"] == image

    @pytest.mark.parametrize(
        ("knobs", "found"),
        [
            ({}, "expected a published version, found ''"),
            ({"VERSION": "9.9.9"}, "expected a published release 9.9.9 in"),
            (
                {"VERSION": "0.1.0", "PACKAGE_INDEX_URL": ""},
                "expected the package index in PACKAGE_INDEX_URL, found none",
            ),
            ({"VERSION": "0.1.0", "DOCKER_REGISTRY": "localhost:1"}, "found no registry that answers there"),
        ],
    )
    def test_what_is_missing_is_a_sentence(self, elsewhere, knobs, found):
        answer = elsewhere.make("release-from", env=elsewhere.env, **knobs)
        assert answer.returncode == 2
        assert found in last_line(answer)


def test_the_end_of_another_pipeline_leaves_the_registry_alone(published):
    assert published.make("clean", BUILD_ID="-elsewhere").returncode == 0
    assert published.registry_env()["DOCKER_PASSWORD"] == published.env["DOCKER_PASSWORD"]


def test_registry_down_leaves_nothing(published):
    assert published.make("registry-down").returncode == 0
    assert not [what for what in published.objects() if "registry" in what]
    assert not published.path(f".state/registry{published.build_id}").exists()
