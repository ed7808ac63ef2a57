"""A renamed tree passes all its gates."""

import json
import re
import urllib.request

import pytest
from support.checkout import Checkout
from support.commands import ROOT, docker, git


@pytest.fixture(scope="module")
def renamed(new_checkout):
    """A renamed copy with all claims and tests: each of them has a name in it."""
    checkout = new_checkout("-renamed", browser_specs=Checkout.ALL)
    checkout.must("rename", NAME="bookshop", APP="basket")
    yield checkout
    checkout.make("distclean")


def test_it_is_tested_built_and_released(renamed):
    renamed.must("release")
    with urllib.request.urlopen(f"http://localhost:{renamed.port}/baskets", timeout=60) as response:
        assert json.load(response) == []
    assert [file.name for file in renamed.folder.glob("target/bookshop-*.whl")] == ["bookshop-0.1.0-py3-none-any.whl"]
    assert docker("images", "--quiet", f"bookshop:accepted{renamed.build_id}")


def test_it_is_clean(renamed):
    git(renamed.folder, "add", "-A")
    renamed.must("lint", FIX="yes")


def test_it_can_do_without_the_course(renamed):
    command = re.search(r"`git (rm -r [^`]*)`", (ROOT / "docs/18-template.md").read_text())[1]
    git(renamed.folder, "add", "-A")
    git(renamed.folder, "commit", "-q", "-m", "Rename")
    git(renamed.folder, *command.split(), "-q")
    git(renamed.folder, "rm", "-rq", "docs")
    assert "make release" in renamed.must("help", ALL=1)
    renamed.must("lint")
    renamed.must("test")
    renamed.must("release")
