"""A renamed tree passes all its gates."""

import json
import urllib.request

import pytest
from support.checkout import Checkout
from support.commands import docker, git


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
