"""Copies of the project to run make in; each is a pipeline of its own."""

import contextlib
import os
import pty
import re
import shutil
import subprocess
from pathlib import Path

from support.commands import LIMIT, PORTS, ROOT, docker, git, run

# The build id of the release that a run of pytest shares: two parts that run at once have two.
# A module's own build id is never the beginning of it.
SHARED = f"-shared-{os.environ.get('PART', 'by-hand')}"


class Checkout:
    """A copy of the project's files and the pipeline (BUILD_ID, HTTP_PORT, CLIENT_PORT) that runs in it."""

    ALL = tuple(file.name for file in (ROOT / "specs/browser/test").iterdir())

    def __init__(self, folder, build_id, browser_specs=("load.js", "stand-in.js")):
        """Copy the project into a folder; of the browser's specs copy these alone."""
        self.folder = folder
        self.build_id = build_id
        self.port, self.client_port = PORTS.take(2)
        self.release_project = f"todobackend{build_id}"
        self.dev_project = f"todobackend{build_id}dev"
        self.release_image = f"todobackend:built{build_id}"
        self.client_image = f"todobackend-client:built{build_id}"
        self.tested_image = f"todobackend-dev:tested{build_id}"
        names = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).stdout
        for name in filter(None, names.split("\0")):
            spec = Path(name).name
            spared = name.startswith("specs/browser/test/") and spec not in browser_specs
            if (ROOT / name).exists() and not spared:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        git(folder, "init", "-q", "--initial-branch=main")
        # Not files of the project: what docker keeps for the tests.
        (folder / ".git/info/exclude").write_text("/docker-config/\n")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "Copy")
        self.commit = git(folder, "rev-parse", "HEAD")

    def arguments(self, *goals, **knobs):
        knobs = {"BUILD_ID": self.build_id, "HTTP_PORT": self.port, "CLIENT_PORT": self.client_port, **knobs}
        return ["make", *goals, *(f"{name}={value}" for name, value in knobs.items())]

    def make(self, *goals, env=None, **knobs):
        """Run make; the result has `returncode` and `stdout` (both streams)."""
        return run(*self.arguments(*goals, **knobs), cwd=self.folder, env={**os.environ, **(env or {})})

    def must(self, *goals, **options):
        """Run make, which must succeed; return what it printed."""
        result = self.make(*goals, **options)
        assert result.returncode == 0, result.stdout[-8000:]
        return result.stdout

    def script(self, name, *arguments):
        """Run one script with the Makefile's variables, without the targets that go before it."""
        rule = f"\n.PHONY: only\nonly:\n\t@sh pipeline/run {name} {' '.join(arguments)}\n"
        makefile = self.folder / "only.mk"
        makefile.write_text(self.path("Makefile").read_text() + rule)
        try:
            return self.make("-f", "only.mk", "only")
        finally:
            makefile.unlink()

    def start(self, *goals, **knobs):
        """Start make in a process group of its own, and do not wait."""
        return subprocess.Popen(
            self.arguments(*goals, **knobs),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def in_terminal(self, *goals, **knobs):
        """Run make as a person does, in a terminal; return its exit status and what the screen got."""
        screen, terminal = pty.openpty()
        process = subprocess.Popen(
            self.arguments(*goals, **knobs),
            cwd=self.folder,
            env={name: value for name, value in os.environ.items() if name != "NO_COLOR"},
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )
        os.close(terminal)
        shown = b""
        # Reading from a terminal that nobody writes to any more is an error on Linux.
        with contextlib.suppress(OSError):
            while part := os.read(screen, 65536):
                shown += part
        os.close(screen)
        return process.wait(timeout=LIMIT), shown.decode()

    def registry_env(self):
        """Return what a shell gets by reading the file of `make registry`, and a docker configuration of its own."""
        text = self.path(f".state/registry{self.build_id}/env").read_text()
        given = dict(re.findall(r"^export (\w+)=(.*)$", text, re.MULTILINE))
        return {**given, "DOCKER_CONFIG": str(self.folder / "docker-config")}

    def path(self, name):
        return self.folder / name

    def edit(self, name, old, new):
        """Replace a text that stands in a file once."""
        text = self.path(name).read_text()
        assert text.count(old) == 1, f"expected {old!r} once in {name}, found {text.count(old)}"
        self.path(name).write_text(text.replace(old, new))

    def append(self, name, text):
        with self.path(name).open("a") as file:
            file.write(text)

    @contextlib.contextmanager
    def edited(self, name, old, new):
        """Replace a text for the length of a `with` block."""
        before = self.path(name).read_text()
        self.edit(name, old, new)
        try:
            yield
        finally:
            self.path(name).write_text(before)

    def restore(self):
        """Give the tracked files the content of the copy, and remove files that are neither tracked nor ignored."""
        git(self.folder, "reset", "-q", "--hard", self.commit)
        git(self.folder, "clean", "-fdq")

    def objects(self):
        """Return everything Docker has of this pipeline but images with a name: {what: ids}."""
        found = {}
        for suffix in ("", "-candidate", "dev", "lab", "registry"):
            project = f"{self.release_project}{suffix}"
            label = f"label=com.docker.compose.project={project}"
            found[f"containers of {project}"] = docker("ps", "-aq", "--filter", label)
            found[f"networks of {project}"] = docker("network", "ls", "-q", "--filter", label)
            found[f"volumes of {project}"] = docker("volume", "ls", "-q", "--filter", label)
        mine = f"label=todobackend.pipeline={self.release_project}"
        found["images without a name"] = docker("images", "-q", "--filter", mine, "--filter", "dangling=true")
        return {what: ids for what, ids in found.items() if ids}

    def images(self):
        """Return the ids of the images of this pipeline, as one text."""
        return docker("images", "-q", "--filter", f"label=todobackend.pipeline={self.release_project}")


def typed(checkout, said, *words):
    """Type the docker commands with these words that make has shown, each in a shell that knows nothing of make.

    Returns their outputs; each must succeed.
    """
    clean = {name: os.environ[name] for name in ("PATH", "HOME")}
    shown = [line.removeprefix("   $ ") for line in said.splitlines() if line.startswith("   $ docker ")]
    chosen = [command for command in shown if all(f" {word} " in f"{command} " for word in words)]
    answers = [run("sh", "-c", command, cwd=checkout.folder, env=clean) for command in chosen]
    assert [answer.stdout for answer in answers if answer.returncode] == []
    return [answer.stdout for answer in answers]


def last_line(result):
    """Return the last line of the workflow itself: make's own closing line comes after a failure."""
    return [line for line in result.stdout.splitlines() if not line.startswith("make: ***")][-1]


def refused(result, *values):
    """Claim that make failed and that its last sentence has these values in it; return the sentence."""
    assert result.returncode == 2, result.stdout[-8000:]  # make's own status for a recipe that failed
    sentence = last_line(result)
    assert sentence.startswith("FAIL: "), result.stdout[-8000:]
    assert [value for value in values if str(value) not in sentence] == [], sentence
    return sentence
