"""A Docker engine of a few dictionaries: it builds, runs and judges at once, and can be killed at any command."""

import hashlib
import os
import re

from pipeline.commands.git import git
from pipeline.runner import Result
from support.recorder import Recorder, context

# The variables of the compose file that name what serves.
SERVING = {"app": "APP_IMAGE", "nginx": "NGINX_IMAGE", "client": "CLIENT_IMAGE"}
WHEEL = "todobackend-0.1.0-py3-none-any.whl"
EVIDENCE = {
    "dev": ["unittests.xml", "coverage.xml"],
    "test": ["acceptance.xml"],
    "browser-test": ["browser.xml"],
    "page-test": ["page.xml"],
}
VERSION = "org.opencontainers.image.version"


class Killed(BaseException):
    """The process was killed."""


class FakeEngine(Recorder):
    """A runner whose docker has state. `statuses` are the exit statuses of services; `last` is the number of the
    command at which the process is killed; `absent` are services whose container is never made."""

    def __init__(self, root):
        super().__init__(root)
        self.images, self.labels, self.jobs, self.running, self.candidate = {}, {}, {}, {}, {}
        self.statuses, self.absent, self.last = {}, set(), None
        self.revision, self.dirty, self.branch = "0123456789abcdef", "", "main"

    def note(self, command):
        command = tuple(command)
        self.commands.append(command)
        if self.last is not None and len(self.commands) > self.last:
            raise Killed
        line = " ".join(command)
        found = [result for words, result in self.results.items() if isinstance(words, str) and words in line]
        if found:
            return found[0]
        if command[:2] == ("docker", "compose"):
            last = [word for word in command if word.startswith("docker/")][-1]
            environment = re.search("(candidate|images)[.]yml|([a-z]+)/docker-compose.yml", last)
            return self.compose(environment[1] or environment[2], command)
        if command[0] == "git":
            return self.git(command[len(git(self.root)) :])
        if command[0] != "docker":
            return Result(0, "")
        handler = getattr(self, f"do_{command[1]}", None)
        return handler(command) if handler else Result(0, "")

    def git(self, words):
        answers = {
            "rev-parse": Result(0, self.revision),
            "status": Result(0, self.dirty),
            "symbolic-ref": Result(0, self.branch),
            "remote": Result(0, "https://me:secret@git.example/todo.git"),
            "log": Result(0, "2026-01-01T00:00:00+00:00"),
        }
        if words[0] == "hash-object":
            return Result(0, hashlib.sha256((self.root / words[1]).read_bytes()).hexdigest())
        return answers.get(words[0], Result(0, ""))

    def do_context(self, command):
        return Result(0, "unix:///run/engine.sock" if "inspect" in command else "")

    # --- images ---

    def sources(self, folder="src"):
        """Return the digest of a folder: what an image is made of."""
        files = sorted(path for path in self.root.glob(f"{folder}/**/*") if path.is_file())
        return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]

    def do_image(self, command):
        if command[2] != "inspect":
            return Result(0, "")
        form, *names = command[command.index("--format") + 1 :]
        ids = [self.images.get(name, name if name in self.images.values() else "") for name in names]
        if len(ids) > 1:
            return Result(0 if all(ids) else 1, "\n".join(filter(None, ids)))
        identity = ids[0]
        label = re.search('index .Config.Labels "(.*)"', form)
        if not identity:
            return Result(1, "")
        if label:
            return Result(0, self.labels.get(identity, {}).get(label[1], ""))
        if "RepoTags" in form:
            return Result(0, "\n".join(each for each, its in self.images.items() if its == identity))
        return Result(0, identity)

    def do_tag(self, command):
        self.images[command[3]] = self.images.get(command[2], command[2])
        return Result(0, "")

    def do_rmi(self, command):
        for name in command[2:]:
            self.images.pop(name, None)
        return Result(0, "")

    # --- containers ---

    def compose(self, environment, command):
        words = [word for word in command if not word.startswith("-")]
        if "build" in words:
            for part in words[words.index("build") + 1 :]:
                name = self.names(part)
                self.images[name] = f"sha256:{name}:{self.sources('client' if part == 'client' else 'src')}"
                self.labels[self.images[name]] = {VERSION: "0.1.0", "org.opencontainers.image.revision": self.revision}
        elif "run" in words and "--name" in command:
            name = command[command.index("--name") + 1]
            service = re.sub("^[a-z]+-(candidate-)?", "", name).rpartition("-")[0]
            if service not in self.absent:
                self.jobs[name] = (environment, service)
            return Result(self.statuses.get(service, 0), "")
        elif "up" in words and "app" in words:
            given = (self.root / f".state/{environment}.env").read_text()
            for service, variable in SERVING.items():
                name = re.search(f"^{variable}='(.*)'$", given, re.MULTILINE)[1]
                self.started(environment)[service] = self.images[name]
        return Result(0, "")

    def started(self, environment):
        """Return the containers of an environment: those of the candidate are apart."""
        return self.candidate if "candidate" in environment else self.running

    def names(self, part):
        return f"todobackend{'' if part == 'app' else '-' + part}:built"

    def do_ps(self, command):
        line = " ".join(command)
        name = re.search(r"name=\^(\S+)\$", line)
        if name:
            return Result(0, name[1] if name[1] in self.jobs else "")
        service = re.search(r"compose.service=(\S+)", line)
        project = "candidate/" if "-candidate" in line else ""
        started = [f"{project}{each}" for each in self.started(project) if not service or each == service[1]]
        return Result(0, "" if "health=unhealthy" in line else "\n".join(started))

    def do_inspect(self, command):
        form, *containers = command[command.index("--format") + 1 :]
        lines = []
        for container in containers:
            project, _, service = container.rpartition("/")
            image = self.started(project).get(service, "")
            lines.append(f"{service} {image}" if "Health" in form else image)
        return Result(0, "\n".join(lines))

    def do_cp(self, command):
        name, _, _ = command[2].partition(":")
        folder = self.root / command[3]
        environment, service = self.jobs[name]
        if service == "builder":
            (folder / WHEEL).write_text(self.sources())
            digest = hashlib.sha256((folder / WHEEL).read_bytes()).hexdigest()
            (folder / "SHA256SUMS").write_text(f"{digest}  {WHEEL}\n")
        for report in EVIDENCE.get(service if environment == "candidate" else environment, ()):
            (folder / report).write_text(f"<testsuites>{self.sources()}</testsuites>")
        return Result(0, "")

    def do_rm(self, command):
        for name in command[2:]:
            self.jobs.pop(name, None)
            self.candidate.pop(name.partition("/")[2], None)
        return Result(0, "")


def on(engine, goals="release", **knobs):
    """Return a context as a new process has it: the locks of the one before are free."""
    while engine.locks:
        os.close(engine.locks.pop())
    made = context(engine, engine.root, **knobs)
    made.configuration.goals = goals
    return made


def said(this, method="success"):
    """Return what the console was given."""
    return [text for kind, text in this.console.said if kind == method]
