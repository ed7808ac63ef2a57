"""Fixtures, and the tier of each test: the folder it stands in (unit, e2e, nightly) is its mark.

One accepted release serves a whole run of pytest (`service`). A module that wants it as it was made asks for
`released`. A module that breaks the source, or tests a stage, makes a pipeline of its own (`checkout`, `new_checkout`).
"""

import os
import re

import pytest
from support.checkout import SHARED, Checkout
from support.commands import PORTS, ROOT
from support.release import lives, reset, write_figures

# The tiers, and the seconds that only a test that hangs takes.
TIERS = {"unit": 60, "e2e": 1800, "nightly": 3600}


def pytest_collection_modifyitems(items):
    for item in items:
        tier = item.path.relative_to(ROOT / "tests").parts[0]
        if tier in TIERS:
            item.add_marker(tier)
            item.add_marker(pytest.mark.timeout(TIERS[tier]))


@pytest.fixture(scope="session")
def figures():
    """What was measured ({name: value}); written to reports/figures/ at the end of the run."""
    found = {}
    yield found
    if found:
        write_figures(found)


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    """One accepted, running release for all tests of a run."""
    made = Checkout(tmp_path_factory.mktemp("release"), SHARED)
    made.must("release")
    made.made = lives(made)
    yield made
    made.make("distclean")


@pytest.fixture(scope="module")
def released(service):
    """The shared release as it was made: with its own settings, all services running, an empty list."""
    return reset(service)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory, request):
    """A pipeline for one test module, removed with all it made."""
    name = re.sub(r"[^a-z0-9]", "", request.path.stem.removeprefix("test_"))
    made = Checkout(tmp_path_factory.mktemp(name), f"-{name}")
    yield made
    made.make("distclean")


@pytest.fixture(scope="module")
def new_checkout(tmp_path_factory):
    """Make more pipelines: call it with a build id, and with the browser's specs that are wanted."""
    made = []

    def make(build_id, *choice, **options):
        made.append(Checkout(tmp_path_factory.mktemp(build_id.strip("-")), build_id, *choice, **options))
        return made[-1]

    yield make
    for checkout in made:
        checkout.make("distclean")


@pytest.fixture(scope="session")
def home(service):
    """The shared release with a registry and an index of its own, and a docker configuration of its own."""
    port, of_the_index = PORTS.take(2)
    service.ports = {"REGISTRY_PORT": port}
    service.must("registry", **service.ports)
    service.registry = f"localhost:{port}"
    service.index = f"http://localhost:{of_the_index}/simple/"
    service.env = service.registry_env()
    return service


@pytest.fixture
def stub(tmp_path):
    """Put a command of our own before the machine's: call it with a name and a script; it returns the environment."""
    folder = tmp_path / "stubs"
    folder.mkdir()

    def make(name, script):
        (folder / name).write_text(f"#!/bin/bash\n{script}\n")
        (folder / name).chmod(0o755)
        return {"PATH": f"{folder}:{os.environ['PATH']}"}

    return make
