"""The tree turns into a service of another name, and that passes all its gates."""

import json
import urllib.request

import pytest
from conftest import ROOT, docker, last_line, run

pytestmark = pytest.mark.course


@pytest.fixture(scope="module")
def checkout(new_checkout):
    """A copy with all claims and tests: each of them has a name in it."""
    return new_checkout("-rename", [spec.name for spec in (ROOT / "specs/browser/test").iterdir()], left_out=())


@pytest.fixture(scope="module")
def renamed(checkout):
    answer = checkout.make("rename", NAME="shop", APP="order")
    assert answer.returncode == 0, answer.stdout
    yield checkout
    checkout.make("distclean")


class TestRefusals:
    """Nothing is changed by any of them."""

    @pytest.mark.parametrize(
        ("knobs", "said"),
        [
            ({}, "expected two names, found NAME='' and APP=''"),
            ({"NAME": "shop"}, "found NAME='shop' and APP=''"),
            ({"NAME": "my-shop", "APP": "order"}, "expected NAME of small letters and digits"),
            ({"NAME": "shop", "APP": "Order"}, "expected APP of small letters and digits"),
            ({"NAME": "django", "APP": "order"}, "expected NAME to be a name that Python has not given away"),
            ({"NAME": "shop", "APP": "json"}, "expected APP to be a name that Python has not given away"),
            ({"NAME": "shop", "APP": "class"}, "expected APP to be a name that Python has not given away"),
            ({"NAME": "shop", "APP": "shop"}, "expected two different names"),
        ],
    )
    def test_names_that_cannot_be(self, checkout, knobs, said):
        answer = checkout.make("rename", **knobs)
        assert answer.returncode == 2
        assert said in last_line(answer)
        assert run("git", "status", "--porcelain", cwd=checkout.folder).stdout == ""

    def test_a_checkout_with_changes(self, checkout):
        checkout.append("README.md", "A change.\n")
        answer = checkout.make("rename", NAME="shop", APP="order")
        run("git", "checkout", "-q", "README.md", cwd=checkout.folder)
        assert answer.returncode == 2
        assert "expected a clean checkout" in last_line(answer)


class TestRenamed:
    def test_nothing_is_called_by_the_old_name(self, renamed):
        # The older course's workflow, what was measured, and the history stay as they are.
        kept = ("bench/", "docs/performance.md", "CHANGELOG.md", "LICENSE")
        found = run("git", "grep", "-lI", "todobackend", cwd=renamed.folder).stdout.split()
        assert [file for file in found if not file.startswith(kept)] == []
        assert list(renamed.folder.glob("src/todo*")) == []

    def test_it_is_released(self, renamed):
        answer = renamed.make("release")
        assert answer.returncode == 0, answer.stdout
        with urllib.request.urlopen(f"http://localhost:{renamed.port}/orders", timeout=10) as answer:
            assert json.load(answer) == []

    def test_it_is_tested_and_built(self, renamed):
        for goal in ("test", "build"):
            answer = renamed.make(goal)
            assert answer.returncode == 0, answer.stdout
        assert [file.name for file in renamed.folder.glob("target/shop-*.whl")] == ["shop-0.1.0-py3-none-any.whl"]

    def test_it_is_clean(self, renamed):
        run("git", "add", "-A", cwd=renamed.folder)
        answer = renamed.make("lint")
        assert answer.returncode == 0, answer.stdout

    def test_its_images_have_its_name(self, renamed):
        assert docker("images", "--quiet", f"shop:accepted{renamed.build_id}")
