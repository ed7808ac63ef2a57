"""The verbs, one module for each. `run(context, *arguments)` is what the verb does."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline import files
from pipeline import lock as locks
from pipeline.commands import compose
from pipeline.configuration import Configuration
from pipeline.console import Console
from pipeline.engine import Engine
from pipeline.errors import VerdictError
from pipeline.runner import Runner


@dataclass
class Context:
    """What a stage works with. `root` is the checkout; with `has_news` the report is made again at the end."""

    configuration: Configuration
    runner: Runner
    console: Console
    root: Path
    has_news: bool = False
    is_locked: bool = False
    has_variables: bool = False

    def __post_init__(self) -> None:
        # Short names for what the stages use most.
        self.knob, self.image, self.make = self.configuration.knob, self.configuration.image, self.configuration.make
        self.info, self.detail, self.success = self.console.info, self.console.detail, self.console.success
        self.run, self.must, self.capture = self.runner.run, self.runner.must, self.runner.capture
        self.lines = self.runner.lines

    def given(self, name: str) -> str:
        """Return a variable of the user's environment, "" for none."""
        return self.runner.user_environment.get(name, "")

    @property
    def state(self) -> Path:
        """The folder of make's state between runs; `make distclean` removes it."""
        folder = self.root / ".state"
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def engine(self) -> Engine:
        """The Docker engine."""
        return Engine(self.runner, self.configuration.again)

    def lock(self) -> None:
        """Wait until no other run works in this checkout or on this pipeline."""
        if not self.is_locked:
            files = (self.state / "lock", locks.pipeline_file(self.configuration.pipeline))
            locks.take(self.runner, self.console, *files)
            self.is_locked = True

    def compose(self, environment: str, *arguments: str) -> Sequence[str]:
        """Return a Compose command on an environment."""
        if not self.has_variables:
            self.write_variables()
        return compose.command(self.configuration.build_id, environment, *arguments)

    def lab(self, profile: str, *options: str) -> Sequence[str]:
        """Return the command that starts a profile of the lab and waits until it is healthy."""
        return self.compose("lab", "--profile", profile, "up", "--detach", "--wait", "--wait-timeout", "120", *options)

    def write_variables(self, judged: str = "built", **more: str) -> None:
        """Write the variables of the compose files.

        `judged` is the tag of the candidate's images; `more` are labels of the images that are built.
        """
        configuration = self.configuration
        variables = configuration.variables(self.state, self.runner.user_environment)
        # The suites use the first four host names; users the others.
        hosts = f"localhost,127.0.0.1,[::1],nginx,{variables.get('ALLOWED_HOSTS') or self.own_names()}"
        different = {
            "images": more,
            "candidate": {**configuration.part_images(judged), "RELEASE_PROJECT": configuration.candidate_project},
            "release": configuration.part_images("running"),
        }
        for environment, own in different.items():
            text = compose.quoted({**variables, "ALLOWED_HOSTS": hosts, **self.parents(), **own})
            # Atomically: parallel steps may write it too.
            files.write(self.root / compose.env_file(configuration.build_id, environment), text)
        self.has_variables = True

    def own_names(self) -> str:
        """Return this machine's host name and, if it has one, its first address."""
        addresses = self.runner.capture(("hostname", "-I")).output.split()  # macOS has no such option
        return ",".join([socket.gethostname(), *addresses[:1]])

    def parents(self) -> dict[str, str]:
        """Return the parents' names (DEBIAN_PARENT, MYSQL_PARENT) and PACKAGES_AS_OF, as `make parents` wrote them."""
        file = self.state / "parents.env"
        lines = file.read_text().splitlines() if file.exists() else []
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def parent(self, name: str) -> str:
        """Return one of these."""
        parents = self.parents()
        if name not in parents:
            raise VerdictError("expected the parent images, found none. Type: make parents")
        return parents[name]

    def was_asked_for(self, *goals: str) -> bool:
        """Whether one of these goals was typed. A prerequisite of the typed goal is silent if it has nothing to do."""
        return bool(set(goals) & set(self.configuration.goals.split()))
