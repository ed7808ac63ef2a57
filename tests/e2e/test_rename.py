"""The tree turns into a service of another name, whose tests pass. All its stages: nightly/test_rename.py."""

import pytest
from support.checkout import Checkout, refused
from support.commands import run


@pytest.fixture(scope="module")
def checkout(new_checkout):
    """A copy with all claims and tests: each of them has a name in it."""
    return new_checkout("-rename", browser_specs=Checkout.ALL)


class TestRefusals:
    """Nothing is changed by any of them."""

    @pytest.mark.parametrize(
        ("knobs", "named"),
        [
            ({}, ["NAME=''", "APP=''"]),
            ({"NAME": "shop"}, ["NAME='shop'", "APP=''"]),
            ({"NAME": "my-shop", "APP": "order"}, ["NAME"]),
            ({"NAME": "shop", "APP": "Order"}, ["APP"]),
            ({"NAME": "django", "APP": "order"}, ["NAME"]),
            ({"NAME": "shop", "APP": "json"}, ["APP"]),
            ({"NAME": "shop", "APP": "class"}, ["APP"]),
            ({"NAME": "shop", "APP": "shop"}, ["shop"]),
        ],
    )
    def test_names_that_cannot_be(self, checkout, knobs, named):
        refused(checkout.make("rename", **knobs), *named)
        assert run("git", "status", "--porcelain", cwd=checkout.folder).stdout == ""

    def test_a_checkout_with_changes(self, checkout):
        checkout.append("README.md", "A change.\n")
        result = checkout.make("rename", NAME="shop", APP="order")
        checkout.restore()
        refused(result)


class TestRenamed:
    @pytest.fixture(scope="class")
    @classmethod
    def renamed(cls, checkout):
        checkout.must("rename", NAME="shop", APP="order")
        return checkout

    def test_nothing_is_called_by_the_old_name(self, renamed):
        # The older course's workflow, what was measured, and the history stay as they are.
        kept = ("bench/", "docs/performance.md", "CHANGELOG.md", "LICENSE")
        found = run("git", "grep", "-lI", "todobackend", cwd=renamed.folder).stdout.split()
        assert [file for file in found if not file.startswith(kept)] == []
        assert list(renamed.folder.glob("src/todo*")) == []

    def test_its_tests_pass(self, renamed):
        renamed.must("check")
