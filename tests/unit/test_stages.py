"""The stages of a pipeline on an engine of a few dictionaries: what runs in which order, and what is left after it."""

import contextlib
import gzip
import hashlib
import json
import os
import re
import shutil
import socket
import threading
from types import SimpleNamespace

import pytest
from support.commands import ROOT
from support.fake_engine import WHEEL, FakeEngine, Killed, on, said
from support.recorder import context

from pipeline import background, built, data, images, lock
from pipeline.commands import compose
from pipeline.errors import InfrastructureError, ReportedError, VerdictError
from pipeline.evidence import checked_out
from pipeline.runner import Result, Runner
from pipeline.stages import (
    accept,
    backup,
    build,
    buildtag,
    clean,
    dev,
    distclean,
    docs,
    lint,
    logs,
    network,
    parents,
    publish,
    refresh,
    release,
    release_from,
    report,
    restore,
    shell,
    start,
    tag,
    test,
)
from pipeline.stages import lock as lock_stage

TESTED = "todobackend-dev:tested"
DAY = "PACKAGES_AS_OF=2026-01-01\n"
CANDIDATE, RELEASE = ".state/candidate.env", ".state/release.env"
RUNNING = ["todobackend:running", "todobackend-nginx:running", "todobackend-client:running"]
ACCEPTED = ["todobackend:accepted", "todobackend-nginx:accepted", "todobackend-client:accepted"]


@pytest.fixture(autouse=True)
def outside(tmp_path, monkeypatch):
    """Write nothing outside of the test's folder, and do at once what runs beside the rest: the order is certain."""
    monkeypatch.setattr(lock, "pipeline_file", lambda pipeline: tmp_path / f"{pipeline}.lock")

    class AtOnce:
        def __init__(self, target, args, daemon):
            self.start = lambda: target(*args)

        def join(self):
            pass

    monkeypatch.setattr(background, "threading", SimpleNamespace(Thread=AtOnce))


def engine_at(root):
    """Return an engine that has the parents, with a checkout of one source."""
    (root / "src").mkdir(parents=True)
    (root / "src/models.py").write_text("one\n")
    (root / "docker").mkdir()
    shutil.copy(ROOT / "docker/images.yml", root / "docker")
    for file in compose.files("candidate"):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text("name: ${RELEASE_PROJECT:?}\n")
    (root / ".state").mkdir()
    (root / ".state/parents.env").write_text(f"DEBIAN_PARENT=debian:13\nMYSQL_PARENT=mysql:9.7\n{DAY}")
    made = FakeEngine(root)
    made.images |= {"debian:13": "sha256:debian", "mysql:9.7": "sha256:mysql", "todobackend-base:built": "sha256:base"}
    return made


@pytest.fixture
def engine(tmp_path):
    return engine_at(tmp_path / "checkout")


def pipeline(engine):
    """Run what `make release` runs, each verb in a process of its own; return the last one's context."""
    build.run(on(engine))
    last = on(engine)
    release.run(last)
    return last


def ran(engine, *words):
    """Return the positions of the commands that have all these words."""
    return [number for number, command in enumerate(engine.commands) if set(words) <= set(command)]


def note(engine, name):
    return json.loads((engine.root / f"reports/stages/{name}.json").read_text())


def is_whole(target):
    """Whether target/ is absent, or holds what its list of digests says."""
    if not target.exists():
        return True
    digest, name = (target / "SHA256SUMS").read_text().split()
    return hashlib.sha256((target / name).read_bytes()).hexdigest() == digest


class TestRelease:
    def test_from_nothing_every_step_comes_once_and_in_order(self, engine):
        this = pipeline(engine)
        order = [
            ran(engine, "build", "dev"),
            ran(engine, "run", "test.sh"),
            ran(engine, "tag", TESTED),
            ran(engine, "run", "builder"),
            ran(engine, "build", "app", "nginx"),
            ran(engine, CANDIDATE, "run", "migrate"),
            ran(engine, CANDIDATE, "up", "--wait", "app"),
            ran(engine, CANDIDATE, "run", "--no-deps", "test"),
            ran(engine, CANDIDATE, "run", "--no-deps", "browser-test"),
            ran(engine, CANDIDATE, "run", "--no-deps", "page-test"),
            *(ran(engine, "tag", name) for name in ACCEPTED),
            ran(engine, "rm", "candidate/app"),
            *(ran(engine, "tag", name) for name in RUNNING),
            ran(engine, RELEASE, "run", "migrate"),
            ran(engine, RELEASE, "up", "--wait", "app"),
            ran(engine, RELEASE, "run", "@smoke"),
        ]
        assert all(order), order
        assert [positions[0] for positions in order] == sorted(positions[0] for positions in order)
        assert set(ACCEPTED) <= set(engine.images)
        assert is_whole(engine.root / "target")
        for name in ("unittests.xml", "acceptance.xml", "browser.xml", "page.xml"):
            assert (engine.root / "reports" / name).exists()
        assert {note(engine, name)["status"] for name in ("test", "build", "image", "start", "accept")} == {0}
        assert said(this)[-1].endswith("Next: make tag 0.1.0")

    def test_again_it_builds_and_judges_nothing(self, engine):
        pipeline(engine)
        before = (engine.root / "target/SHA256SUMS").stat().st_mtime_ns
        engine.commands.clear()
        this = pipeline(engine)
        assert not ran(engine, "run")
        assert not ran(engine, "up", "app")
        assert (engine.root / "target/SHA256SUMS").stat().st_mtime_ns == before
        assert "runs unchanged" in said(this)[-1]

    def test_a_commit_since_is_in_the_notes_of_what_still_holds(self, engine):
        pipeline(engine)
        engine.revision = "fedcba9876543210"
        engine.results = {"config --hash": Result(0, "")}
        pipeline(engine)
        assert note(engine, "accept")["commit"] == checked_out(on(engine))

    def test_an_edit_is_tested_built_and_judged(self, engine):
        pipeline(engine)
        (engine.root / "src/models.py").write_text("two\n")
        engine.commands.clear()
        pipeline(engine)
        for words in (("run", "test.sh"), ("run", "builder"), ("run", "browser-test")):
            assert ran(engine, *words), words
        assert (engine.root / "target" / WHEEL).read_text() == engine.sources()

    def test_a_file_of_target_that_was_changed_is_put_right(self, engine):
        build.run(on(engine))
        (engine.root / "target" / WHEEL).write_text("other")
        build.run(on(engine))
        assert is_whole(engine.root / "target")

    def test_without_a_wheel_it_is_refused(self, engine):
        with pytest.raises(VerdictError, match="wheel in target/"):
            release.run(on(engine))

    def test_the_labels_have_no_password_and_say_what_is_not_committed(self, engine):
        build.run(on(engine))
        engine.dirty = " M src/models.py"
        labels = release.describe(on(engine))
        assert labels["APP_SOURCE"] == "https://git.example/todo.git"
        assert labels["APP_REVISION"] == f"{engine.revision}-dirty"
        (engine.root / "target/release.json").write_text('{"commit": "c0ffee", "published": "2026-01-01T00:00:00Z"}')
        assert release.describe(on(engine))["APP_REVISION"] == "c0ffee"

    @pytest.mark.parametrize("words", ["build agent app nginx", "build npm", "build client specs browser-specs"])
    def test_an_image_that_does_not_build_is_no_verdict(self, engine, words):
        build.run(on(engine))
        engine.results = {words: Result(1, "")}
        with pytest.raises(InfrastructureError, match=" to build, found the error above"):
            release.run(on(engine))
        assert note(engine, "image")["status"] == 2
        assert not ran(engine, "up", "app")

    def test_a_container_that_refuses_to_start_is_quoted(self, engine):
        pipeline(engine)
        engine.results = {"up --detach": Result(1, ""), "docker logs": Result(0, "...\nFAIL: expected SECRET_KEY\n")}
        with pytest.raises(InfrastructureError, match=r"^expected SECRET_KEY$"):
            start.run(on(engine))

    def test_migrations_that_fail_start_nothing(self, engine):
        build.run(on(engine))
        engine.results = {"django-admin migrate": Result(1, "")}
        with pytest.raises(InfrastructureError, match="migrations to run"):
            release.run(on(engine))
        assert not ran(engine, "up", "app")


RED = {"test": 3}


class TestBesideWhatRuns:
    """Rule 8: a verdict costs nobody their data."""

    def edited(self, engine):
        """Have a release that runs, and another one built; return the images that run."""
        pipeline(engine)
        (engine.root / "src/models.py").write_text("two\n")
        build.run(on(engine))
        engine.commands.clear()
        return dict(engine.running)

    def test_no_volume_of_the_release_is_removed(self, engine):
        self.edited(engine)
        engine.results = {"volume ls": Result(0, "a-volume")}
        release.run(on(engine))
        listed = [command for command in engine.commands if command[:3] == ("docker", "volume", "ls")]
        assert listed
        assert all("com.docker.compose.project=todobackend-candidate" in command[-1] for command in listed)

    def test_to_be_judged_again_leaves_what_runs_alone(self, engine):
        pipeline(engine)
        engine.commands.clear()
        accept.run(on(engine))
        assert ran(engine, CANDIDATE, "up", "app")
        assert not ran(engine, RELEASE)
        assert engine.candidate == {}

    @pytest.mark.parametrize("how", ["statuses", "migrate", "up"])
    def test_a_red_verdict_does_too_and_keeps_the_logs(self, engine, how):
        before = self.edited(engine)
        engine.statuses = RED if how == "statuses" else {}
        engine.results = {f"candidate.yml {how}": Result(1, ""), f"app django-admin {how}": Result(1, "")}
        with pytest.raises((VerdictError, InfrastructureError)):
            release.run(on(engine))
        assert engine.running == before
        assert not ran(engine, RELEASE)
        assert (engine.root / "reports/logs/candidate.log").exists()
        assert engine.candidate == {}

    def test_a_candidate_that_was_left_is_removed_first(self, engine):
        self.edited(engine)
        engine.candidate = {"app": "an older one"}
        release.run(on(engine))
        assert ran(engine, "rm", "candidate/app")[0] < ran(engine, CANDIDATE, "up", "app")[0]

    @pytest.mark.parametrize(
        "words", ["@smoke", ".state/release.env --file docker/release/docker-compose.yml run --rm"]
    )
    def test_what_does_not_serve_the_data_goes_back(self, engine, words):
        before = self.edited(engine)
        engine.results = {words: Result(1, "")}
        this = on(engine)
        with pytest.raises(VerdictError, match="The one before runs again"):
            release.run(this)
        assert engine.running == before
        assert {name: engine.images[name] for name in RUNNING} == dict(zip(RUNNING, before.values(), strict=True))
        assert note(engine, "start")["status"] == 1
        assert said(this, "failure")

    def test_what_ran_is_asked_of_the_containers(self, engine):
        before = self.edited(engine)
        engine.images["todobackend:running"] = "sha256:a killed run named it"
        engine.results = {"@smoke": Result(1, "")}
        with pytest.raises(VerdictError, match="The one before runs again"):
            release.run(on(engine))
        assert engine.running == before

    def test_a_candidate_that_does_not_start_says_where_its_logs_are(self, engine):
        build.run(on(engine))
        engine.results = {"up --detach": Result(1, "")}
        with pytest.raises(InfrastructureError, match=r"Look at: reports/logs/candidate\.log"):
            release.run(on(engine))

    def test_the_first_release_has_nothing_to_go_back_to(self, engine):
        engine.results = {"@smoke": Result(1, "")}
        with pytest.raises(VerdictError, match="smoke claims to hold"):
            pipeline(engine)

    def test_another_setting_asks_for_no_verdict_but_for_other_containers(self, engine):
        pipeline(engine)
        engine.results = {"config --hash": Result(0, "another")}
        engine.commands.clear()
        pipeline(engine)
        assert not ran(engine, CANDIDATE)
        assert ran(engine, RELEASE, "up", "app")

    def test_what_came_to_the_suites_while_they_ran_is_judged_the_next_time(self, engine, monkeypatch):
        compose_command = engine.compose

        def edited_meanwhile(environment, command):
            if "browser-test" in command and "run" in command:
                (engine.root / "specs").mkdir(exist_ok=True)
                (engine.root / "specs/new.js").write_text("it('...')")
            return compose_command(environment, command)

        monkeypatch.setattr(engine, "compose", edited_meanwhile)
        pipeline(engine)
        monkeypatch.setattr(engine, "compose", compose_command)
        engine.commands.clear()
        pipeline(engine)
        assert ran(engine, CANDIDATE, "run", "browser-test")
        engine.commands.clear()
        pipeline(engine)
        assert not ran(engine, CANDIDATE)

    def test_a_suite_in_another_folder_is_another_suite(self, engine):
        (engine.root / "specs/support").mkdir(parents=True)
        (engine.root / "specs/support/a.js").write_text("1")
        before = accept.suites(on(engine))
        (engine.root / "specs/support").rename(engine.root / "specs/test")
        assert accept.suites(on(engine)) != before

    def judged_again(self, engine):
        """Run the pipeline; return which of the suites ran."""
        engine.commands.clear()
        with contextlib.suppress(VerdictError):
            pipeline(engine)
        return [suite.name for suite in accept.SUITES if ran(engine, CANDIDATE, "run", suite.service)]

    def test_the_page_that_passed_its_own_suite_is_not_asked_again(self, engine):
        pipeline(engine)
        (engine.root / "src/models.py").write_text("two\n")
        assert self.judged_again(engine) == ["acceptance", "browser"]
        assert (engine.root / "reports/page.xml").exists()
        engine.commands.clear()
        accept.run(on(engine))
        assert ran(engine, CANDIDATE, "run", "page-test")

    @pytest.mark.parametrize(
        "changed", ["client/page.js", "specs/browser/test/load.js", "docker/release/candidate.yml", "reports/page.xml"]
    )
    def test_another_page_or_suite_or_lost_evidence_is(self, engine, changed):
        pipeline(engine)
        (engine.root / "src/models.py").write_text("two\n")
        if changed.startswith("reports"):
            (engine.root / changed).unlink()
        else:
            (engine.root / changed).parent.mkdir(parents=True, exist_ok=True)
            (engine.root / changed).write_text("services: {}\n")
        assert self.judged_again(engine) == ["acceptance", "browser", "page"]

    def test_so_is_a_red_page_and_one_whose_run_was_killed(self, engine):
        engine.statuses = {"page-test": 1}
        assert self.judged_again(engine) == ["acceptance", "browser", "page"]
        assert self.judged_again(engine) == ["acceptance", "browser", "page"]
        engine.statuses = {"test": 1}
        assert self.judged_again(engine) == ["acceptance", "browser", "page"]
        assert self.judged_again(engine) == ["acceptance", "browser"]
        engine.statuses = {}
        position = ran(engine, CANDIDATE, "run", "test")[0]
        (engine.root / "client").mkdir()
        (engine.root / "client/page.js").write_text("two\n")
        engine.last = position
        engine.commands.clear()
        with pytest.raises(Killed):
            pipeline(engine)
        engine.last = None
        assert self.judged_again(engine) == ["acceptance", "browser", "page"]

    def test_without_ids_there_is_no_verdict(self, engine):
        pipeline(engine)
        engine.images = {}
        assert accept.verdict_of(on(engine), "accepted", "suites") == ""
        (engine.root / ".state/accepted").write_text("")
        assert not accept.was_accepted(on(engine), "suites")
        (engine.root / ".state/page").write_text("")
        assert not accept.page_passed(on(engine), "suites")

    @pytest.mark.parametrize(
        "lost", ["docker/release/candidate.yml", "specs/test/a.js", "reports/acceptance.xml", "reports/browser.xml"]
    )
    def test_another_compose_file_or_suite_or_lost_evidence_asks_for_a_verdict(self, engine, lost):
        pipeline(engine)
        if lost.startswith("reports"):
            (engine.root / lost).unlink()
        else:
            (engine.root / lost).parent.mkdir(parents=True, exist_ok=True)
            (engine.root / lost).write_text("services: {}\n")
        engine.commands.clear()
        pipeline(engine)
        assert ran(engine, CANDIDATE, "run", "browser-test")


class TestBuilt:
    """An image is built again when anything it could be made from has changed, and else not."""

    def builds(self, engine):
        """Run the pipeline once more; return how many builds it asked for."""
        engine.commands.clear()
        pipeline(engine)
        return len(ran(engine, "build"))

    def test_with_nothing_changed_nothing_is_built(self, engine):
        pipeline(engine)
        for name in ("src/__pycache__/models.pyc", "src/node_modules/x.js", "README.md"):
            (engine.root / name).parent.mkdir(parents=True, exist_ok=True)
            (engine.root / name).write_text("left by a tool")
        with socket.socket(socket.AF_UNIX) as of_a_program:
            of_a_program.bind(str(engine.root / "src/s"))
            assert self.builds(engine) == 0

    @pytest.mark.parametrize(
        "change",
        [
            lambda root, images: (root / "src/models.py").write_text("two\n"),
            lambda root, images: (root / "src/models.py").chmod(0o755),
            lambda root, images: (root / "src/models.py").rename(root / "src/other.py"),
            lambda root, images: (root / "src/link.py").symlink_to("models.py"),
            lambda root, images: (root / "src/folder").symlink_to("."),
            lambda root, images: (root / "src").joinpath("empty").mkdir(),
            lambda root, images: (root / ".dockerignore").write_text("*\n"),
            lambda root, images: images.pop("todobackend-dev:built"),
            lambda root, images: images.update({"todobackend-dev:built": "sha256:another"}),
            lambda root, images: images.update({"debian:13": "sha256:another"}),
            lambda root, images: images.update({"todobackend-base:built": "sha256:another"}),
            lambda root, images: [file.unlink() for file in (root / ".state/built").iterdir()],
        ],
    )
    def test_a_change_is_left_to_docker(self, engine, change):
        pipeline(engine)
        change(engine.root, engine.images)
        assert self.builds(engine) >= 1
        assert engine.images["todobackend-dev:built"] == f"sha256:todobackend-dev:built:{engine.sources()}"
        assert self.builds(engine) == 0

    def test_a_commit_asks_for_the_release_images_alone(self, engine):
        pipeline(engine)
        engine.revision = "fedcba9876543210"
        engine.commands.clear()
        pipeline(engine)
        assert ran(engine, "build", "agent", "app", "nginx")
        assert not ran(engine, "build", "dev")

    def test_what_cannot_be_read_is_left_to_docker_and_not_remembered(self, engine, monkeypatch):
        def vanished(*arguments, **options):
            raise FileNotFoundError("an editor's file")

        monkeypatch.setattr(built.files, "digest", vanished)
        for _ in range(2):
            engine.commands.clear()
            images.build(on(engine), "the dev image", "dev")
            assert ran(engine, "build", "dev")
        assert not (engine.root / ".state/built").exists()

    def test_any_error_of_a_build_beside_the_others_is_raised(self, engine):
        def full(this):
            raise OSError("no space left on device")

        with pytest.raises(OSError, match="no space"), background.Background(on(engine), "suites", full):
            pass

    def test_an_edit_during_a_build_is_not_taken_for_built(self, engine, monkeypatch):
        compose_command = engine.compose

        def edited_meanwhile(environment, command):
            answer = compose_command(environment, command)
            if {"build", "dev"} <= set(command):
                (engine.root / "src/models.py").write_text("two\n")
            return answer

        monkeypatch.setattr(engine, "compose", edited_meanwhile)
        build.run(on(engine))
        monkeypatch.setattr(engine, "compose", compose_command)
        engine.commands.clear()
        build.run(on(engine))
        assert ran(engine, "build", "dev")


class TestKilled:
    """The process ends at any command: target/ is whole, and the same again ends green."""

    def test_at_every_command(self, engine, tmp_path):
        pipeline(engine)
        count = len(engine.commands)
        on(engine)
        assert count > 60
        for last in range(count):
            root = tmp_path / f"killed-{last}"
            killed = engine_at(root)
            killed.last = last
            with pytest.raises(Killed):
                pipeline(killed)
            assert is_whole(root / "target"), last
            assert killed.images.get(TESTED) in (None, killed.images.get("todobackend-dev:built")), last
            killed.last = None
            pipeline(killed)
            assert set(ACCEPTED) <= set(killed.images), last
            assert is_whole(root / "target"), last
            assert list(root.glob(".target.*")) == [], last
            assert killed.candidate == {}, last
            on(killed)


class TestRed:
    def test_tests_leave_their_reports_and_no_artefact(self, engine):
        engine.statuses = {"test": 1}
        this = on(engine)
        with pytest.raises(VerdictError, match="sources"):
            build.run(this)
        assert "expected all tests to pass" in said(this, "failure")[0]
        assert TESTED not in engine.images
        assert not (engine.root / "target").exists()
        assert (engine.root / "reports/unittests.xml").exists()
        assert note(engine, "test")["sentence"].startswith("expected all tests to pass")

    def test_tests_leave_the_artefacts_of_before(self, engine):
        build.run(on(engine))
        before = (engine.root / "target" / WHEEL).read_text()
        (engine.root / "src/models.py").write_text("two\n")
        engine.statuses = {"test": 1}
        with pytest.raises(VerdictError):
            build.run(on(engine))
        assert (engine.root / "target" / WHEEL).read_text() == before
        assert not ran(engine, "up", "app")

    @pytest.mark.parametrize(
        ("status", "error", "words"),
        [
            (64, VerdictError, "no module for one of: nowhere"),
            (125, InfrastructureError, "no container"),
            (126, None, ""),
        ],
    )
    def test_what_is_no_verdict_is_told_apart(self, engine, status, error, words):
        if status == 125:
            engine.absent = {"test"}
        elif status == 126:
            engine.results, error, words = {"docker cp": Result(1, "")}, InfrastructureError, "none to copy"
        else:
            engine.statuses = {"test": status}
        with pytest.raises(error, match=words):
            test.run(on(engine), "nowhere")

    def test_a_probe_that_gave_up_is_quoted(self, engine):
        engine.absent = {"test"}
        engine.running = {"agent": "1"}
        line = '...\n{"message": "expected MySQL to answer on db:3306, found silence", "stats": {}}'
        engine.results = {"docker logs": Result(0, line)}
        with pytest.raises(InfrastructureError, match=r"^expected MySQL to answer on db:3306, found silence$"):
            test.run(on(engine))

    def test_a_selection_opens_no_gate(self, engine):
        this = on(engine)
        test.run(this, "test_create")
        assert TESTED not in engine.images
        assert "opens no gate" in said(this)[-1]

    def test_an_image_that_does_not_build_runs_no_test(self, engine):
        engine.results = {"build agent dev": Result(1, "")}
        with pytest.raises(InfrastructureError, match="dev image to build"):
            test.run(on(engine))
        assert not ran(engine, "run", "test.sh")

    def test_wheels_that_changed_on_their_way_are_not_taken(self, engine, monkeypatch):
        test.run(on(engine))
        copied = engine.do_cp

        def change(command):
            result = copied(command)
            for wheel in engine.root.glob(".target.*/*.whl"):
                wheel.write_text("changed")
            return result

        monkeypatch.setattr(engine, "do_cp", change)
        with pytest.raises(InfrastructureError, match="another content"):
            build.run(on(engine))
        assert not (engine.root / "target").exists()

    def test_a_builder_that_fails_leaves_nothing(self, engine):
        test.run(on(engine))
        engine.statuses = {"builder": 1}
        with pytest.raises(InfrastructureError, match="builder to copy"):
            build.run(on(engine))
        assert list(engine.root.glob(".target.*")) == []

    def test_both_suites_run_and_what_was_accepted_is_accepted_no_longer(self, engine):
        pipeline(engine)
        engine.statuses = {"test": 3}
        engine.commands.clear()
        with pytest.raises(VerdictError, match=r"acceptance tests \(exit status 3\)"):
            accept.run(on(engine))
        assert ran(engine, "run", "browser-test")
        assert not set(ACCEPTED) & set(engine.images)
        assert note(engine, "accept")["status"] == 1

    def test_an_older_release_keeps_its_name(self, engine):
        pipeline(engine)
        old = engine.images[ACCEPTED[0]]
        (engine.root / "src/models.py").write_text("two\n")
        build.run(on(engine))
        engine.statuses = {"browser-test": 1}
        with pytest.raises(VerdictError, match="browser tests"):
            release.run(on(engine))
        assert engine.images[ACCEPTED[0]] == old

    def test_a_suite_without_a_container_is_no_verdict(self, engine):
        pipeline(engine)
        engine.absent = {"test", "browser-test"}
        with pytest.raises(InfrastructureError, match="no verdict"):
            accept.run(on(engine))

    def test_a_suite_without_a_report_is_red(self, engine, monkeypatch):
        pipeline(engine)
        monkeypatch.setattr(engine, "do_cp", lambda command: Result(0, ""))
        with pytest.raises(VerdictError, match=r"expected reports/acceptance.xml"):
            accept.run(on(engine))

    def test_what_does_not_run_is_not_judged(self, engine):
        pipeline(engine)
        engine.results = {"up --detach": Result(0, "")}
        with pytest.raises(VerdictError, match="no healthy container of app"):
            accept.run(on(engine))
        assert not ran(engine, CANDIDATE, "run", "accepted")

    def test_what_was_never_accepted_is_not_judged_again(self, engine):
        build.run(on(engine))
        with pytest.raises(VerdictError, match="accepted release, found none"):
            accept.run(on(engine))

    def test_what_was_built_since_is_not_tagged(self, engine):
        with pytest.raises(VerdictError, match="found none"):
            accept.require(on(engine))
        pipeline(engine)
        engine.images["todobackend:built"] = "sha256:another"
        with pytest.raises(VerdictError, match="found that it has not"):
            accept.require(on(engine))

    def test_start_takes_what_ran_last_else_what_was_accepted(self, engine):
        pipeline(engine)
        before = {name: engine.images[name] for name in RUNNING}
        engine.images["todobackend:accepted"] = "sha256:newer"
        start.run(on(engine))
        assert {name: engine.images[name] for name in RUNNING} == before
        del engine.images["todobackend:running"]
        start.run(on(engine))
        assert engine.images["todobackend:running"] == "sha256:newer"

    def test_start_wants_an_image(self, engine):
        with pytest.raises(VerdictError, match="make release"):
            start.run(on(engine))


class TestLock:
    def test_a_second_run_waits_for_the_first(self, engine):
        first, second = on(engine), context(FakeEngine(engine.root), engine.root)
        first.lock()
        threading.Timer(0.3, on, [engine]).start()  # the end of the first
        second.lock()
        assert said(second, "info") == ["Another run is at work in this checkout: waiting for it"]

    def test_it_gives_up_and_names_who_has_it(self, engine, monkeypatch):
        on(engine).lock()
        monkeypatch.setattr(lock, "LIMIT_SECONDS", 0)
        with pytest.raises(VerdictError, match=rf"process {os.getpid()} still at work"):
            context(FakeEngine(engine.root), engine.root).lock()

    def test_two_checkouts_of_one_pipeline_wait_for_each_other(self, engine, tmp_path, monkeypatch):
        on(engine).lock()
        monkeypatch.setattr(lock, "LIMIT_SECONDS", 0)
        (tmp_path / "other").mkdir()
        with pytest.raises(VerdictError, match="still at work"):
            context(FakeEngine(tmp_path / "other"), tmp_path / "other").lock()

    def test_a_command_that_outlives_the_run_holds_it(self, tmp_path):
        runner = Runner(tmp_path, {"PATH": "/usr/bin:/bin"})
        lock.take(runner, None, tmp_path / "lock")
        command = runner.begin(["sleep", "60"], None)
        os.close(runner.locks.pop())
        descriptor = os.open(tmp_path / "lock", os.O_RDWR)
        assert not lock.try_to_lock(descriptor)
        command.kill()
        command.wait()
        assert lock.try_to_lock(descriptor)


class TestTag:
    @pytest.fixture
    def accepted(self, engine):
        pipeline(engine)
        return engine

    def tags(self, engine):
        return sorted(name.partition(":")[2] for name in engine.images if name.startswith("todobackend/todobackend:"))

    def test_by_rule(self, accepted):
        tag.run(on(accepted))
        assert self.tags(accepted) == ["0.1.0", "0123456789ab", "0123456789ab-develop", "develop", "latest"]

    @pytest.mark.parametrize(
        ("attribute", "value", "expected"),
        [("branch", "feature", ["0.1.0", "0123456789ab"]), ("revision", "another", ["0.1.0", "0123456789ab"])],
    )
    def test_it_promises_less_elsewhere(self, accepted, attribute, value, expected):
        setattr(accepted, attribute, value)
        tag.run(on(accepted))
        assert self.tags(accepted) == expected

    def test_what_is_not_committed_gets_a_dirty_tag_at_most(self, accepted):
        accepted.labels[accepted.images[ACCEPTED[0]]]["org.opencontainers.image.revision"] = "0123456789abcdef-dirty"
        with pytest.raises(VerdictError, match=r"0\.2\.0-dirty"):
            tag.run(on(accepted), "0.2.0")
        tag.run(on(accepted))
        buildtag.run(on(accepted, BUILD_TAG="7"))
        assert self.tags(accepted) == ["0.1.0-dirty.7", "0123456789ab-dirty"]

    def test_without_a_commit_it_asks_for_a_name(self, accepted):
        accepted.labels[accepted.images[ACCEPTED[0]]]["org.opencontainers.image.revision"] = "unknown"
        with pytest.raises(VerdictError, match=r"make tag 0\.1\.0"):
            tag.run(on(accepted))

    @pytest.mark.parametrize("word", ["release", "a:b", "a/b", ".a", "-a", "x" * 129, ""])
    def test_an_odd_word_is_refused_before_anything_is_asked(self, engine, word):
        engine.user_environment = {"TARGETS": "help release"}
        with pytest.raises(VerdictError, match="expected a tag"):
            tag.run(on(engine), "good", word)
        assert engine.commands == []

    def test_of_a_build_ends_in_its_suffix(self, accepted):
        buildtag.run(on(accepted, BUILD_TAG="7"), "0.1.0", "edge")
        buildtag.run(on(accepted))
        assert [name for name in self.tags(accepted) if name.endswith(".7")] == ["0.1.0.7", "edge.7"]
        assert any(name.startswith("0.1.0.20") for name in self.tags(accepted))


class TestPublish:
    RELEASE = ROOT / "docker/release/Dockerfile"
    DIGEST = f"sha256:{'a' * 64}"

    @pytest.fixture
    def tagged(self, engine):
        pipeline(engine)
        for path in (*publish.EDGE, *publish.AGENT):
            (engine.root / path).parent.mkdir(parents=True, exist_ok=True)
            if "." in path:
                (engine.root / path).write_text(path)
            else:
                (engine.root / path).mkdir()
                (engine.root / path / "file").write_text(path)
        wheels = hashlib.sha256((engine.root / "target/SHA256SUMS").read_bytes()).hexdigest()
        engine.labels[engine.images[ACCEPTED[0]]]["todobackend.wheels"] = wheels
        (engine.root / ".state/parents.env").write_text(
            f"DEBIAN_PARENT=debian:13\nMYSQL_PARENT=todobackend-parent-mysql:9.7\n{DAY}"
        )
        tag.run(on(engine), "0.1.0")
        engine.results = {
            "imagetools": Result(1, "ERROR: localhost:5000/x: not found"),
            "docker push": Result(0, f"0.1.0: digest: {self.DIGEST} size: 1"),
        }
        engine.commands.clear()
        return engine

    def test_the_edge_is_pushed_anew_when_any_of_its_files_is_another(self):
        stages = dict(re.findall("^FROM .* AS (.*)\n((?:(?!FROM).*\n)*)", self.RELEASE.read_text(), re.MULTILINE))
        lines = [line for name in ("server-files", "server", "edge") for line in stages[name].splitlines()]
        copied = [line for line in lines if line.startswith("COPY") and "--from" not in line]
        files = [word for line in copied for word in line.split()[1:-1] if not word.startswith("--")]
        assert len(files) >= 7
        assert [file for file in files if file not in publish.EDGE] == []

    def test_everything_is_asked_before_anything_is_sent(self, tagged):
        tagged.user_environment = {"PACKAGE_INDEX_URL": "http://me:hunter2@index.example/simple/"}
        this = on(tagged, STAND_INS="yes")
        publish.run(this)
        questions = ran(tagged, "imagetools", "inspect")
        assert ran(tagged, "wheels.py", "check")[0] < ran(tagged, "wheels.py", "publish")[0] < ran(tagged, "push")[0]
        assert questions[2] < ran(tagged, "push")[0]
        pushed = [tagged.commands[number][-1] for number in ran(tagged, "push")]
        names = ["todobackend", "todobackend-nginx", "todobackend-client", "todobackend-edge", "todobackend-agent"]
        assert [name.partition(":")[0].removeprefix("todobackend/") for name in pushed] == [
            *names,
            "todobackend-db",
            "todobackend-record",
        ]
        record = tagged.commands[ran(tagged, "record.py")[0]]
        assert f"app=todobackend/todobackend@{self.DIGEST}" in record
        assert "index=http://index.example/simple/" in record
        assert not any("hunter2" in word for command in tagged.commands for word in command)
        assert note(tagged, "publish")["status"] == 0

    def test_what_stands_on_stand_ins_is_sent_only_when_asked(self, tagged):
        with pytest.raises(
            VerdictError, match=r"stands on todobackend-parent-mysql:9\.7, .* make publish STAND_INS=yes"
        ):
            publish.run(on(tagged))
        assert not ran(tagged, "push")
        assert not ran(tagged, "imagetools")

    def test_what_is_published_is_not_replaced(self, tagged):
        tagged.results["imagetools"] = Result(0, f'Digest: {self.DIGEST}\n"digest": "sha256:{"b" * 64}"')
        with pytest.raises(VerdictError, match=r"0\.1\.0 to be new"):
            publish.run(on(tagged, STAND_INS="yes"))
        assert not ran(tagged, "push")

    def test_the_record_of_the_first_stands(self, tagged, monkeypatch):
        # The registry has the same images, and a record.
        monkeypatch.setattr(publish, "in_registry", lambda this, name: [self.DIGEST, *tagged.images.values()])

        def fetch(context, name, folder, *client):
            (folder / "release.json").write_text('{"first": true}')

        monkeypatch.setattr(publish.registry, "fetch_record", fetch)
        tagged.images["todobackend/todobackend-record:0.1.0"] = "sha256:record"
        publish.run(on(tagged, STAND_INS="yes"))
        assert json.loads((tagged.root / "target/release.json").read_text()) == {"first": True}

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            ("unauthorized: no", "make login"),
            ("dial tcp: connection refused", "make registry"),
            ("no space left on device", "disk full"),
            ("odd", "troubleshooting"),
        ],
    )
    def test_what_the_registry_says_becomes_a_sentence(self, tagged, answer, words):
        tagged.results["imagetools"] = Result(1, answer)
        with pytest.raises(VerdictError, match=words):
            publish.run(on(tagged, STAND_INS="yes"))
        assert note(tagged, "publish")["status"] == 1

    def test_a_push_that_fails_ends_it(self, tagged):
        tagged.results["docker push"] = Result(1, "denied")
        with pytest.raises(VerdictError, match=r"to push todobackend/todobackend:0\.1\.0"):
            publish.run(on(tagged, STAND_INS="yes"))
        tagged.results["docker push"] = Result(0, "done")
        with pytest.raises(InfrastructureError, match="digest"):
            publish.run(on(tagged, STAND_INS="yes"))

    def test_an_index_that_refuses_is_quoted_by_itself(self, tagged):
        tagged.user_environment = {"PACKAGE_INDEX_URL": "http://index.example/simple/"}
        tagged.results["wheels.py"] = Result(1, "")
        with pytest.raises(ReportedError):
            publish.run(on(tagged, STAND_INS="yes"))
        assert not ran(tagged, "push")

    def test_without_a_name_or_its_wheels_it_is_refused(self, tagged):
        with pytest.raises(VerdictError, match=r"found none\. Type: make tag"):
            publish.run(on(tagged, STAND_INS="yes", ORG_NAME="other"))
        (tagged.root / "target/SHA256SUMS").write_text("others")
        with pytest.raises(VerdictError, match="found others"):
            publish.run(on(tagged, STAND_INS="yes"))

    def test_a_registrys_mysql_is_kept_by_its_own_digest(self, tagged):
        (tagged.root / ".state/parents.env").write_text(f"DEBIAN_PARENT=debian:13\nMYSQL_PARENT=mysql:9.7\n{DAY}")
        tagged.results["RepoDigests"] = Result(0, f"mysql@{self.DIGEST}")
        publish.run(on(tagged, STAND_INS="yes"))
        assert f"db=mysql@{self.DIGEST}" in tagged.commands[ran(tagged, "record.py")[0]]
        tagged.results["RepoDigests"] = Result(0, "")
        with pytest.raises(InfrastructureError, match="digest of db"):
            publish.run(on(tagged, STAND_INS="yes"))

    @pytest.mark.parametrize("knobs", [{}, {"VERSION": "a b"}, {"VERSION": "0.1.0"}])
    def test_release_from_wants_a_version_and_an_index(self, engine, knobs):
        with pytest.raises(VerdictError, match=r"VERSION=0\.1\.0"):
            release_from.run(on(engine, **knobs))
        assert engine.commands == []

    def test_release_from_takes_the_wheels_of_the_record(self, engine, monkeypatch):
        build.run(on(engine))
        wheels = {path.name: path.read_bytes() for path in (engine.root / "target").iterdir()}

        def fetch(context, verb, folder):
            (folder / "release.json").write_text('{"commit": "c0ffee", "published": "2026-01-01T00:00:00Z"}')
            for name, content in wheels.items():
                (folder / name).write_bytes(content)

        monkeypatch.setattr(publish, "on_wheels", lambda this, given, verb, folder: fetch(this, verb, folder))
        engine.results = {"docker create": Result(0, "an-id"), "docker cp an-id": Result(0, "")}
        release_from.run(on(engine, VERSION="0.1.0", PACKAGE_INDEX_URL="http://localhost:5001/simple/"))
        assert set(ACCEPTED) <= set(engine.images)
        assert json.loads((engine.root / "target/release.json").read_text())["commit"] == "c0ffee"
        assert list(engine.root.glob(".target.*")) == []

    @pytest.mark.parametrize(
        ("answer", "words"), [("manifest unknown", "found none"), ("connection refused", "no registry")]
    )
    def test_a_record_that_is_not_there_is_a_sentence(self, engine, answer, words):
        engine.results = {"docker pull": Result(1, answer)}
        knobs = {"VERSION": "9.9.9", "PACKAGE_INDEX_URL": "http://localhost:5001/simple/"}
        with pytest.raises(VerdictError, match=words):
            release_from.run(on(engine, **knobs))
        assert not (engine.root / "target").exists()
        assert list(engine.root.glob(".target.*")) == []


def backup_of(content):
    digest = hashlib.sha256(content).hexdigest()
    head = b"-- todobackend backup 1\n-- migration todo 0001_initial\n"
    return gzip.compress(head + content + f"-- content {digest}\n".encode())


DATA = b"START TRANSACTION;\nINSERT INTO `t` VALUES (1);\nCOMMIT;\n"


class TestData:
    @pytest.fixture
    def running(self, engine, monkeypatch):
        """A release whose database holds what is in `rows`, and writes `DATA`."""
        pipeline(engine)
        engine.running["db"] = "sha256:mysql"
        engine.rows, engine.dumped = "0", backup_of(DATA)

        def run(command, extra=None, stdin=None, stdout=None, merged=False):
            status = engine.note(command).status
            if "exec" in command and hasattr(stdout, "write"):
                stdout.write(engine.dumped if "gzip" in command[-1] else engine.rows)
            return status

        monkeypatch.setattr(engine, "run", run)
        (engine.root / "docker/release").mkdir(parents=True, exist_ok=True)
        (engine.root / "docker/release/dump.sh").write_text("dump\n")
        engine.commands.clear()
        return engine

    def test_a_backup_goes_to_where_it_was_said_whatever_the_name_and_is_private(self, running):
        this = on(running)
        backup.run(this, "my backups/a;b $c'.gz")
        file = running.root / "my backups/a;b $c'.gz"
        assert file.read_bytes() == running.dumped
        assert file.stat().st_mode & 0o777 == 0o600
        assert "FILE='my backups/a;b $c'\"'\"'.gz'" in said(this)[-1]

    def test_without_a_name_it_gets_the_time(self, running):
        backup.run(on(running), "")
        assert [file.name[:14] for file in (running.root / "backups").iterdir()] == ["todobackend-20"]

    def test_it_overwrites_nothing_and_wants_a_database(self, running):
        (running.root / "a.gz").write_text("mine")
        with pytest.raises(VerdictError, match="overwrites nothing"):
            backup.run(on(running), "a.gz")
        running.running = {}
        with pytest.raises(VerdictError, match="make start"):
            backup.run(on(running), "b.gz")

    @pytest.mark.parametrize("words", ["exec", "nothing"])
    def test_half_a_backup_is_not_kept(self, running, words):
        running.dumped = running.dumped[:-30]
        running.results = {words: Result(1, "")}
        with pytest.raises((VerdictError, InfrastructureError)):
            backup.run(on(running), "a.gz")
        assert list(running.root.glob("a.gz*")) == []

    def test_a_restore_brings_the_data_in_and_compares(self, running):
        (running.root / "a.gz").write_bytes(backup_of(DATA))
        this = on(running)
        restore.run(this, "a.gz")
        stop, fill = ran(running, "stop", "nginx", "app"), ran(running, "0001_initial")
        assert stop and fill and stop[0] < fill[0] < ran(running, "up", "app")[0]
        assert said(this)[-1].startswith("Restore complete: content ")

    def test_another_content_than_that_of_the_file_is_red(self, running):
        (running.root / "a.gz").write_bytes(backup_of(DATA.replace(b"(1)", b"(2)")))
        with pytest.raises(VerdictError, match="after the restore"):
            restore.run(on(running), "a.gz")

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"text",
            gzip.compress(b"-- other\n"),
            backup_of(DATA)[:-20],
            gzip.compress(gzip.decompress(backup_of(DATA))[:-70]),
            backup_of(DATA)[:20] + b"\0" + backup_of(DATA)[21:],
        ],
    )
    def test_a_broken_file_changes_nothing(self, running, content):
        (running.root / "a.gz").write_bytes(content)
        with pytest.raises(VerdictError, match=r"a\.gz is broken"):
            restore.run(on(running), "a.gz")
        assert not ran(running, "stop", "app")

    def test_data_that_is_there_is_kept(self, running):
        (running.root / "a.gz").write_bytes(backup_of(DATA))
        running.rows = "3"
        with pytest.raises(VerdictError, match="found 3 items"):
            restore.run(on(running), "a.gz")
        running.rows = ""
        with pytest.raises(InfrastructureError, match="what it holds"):
            restore.run(on(running), "a.gz")
        assert not ran(running, "stop", "app")

    @pytest.mark.parametrize("words", ["migrate --noinput -v 0", "gunzip"])
    def test_what_the_database_refuses_starts_the_release_again(self, running, words):
        (running.root / "a.gz").write_bytes(backup_of(DATA))
        running.results = {words: Result(1, "")}
        with pytest.raises(VerdictError, match="the error above"):
            restore.run(on(running), "a.gz")
        assert ran(running, "up", "app")

    def test_no_file_is_a_sentence(self, running):
        with pytest.raises(VerdictError, match=r"FILE=backups/NAME.sql.gz"):
            restore.run(on(running), "")
        (running.root / "backups").mkdir()
        (running.root / "backups/b.sql.gz").write_text("")
        with pytest.raises(VerdictError, match=r"FILE=backups/b.sql.gz"):
            restore.run(on(running))
        with pytest.raises(VerdictError, match="no such file"):
            restore.run(on(running), "nowhere.gz")
        running.images = {}
        with pytest.raises(VerdictError, match="expected a release image"):
            restore.run(on(running), "backups/b.sql.gz")

    def test_migrations_are_read_from_the_top_alone(self, tmp_path):
        (tmp_path / "a.gz").write_bytes(backup_of(DATA.replace(b"INSERT", b"-- migration a b\nINSERT")))
        assert data.migrations(tmp_path / "a.gz") == [("todo", "0001_initial")]


class TestClean:
    def test_removes_each_project_and_leaves_what_has_a_name(self, engine):
        pipeline(engine)
        (engine.root / ".state/registry").mkdir()
        engine.results = {"network ls": Result(0, "a\nb"), "volume ls": Result(0, "c"), "docker images": Result(0, "d")}
        clean.run(on(engine))
        assert ("docker", "network", "rm", "a", "b") in engine.commands
        assert ("docker", "volume", "rm", "c") in engine.commands
        assert ("docker", "rmi", "--force", "d") in engine.commands
        listed = " ".join(word for command in engine.commands for word in command)
        kinds = ("dev", "-candidate", "lab", "-ci-server", "-ci-serverdev", "-ci-server-candidate")
        for name in (f"todobackend{kind}" for kind in kinds):
            assert f"project={name} " in listed
        assert not (engine.root / ".state/registry").exists()
        assert (engine.root / "target").exists()

    def test_distclean_leaves_no_trace(self, engine):
        pipeline(engine)
        (engine.root / ".target.1").mkdir()
        distclean.run(on(engine))
        assert sorted(path.name for path in engine.root.iterdir()) == ["docker", "src"]

    def test_distclean_leaves_what_other_pipelines_remember(self, engine):
        (engine.root / ".state/registry-2").mkdir()
        distclean.run(on(engine))
        assert (engine.root / ".state/registry-2").exists()

    def test_distclean_does_not_stop_a_service(self, engine):
        engine.results = {"service ls": Result(0, "an-id")}
        with pytest.raises(VerdictError, match="make undeploy"):
            distclean.run(on(engine))


class TestNetwork:
    def test_the_settings_are_private_and_those_that_a_container_can_use(self, engine, tmp_path):
        (tmp_path / "ca.pem").write_text("certificates")
        engine.user_environment = {
            "http_proxy": "http://proxy.example:3128",
            "HTTPS_PROXY": "http://localhost:3128",
            "no_proxy": "localhost",
            "PIP_CERT": str(tmp_path / "ca.pem"),
            "PIP_INDEX_URL": "https://index.example/simple",
            "PIP_EXTRA_INDEX_URL": "file:///wheels",
            "npm_config_registry": "http://127.0.0.1:4873",
        }
        network.run(on(engine))
        folder = engine.root / ".state/network"
        assert (folder / "ca.pem").read_text() == "certificates"
        assert (folder / "pip.conf").read_text() == (
            "[global]\ncert = /run/secrets/ca\nindex-url = https://index.example/simple\n"
        )
        assert (folder / "npmrc").read_text() == (
            "cafile=/run/secrets/ca\nproxy=http://proxy.example:3128\nnoproxy=localhost\n"
        )
        assert (folder / "apt.conf").read_text() == (
            'Acquire::http::Proxy "http://proxy.example:3128";\nAcquire::https::CAInfo "/run/secrets/ca";\n'
        )
        assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


class TestVariables:
    def test_a_value_is_taken_as_it_is(self, engine):
        engine.user_environment = {"ALLOWED_HOSTS": "it's $HOME"}
        this = on(engine, BUILD_ID="-7")
        command = this.compose("release", "ps")
        assert command[:6] == (
            *("docker", "compose", "--env-file", ".state/release-7.env"),
            *("--file", "docker/release/docker-compose.yml"),
        )
        text = (engine.root / ".state/release-7.env").read_text()
        assert "ALLOWED_HOSTS='localhost,127.0.0.1,[::1],nginx,it\\'s $HOME'\n" in text

    def test_an_environment_has_a_project_and_images_of_its_own(self, engine):
        this = on(engine, BUILD_ID="-7")
        for environment, file, verdict, project in (
            ("images", "compose", "built", ""),
            ("candidate", "candidate", "accepted", "-candidate"),
            ("release", "release", "running", ""),
        ):
            this.write_variables(judged="accepted")
            assert f".state/{file}-7.env" in this.compose(environment, "ps")
            text = (engine.root / f".state/{file}-7.env").read_text()
            for variable, name in (("APP", ""), ("NGINX", "-nginx"), ("CLIENT", "-client")):
                assert f"{variable}_IMAGE='todobackend{name}:{verdict}-7'\n" in text
            assert f"RELEASE_PROJECT='todobackend-7{project}'\n" in text
            assert "SPECS_IMAGE='todobackend-specs:built-7'\n" in text

    def test_without_parents_a_build_says_so(self, engine):
        (engine.root / ".state/parents.env").unlink()
        with pytest.raises(VerdictError, match="make parents"):
            on(engine).parent("DEBIAN_PARENT")


class TestWhileDeveloping:
    def test_dev_removes_its_container_however_it_ends(self, engine):
        engine.running = {"app": "x"}
        this = on(engine)
        dev.run(this)
        assert len(ran(engine, "rm", "app")) == 2
        assert ran(engine, "run", "--no-TTY", "todobackenddev-app")
        engine.results = {"--service-ports": Result(130, "")}
        dev.run(on(engine))
        engine.results = {"--service-ports": Result(1, "")}
        with pytest.raises(InfrastructureError, match="service to run"):
            dev.run(on(engine))

    def test_dev_ends_well_by_ctrl_c(self, engine, monkeypatch):
        plain = engine.run

        def interrupted(command, **options):
            if "--service-ports" in command:
                raise KeyboardInterrupt
            return plain(command, **options)

        monkeypatch.setattr(engine, "run", interrupted)
        this = on(engine)
        dev.run(this)
        assert said(this)[-1].startswith("Ended.")

    def test_shell_has_the_source_read_only(self, engine):
        shell.run(on(engine))
        assert ran(engine, "run", f"{engine.root}/src:/app/src:ro", "bash || true")
        engine.results = {"bash || true": Result(1, "")}
        with pytest.raises(InfrastructureError, match="expected a shell"):
            shell.run(on(engine))

    def test_logs_are_those_of_each_environment_with_names(self, engine, monkeypatch, capsys):
        engine.results = {"docker ps": Result(0, "an-id"), "{{.Name}}": Result(0, "/todobackend-app-1")}
        monkeypatch.setattr(engine, "show", lambda command, is_shown: engine.note(command) and is_shown("a line\n"))
        logs.run(on(engine))
        assert capsys.readouterr().out == "todobackend-app-1 | a line\n" * 3
        for project in ("todobackenddev", "todobackend-candidate", "todobackend"):
            assert ran(engine, f"label=com.docker.compose.project={project}")
        assert not ran(engine, "--tail")

    def test_logs_of_a_service_on_a_terminal_are_the_last(self, engine, monkeypatch):
        monkeypatch.setattr(logs.sys.stdout, "isatty", lambda: True)
        engine.results = {"docker ps": Result(0, "an-id")}
        logs.run(on(engine), "app", "release")
        assert [engine.commands[number] for number in ran(engine, "logs")] == [
            ("docker", "logs", "--tail", "200", "an-id")
        ]

    @pytest.mark.parametrize(("words", "found"), [(("nobody",), "nobody"), (("", "prod"), "'prod'")])
    def test_logs_of_nothing_are_a_sentence(self, engine, words, found):
        with pytest.raises(VerdictError, match=found):
            logs.run(on(engine), *words)

    def test_lint_is_red_when_a_linter_is(self, engine):
        lint.run(on(engine))
        assert ran(engine, "--env", "FIX", "lint.sh")
        engine.results = {"lint.sh": Result(1, "")}
        with pytest.raises(VerdictError, match="clean files"):
            lint.run(on(engine))
        with pytest.raises(VerdictError, match="found 'no'"):
            lint.run(on(engine), "no")

    def test_lock_resolves_every_folder(self, engine):
        lock_stage.run(on(engine))
        assert len(ran(engine, "npm", "install")) == len(lock_stage.FOLDERS)
        for words in ("lock.sh", "npm install"):
            engine.results = {words: Result(1, "")}
            with pytest.raises(InfrastructureError, match="to resolve"):
                lock_stage.run(on(engine))

    def test_lock_takes_the_newest_only_for_refresh(self, engine):
        lock_stage.resolve(on(engine), newest=True)
        assert len(ran(engine, "npm", "update")) == len(lock_stage.FOLDERS)
        assert not ran(engine, "npm", "install")

    def test_docs_shows_what_mkdocs_found(self, engine, capsys):
        docs.run(on(engine))
        engine.results = {" build --strict": Result(1, "INFO - x\nWARNING - a link")}
        with pytest.raises(VerdictError, match="links and files are there"):
            docs.run(on(engine))
        assert capsys.readouterr().out == "WARNING - a link\n"
        docs_serve = on(engine)
        engine.results = {}
        docs.run(docs_serve, "serve")
        assert ran(engine, "--publish", "127.0.0.1:8020:8000", "serve")

    def test_an_image_that_does_not_build_ends_them(self, engine):
        engine.results = {"docker build": Result(1, ""), "compose": Result(1, "")}
        for stage in (lint, docs, dev):
            with pytest.raises(InfrastructureError, match="to build"):
                stage.run(on(engine))


class TestRefresh:
    LOCK = "src/requirements/base.txt"

    @pytest.fixture
    def old(self, engine, monkeypatch):
        """A checkout whose parents, packages and locks move on when they are asked for anew."""
        (engine.root / "src/requirements").mkdir()
        (engine.root / self.LOCK).write_text("django==5.2.1 ; x \\\n    --hash=sha256:aa\nsix==1.0\n")
        (engine.root / "specs").mkdir()
        packages = {
            "": {},
            "node_modules/mocha": {"version": "12.0.1"},
            "node_modules/a/node_modules/mocha": {"version": "11.0"},
        }
        (engine.root / "specs/package-lock.json").write_text(json.dumps({"packages": packages}))
        (engine.root / "docker/parents").mkdir()
        (engine.root / parents.PINS).write_text("PACKAGES_AS_OF=2020-01-01\n")
        engine.results = {"dpkg-query": Result(0, "libc6:amd64\t2.41-1\npython3\t3.13.5")}

        def renew(this):
            (engine.root / parents.PINS).write_text("PACKAGES_AS_OF=2026-01-01\n")
            engine.results["dpkg-query"] = Result(0, "libc6:amd64\t2.41-2\npython3\t3.13.5")

        def resolve(this, newest):
            assert newest
            assert ran(engine, "build", "base"), "the linters stand on the new base image"
            (engine.root / self.LOCK).write_text("django==5.2.2 ; x \\\n    --hash=sha256:bb\nseven==1.0\n")
            if engine.statuses:
                raise InfrastructureError("no network")

        monkeypatch.setattr(parents, "renew", renew)
        monkeypatch.setattr(lock_stage, "resolve", resolve)
        return engine

    def test_says_what_changed_from_what_to_what(self, old):
        this = on(old)
        refresh.run(this)
        assert said(this, "detail") == [
            "MySQL: libc6:amd64 2.41-1 -> 2.41-2",
            "base image: libc6:amd64 2.41-1 -> 2.41-2",
            f"{self.LOCK}: django 5.2.1 -> 5.2.2",
            f"{self.LOCK}: seven (new) -> 1.0",
            f"{self.LOCK}: six 1.0 -> (gone)",
        ]
        assert said(this)[-1].startswith("5 packages changed. Next: git diff, then make lint test build release")

    def test_that_does_not_come_to_its_end_changes_nothing(self, old):
        before = {name: (old.root / name).read_text() for name in (self.LOCK, parents.PINS)}
        old.statuses = {"lock": 1}
        with pytest.raises(InfrastructureError, match="no network"):
            refresh.run(on(old))
        assert {name: (old.root / name).read_text() for name in before} == before

    def test_knows_every_lock_of_this_tree(self):
        tracked = Runner(ROOT, os.environ).lines(("git", "ls-files", "*package-lock.json", "*.txt"))
        found = {str(file.relative_to(ROOT)) for file in refresh.locks(ROOT)}
        # The yardstick of the bench stays what it is.
        assert found == {name for name in tracked if not name.startswith("bench/course/")}


class TestReport:
    @pytest.fixture
    def pages(self, engine):
        """An engine whose report has one page."""
        archive = report.io.BytesIO()
        with report.tarfile.open(fileobj=archive, mode="w") as tar:
            member = report.tarfile.TarInfo("index.html")
            member.size = 4
            tar.addfile(member, report.io.BytesIO(b"page"))
        engine.pipe = lambda command, data=b"": engine.given.append(data) or archive.getvalue()
        engine.given = []
        return engine

    def test_is_made_of_the_evidence_and_the_layers(self, pages):
        pipeline(pages)
        pages.results = {"docker history": Result(0, "base\tname\tid\t5\t")}
        this = on(pages)
        report.run(this)
        with report.tarfile.open(fileobj=report.io.BytesIO(pages.given[-1])) as tar:
            names = tar.getnames()
            assert tar.extractfile("facts/images.tsv").read().startswith(b"base\tname\tid\t5\t\n")
        assert {"reports/unittests.xml", "reports/stages/accept.json", "target/SHA256SUMS", "facts/here"} <= set(names)
        assert (pages.root / "reports/index.html").read_text() == "page"
        assert said(this)[-1] == f"The report: file://{pages.root}/reports/index.html"

    def test_without_evidence_there_is_none(self, pages):
        with pytest.raises(VerdictError, match="make test"):
            report.run(on(pages))

    def test_of_another_verdict_does_not_stay(self, pages):
        pipeline(pages)
        report.renew(on(pages), 0)
        assert (pages.root / "reports/index.html").exists()
        pages.pipe = lambda command, data=b"": None
        report.renew(on(pages), 1)
        assert not (pages.root / "reports/index.html").exists()

    def test_is_not_waited_for_where_its_image_is_missing_after_a_failure(self, pages):
        pipeline(pages)
        pages.images.pop("todobackend-report:built")
        pages.commands.clear()
        report.renew(on(pages), 2)
        assert not ran(pages, "build")
        report.renew(on(pages), 0)
        assert ran(pages, "build")

    def test_opens_where_there_is_a_desktop(self, pages, monkeypatch):
        pipeline(pages)
        pages.environment = {"DISPLAY": ":0"}
        monkeypatch.setattr(report.shutil, "which", lambda name: name)
        report.run(on(pages))
        assert ran(pages, "xdg-open")
