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
from support.checkout import SHARED, refused
from support.commands import docker, run
from support.release import ask, derive, inspect, post, reset

ACCEPTED = f"todobackend:accepted{SHARED}"
BUILT = f"todobackend:built{SHARED}"
REVISION = "org.opencontainers.image.revision"


@pytest.fixture(scope="module")
def published(home):
    """The shared release, published under the default tags."""
    for goal in ("login", "tag", "publish"):
        home.must(goal, env=home.env)
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
    derive("another-shared", ACCEPTED, [line], checkout.folder / "docker-config" / "another")
    for name in before:
        docker("tag", "another-shared", name)
    try:
        yield
    finally:
        for name, image in before.items():
            docker("tag", image, name)


class TestTag:
    def test_without_words_it_follows_the_rule_of_the_house(self, home):
        remove_tags(home)
        home.must("tag", env=home.env)
        commit = run("git", "rev-parse", "HEAD", cwd=home.folder).stdout[:12]
        assert tags(home) == {"0.1.0", commit, f"{commit}-develop", "develop", "latest"}
        assert tags(home, "-nginx") == tags(home, "-client") == tags(home)

    def test_on_another_branch_it_promises_less(self, home):
        remove_tags(home)
        run("git", "switch", "-qc", "feature", cwd=home.folder)
        try:
            home.must("tag", env=home.env)
        finally:
            run("git", "switch", "-q", "main", cwd=home.folder)
        commit = run("git", "rev-parse", "HEAD", cwd=home.folder).stdout[:12]
        assert tags(home) == {"0.1.0", commit}

    def test_a_version_with_a_suffix_is_not_the_latest(self, home):
        remove_tags(home)
        with another_image(home, "LABEL org.opencontainers.image.version=0.2.0rc1"):
            home.must("tag", env=home.env)
        assert "0.2.0rc1" in tags(home)
        assert "latest" not in tags(home)

    @pytest.mark.parametrize("given", [("tag", "0.1.0", "mine"), ("tag",)])
    def test_words_and_the_variable_name_it(self, home, given):
        remove_tags(home)
        knobs = {} if len(given) > 1 else {"TAGS": "0.1.0 mine"}
        home.must(*given, env=home.env, **knobs)
        assert tags(home) == {"0.1.0", "mine"}

    def test_buildtag_adds_the_time(self, home):
        remove_tags(home)
        home.must("buildtag", env=home.env)
        (tag,) = tags(home)
        assert re.fullmatch(r"0\.1\.0\.20\d{12}", tag)

    def test_buildtag_adds_what_it_is_given(self, home):
        remove_tags(home)
        home.must("buildtag", "0.1.0", "edge-of", env=home.env, BUILD_TAG="77")
        assert tags(home) == {"0.1.0.77", "edge-of.77"}

    def test_a_tree_with_changes_gets_a_dirty_tag_at_most(self, home):
        remove_tags(home)
        with another_image(home, f"LABEL {REVISION}={'0123456789abcdef' * 2}-dirty"):
            assert "changes that are not committed" in home.must("tag", env=home.env)
            assert tags(home) == {"0123456789ab-dirty"}
            refused(home.make("tag", "0.2.0", env=home.env), "'0.2.0'")
        assert tags(home) == {"0123456789ab-dirty"}

    def test_what_did_not_pass_acceptance_gets_no_name(self, home):
        remove_tags(home)
        derive("another-shared", ACCEPTED, ["LABEL tested=no"], home.folder / "docker-config" / "another")
        good = inspect(BUILT)["Id"]
        docker("tag", "another-shared", BUILT)
        try:
            refused(home.make("tag", "0.2.0", env=home.env))
        finally:
            docker("tag", good, BUILT)
        assert tags(home) == set()

    def test_an_odd_word_leaves_the_good_one_beside_it_without_effect(self, home):
        remove_tags(home)
        refused(home.make("tag", env=home.env, TAGS="0.2.0 a:b"), "'a:b'")
        assert tags(home) == set()


class TestLogin:
    def test_wrong_password_is_a_sentence(self, home):
        refused(home.make("login", env={**home.env, "DOCKER_PASSWORD": "wrong"}), home.registry)

    @pytest.mark.parametrize("name", ["DOCKER_USER", "DOCKER_PASSWORD"])
    def test_absent_credentials_are_a_sentence(self, home, name):
        refused(home.make("login", env={**home.env, name: ""}), name)

    def test_the_password_is_no_argument_and_in_no_output(self, home, stub):
        # Between make and docker: writes down what docker is called with.
        calls = home.folder / "docker-config/arguments"
        env = stub("docker", f'echo "$@" >>{calls}\nexec {shutil.which("docker")} "$@"')
        said = home.must("login", env={**home.env, **env})
        arguments = calls.read_text()
        assert "login --username todobackend --password-stdin" in arguments
        assert home.env["DOCKER_PASSWORD"] not in arguments + said

    def test_logout_forgets_it(self, home):
        home.must("login", env=home.env)
        assert home.registry in (home.folder / "docker-config/config.json").read_text()
        home.must("logout", env=home.env)
        assert home.registry not in (home.folder / "docker-config/config.json").read_text()


class TestBeforeItIsPublished:
    def test_without_a_login_it_is_refused(self, home):
        remove_tags(home)
        home.make("logout", env=home.env)
        home.must("tag", env=home.env)
        refused(home.make("publish", env={**home.env, "PACKAGE_INDEX_URL": ""}), "make login")
        assert not home.path("target/release.json").exists()

    def test_without_a_registry_it_is_refused(self, home):
        env = {**home.env, "DOCKER_REGISTRY": "localhost:1"}
        home.must("tag", env=env)
        refused(home.make("publish", env=env), "no registry", "localhost:1")

    @pytest.mark.parametrize(
        ("variable", "value", "named"),
        [
            ("PACKAGE_INDEX_URL", "http://localhost:1/simple/", "http://localhost:1/simple/"),
            ("TWINE_PASSWORD", "wrong", "TWINE_USERNAME"),
        ],
    )
    def test_without_an_index_that_takes_it_nothing_is_pushed(self, home, variable, value, named):
        home.must("login", env=home.env)
        home.must("tag", env=home.env)
        refused(home.make("publish", env={**home.env, variable: value}), named)
        assert ask_registry(home, "_catalog")[0]["repositories"] == []

    def test_without_a_tag_it_is_refused(self, home):
        remove_tags(home)
        refused(home.make("publish", env=home.env), "make tag")


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
        assert record["base"]["image"] == inspect(f"todobackend-base:built{SHARED}")["Id"]
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", record["published"])
        assert re.fullmatch(r"linux/(amd64|arm64)", record["platform"])
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", record["base"]["packages_as_of"])
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
        assert "uploaded:" not in published.must("publish", env=published.env)
        assert json.loads(published.path("target/release.json").read_text()) == published.record
        assert before == {
            name: ask_registry(published, f"todobackend/todobackend-{name}/manifests/0.1.0")[1] for name in before
        }

    def test_a_version_is_never_overwritten(self, published):
        _, before = ask_registry(published, "todobackend/todobackend/manifests/0.1.0")
        remove_tags(published)
        with another_image(published, "LABEL another=yes"):
            published.must("tag", "0.1.0", "latest", env=published.env)
            result = published.make("publish", env=published.env)
            remove_tags(published)
        refused(result, ":0.1.0 ")
        assert ask_registry(published, "todobackend/todobackend/manifests/0.1.0")[1] == before
        assert ask_registry(published, "todobackend/todobackend/manifests/latest")[1] == before

    def test_a_wheel_is_never_overwritten(self, published):
        index = f"{published.release_project}lab-index-1"
        wheel = next(name for name in published.record["wheels"] if name.startswith("todobackend-"))
        published.must("tag", "latest", env=published.env)
        published.path("docker-config/other").write_text("other bits")
        docker("exec", index, "cp", f"/packages/{wheel}", "/packages/kept")
        docker("exec", index, "cp", "/etc/hostname", f"/packages/{wheel}")
        try:
            refused(published.make("publish", env=published.env), wheel, published.index)
        finally:
            docker("exec", index, "mv", "/packages/kept", f"/packages/{wheel}")

    def test_target_must_hold_what_was_accepted(self, published):
        sums = published.path("target/SHA256SUMS")
        before = sums.read_text()
        sums.write_text(before.replace("0", "1"))
        try:
            refused(published.make("publish", env=published.env), "target/")
        finally:
            sums.write_text(before)

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
        elsewhere.must("release-from", VERSION="0.1.0", env=elsewhere.env)
        assert len(self.files(ACCEPTED).splitlines()) > 1000
        assert self.files("todobackend:accepted-elsewhere") == self.files(ACCEPTED)
        assert inspect("todobackend:accepted-elsewhere")["Config"]["Labels"][REVISION] == published.record["commit"]

    def test_a_wheel_with_another_digest_is_not_installed(self, published, elsewhere):
        index = f"{published.release_project}lab-index-1"
        wheel = next(name for name in published.record["wheels"] if name.startswith("sqlparse-"))
        image = inspect("todobackend:built-elsewhere")["Id"]
        script = f"cp /packages/{wheel} /tmp/kept && echo more >>/packages/{wheel}"
        docker("exec", index, "sh", "-c", script)
        try:
            refused(elsewhere.make("release-from", VERSION="0.1.0", env=elsewhere.env))
        finally:
            docker("exec", index, "cp", "/tmp/kept", f"/packages/{wheel}")
        assert inspect("todobackend:built-elsewhere")["Id"] == image

    @pytest.mark.parametrize(
        ("knobs", "named"),
        [
            ({}, "VERSION"),
            ({"VERSION": "9.9.9"}, "9.9.9"),
            ({"VERSION": "0.1.0", "PACKAGE_INDEX_URL": ""}, "PACKAGE_INDEX_URL"),
            ({"VERSION": "0.1.0", "DOCKER_REGISTRY": "localhost:1"}, "localhost:1"),
        ],
    )
    def test_what_is_missing_is_a_sentence(self, elsewhere, knobs, named):
        refused(elsewhere.make("release-from", env=elsewhere.env, **knobs), named)

    def test_its_pipeline_has_data_of_its_own_and_its_end_leaves_the_other_alone(self, published, elsewhere):
        post(reset(published), '{"title": "not of elsewhere"}')
        assert ask(elsewhere).data == []
        elsewhere.must("clean")
        assert elsewhere.objects() == {}
        assert [item["title"] for item in ask(published).data] == ["not of elsewhere"]
        assert published.registry_env()["DOCKER_PASSWORD"] == published.env["DOCKER_PASSWORD"]
