"""A pipeline without an engine: a runner that starts nothing, and a console that remembers."""

import contextlib
from types import SimpleNamespace

from pipeline.commands import docker
from pipeline.configuration import Configuration
from pipeline.runner import Result, Runner
from pipeline.stages import Context
from support.commands import ROOT

KNOBS = {
    "BUILD_ID": "",
    "REPO_NAME": "todobackend",
    "ORG_NAME": "todobackend",
    "DOCKER_REGISTRY": "docker.io",
    "PROBE_TIMEOUT": "180",
    "PROBE_DELAY": "0",
    "MIN_FREE_GIB": "0",
    "HTTP_PORT": "8000",
    "CLIENT_PORT": "3000",
    "BIND": "127.0.0.1",
    "REGISTRY_PORT": "5000",
    "CI_PORT": "8010",
    "DOCS_PORT": "8020",
    "INSTALL_ENGINE": "yes",
    "PARENTS": "auto",
    "CLUSTER_NETWORK": "10.77.0",
}


# A machine that is fit.
ENGINE = {
    docker.info("ServerVersion"): Result(0, "28.5.2"),
    docker.compose_version(): Result(0, "2.40.3"),
    docker.buildx_version(): Result(0, "github.com/docker/buildx 0.29.1"),
}


class Recorder(Runner):
    """A runner that starts nothing: it notes the commands, and returns what `results` has for one, or success."""

    def __init__(self, root=ROOT, environment=None, results=None):
        super().__init__(root, environment or {})
        self.results = results or {}
        self.commands = []

    def note(self, command):
        """Note a command. A result is found by the whole command, or by words in it."""
        command = tuple(command)
        self.commands.append(command)
        if command in self.results:
            return self.results[command]
        line = " ".join(command)
        found = [result for words, result in self.results.items() if isinstance(words, str) and words in line]
        return found[0] if found else Result(0, "")

    def capture(self, command, errors=False, text=None):
        return self.note(command)

    def run(self, command, extra=None, stdin=None, stdout=None, merged=False):
        return self.note(command).status

    def show(self, command, is_shown=None):
        return self.note(command)

    def replace(self, command, extra):
        self.note(command)

    def pipe(self, command, data=b""):
        result = self.note(command)
        return result.output.encode() if result.status == 0 else None


class Listener(SimpleNamespace):
    """A console that remembers what it was given, as (method, text)."""

    def __init__(self):
        super().__init__(said=[], colours=False, command=None, progress=lambda label, log: contextlib.nullcontext())
        for method in ("info", "detail", "success", "failure"):
            setattr(self, method, lambda text, method=method: self.said.append((method, text)))


def context(runner=None, root=ROOT, **knobs):
    return Context(Configuration.read({**KNOBS, **knobs}), runner or Recorder(root), Listener(), root)
