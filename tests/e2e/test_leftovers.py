"""After all tests: nothing of theirs is left on the engine. `tests/run.py` says when the tests began."""

import datetime
import json
import os

import pytest
from support.commands import docker

BEGAN = float(os.environ.get("BEGAN", "0"))


def is_new(what):
    """Whether an object of the engine was made by these tests: earlier ones may stand on the same engine."""
    when = what.get("CreatedAt") or what["Created"]
    # Nanoseconds and Z are more than Python 3.10 reads.
    when = datetime.datetime.fromisoformat(when[:19] + "+00:00" if when.endswith("Z") else when)
    return when.timestamp() >= BEGAN


def made(kind, *filters):
    """Return the objects of a kind (container, network, volume) that these tests made: [what docker inspects]."""
    names = docker(kind, "ls", "--quiet", *(["--all"] if kind == "container" else []), *filters).split()
    return [what for what in json.loads(docker(kind, "inspect", *names)) if is_new(what)] if names else []


@pytest.mark.parametrize("kind", ["container", "network", "volume"])
def test_no_object_of_a_pipeline_is_left(kind):
    label = "com.docker.compose.project"
    found = made(kind, "--filter", f"label={label}")
    labels = [what["Config"]["Labels"] if kind == "container" else what["Labels"] for what in found]
    # A running release of this checkout's own is not the tests'.
    assert [each[label] for each in labels if each[label].startswith("todobackend-")] == []


def test_no_anonymous_volume_is_left():
    assert [what["Name"] for what in made("volume") if len(what["Name"]) == 64] == []


def test_no_image_without_a_name_is_left():
    assert docker("images", "-q", "--filter", "label=todobackend.pipeline", "--filter", "dangling=true") == ""
