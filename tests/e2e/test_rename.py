"""The tree turns into a service of another name, whose tests pass. All its stages: nightly/test_rename.py."""

import pytest
from support.checkout import Checkout, refused
from support.commands import git, run


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
            ({"NAME": "bookshop"}, ["NAME='bookshop'", "APP=''"]),
            ({"NAME": "my-shop", "APP": "basket"}, ["NAME"]),
            ({"NAME": "bookshop", "APP": "Order"}, ["APP"]),
            ({"NAME": "django", "APP": "basket"}, ["NAME"]),
            ({"NAME": "bookshop", "APP": "json"}, ["APP"]),
            ({"NAME": "bookshop", "APP": "class"}, ["APP"]),
            ({"NAME": "bookshop", "APP": "bookshop"}, ["bookshop"]),
            ({"NAME": "bookshop", "APP": "order"}, ["order"]),
            ({"NAME": "view", "APP": "basket"}, ["view"]),
        ],
    )
    def test_names_that_cannot_be(self, checkout, knobs, named):
        refused(checkout.make("rename", **knobs), *named)
        assert run("git", "status", "--porcelain", cwd=checkout.folder).stdout == ""

    def test_a_checkout_with_changes(self, checkout):
        checkout.append("README.md", "A change.\n")
        result = checkout.make("rename", NAME="bookshop", APP="basket")
        checkout.restore()
        refused(result)


class TestRenamed:
    @pytest.fixture(scope="class")
    @classmethod
    def renamed(cls, checkout):
        checkout.must("rename", NAME="bookshop", APP="basket")
        return checkout

    def test_nothing_is_called_by_the_old_name(self, renamed):
        # The older course's workflow, what was measured, and the history stay as they are.
        kept = ("bench/", "CHANGELOG.md", "LICENSE")
        found = run("git", "grep", "-lI", "todobackend", cwd=renamed.folder).stdout.split()
        assert [file for file in found if not file.startswith(kept)] == []
        assert list(renamed.folder.glob("src/todo*")) == []

    def test_the_changelog_begins_anew_and_the_licence_asks_for_the_owner(self, renamed):
        assert len(renamed.path("CHANGELOG.md").read_text().splitlines()) == 5
        assert renamed.path("LICENSE").read_text().count("Copyright (c)") == 2

    def test_its_tests_pass(self, renamed):
        renamed.must("check")

    def test_it_can_be_renamed_again(self, renamed):
        git(renamed.folder, "add", "-A")
        git(renamed.folder, "commit", "-qm", "Rename")
        first = {file: renamed.path(file).read_text() for file in ("src/basket/models.py", "specs/test/order.js")}
        renamed.must("rename", NAME="market", APP="stall")
        renamed.path("CHANGELOG.md").write_text("Ours.\n")
        git(renamed.folder, "add", "-A")
        git(renamed.folder, "commit", "-qm", "Rename again")
        renamed.must("rename", NAME="bookshop", APP="basket")
        assert {file: renamed.path(file).read_text() for file in first} == first
        assert renamed.path("CHANGELOG.md").read_text() == "Ours.\n"
