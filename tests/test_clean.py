"""`make clean` removes all of its own, and nothing of others."""

import pytest
from conftest import docker


def anonymous_volumes():
    return {name for name in docker("volume", "ls", "-q").split() if len(name) == 64}


def nameless_images():
    return set(docker("images", "-q", "--filter", "dangling=true").split())


@pytest.fixture(scope="module")
def before():
    other = docker("volume", "create")
    yield {"volumes": anonymous_volumes(), "images": nameless_images(), "other": other}
    docker("volume", "rm", other)


def test_a_full_pipeline_leaves_nothing_after_clean(checkout, before):
    assert checkout.make("release").returncode == 0
    # Another image of every kind, so that the first ones lose their names.
    checkout.append("src/todo/views.py", "\n# An edit.\n")
    answer = checkout.make("all")
    assert answer.returncode == 0, answer.stdout
    assert f"containers of {checkout.release_project}" in checkout.objects()
    answer = checkout.make("clean")
    assert answer.returncode == 0, answer.stdout
    assert "the data included" in answer.stdout
    assert checkout.objects() == {}


def test_no_anonymous_volume_is_left(before):
    assert anonymous_volumes() - before["volumes"] == set()


def test_no_nameless_image_is_left(before):
    assert nameless_images() - before["images"] == set()


def test_what_others_made_is_left_alone(before):
    assert before["other"] in anonymous_volumes()


def test_clean_twice_is_no_error(checkout):
    assert checkout.make("clean").returncode == 0


def test_evidence_and_artefacts_stay(checkout):
    assert checkout.path("reports/unittests.xml").exists()
    assert checkout.path("reports/acceptance.xml").exists()
    assert checkout.path("target/SHA256SUMS").exists()


def test_distclean_removes_the_images_too(checkout):
    assert checkout.make("distclean").returncode == 0
    mine = f"label=todobackend.pipeline={checkout.release_project}"
    assert docker("images", "-q", "--filter", mine) == ""
    for name in ("target", "reports", ".venv", ".state"):
        assert not checkout.path(name).exists()


def test_distclean_twice_is_no_error(checkout):
    answer = checkout.make("distclean")
    assert answer.returncode == 0, answer.stdout
