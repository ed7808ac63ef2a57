"""Ask and change the Docker engine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Callable

from pipeline.commands import docker
from pipeline.runner import Runner

# Statuses of a job without a verdict.
NO_CONTAINER, NO_EVIDENCE = 125, 126


class Engine:
    """Questions and changes; `again` is the command to type if a change fails."""

    def __init__(self, runner: Runner, again: str):
        self.runner = runner
        self.again = again

    def image_id(self, name: str) -> str:
        """Return the id of an image, "" where there is none."""
        return self.runner.capture(docker.image_id(name)).output

    def image_ids(self, *names: str) -> list[str]:
        """Return the ids of images in their order, of all of them or of none."""
        answer = self.runner.capture(docker.image_id(*names))
        return answer.output.split("\n") if answer.status == 0 else []

    def label(self, image: str, name: str) -> str:
        """Return a label of an image, "" where there is none."""
        return self.runner.capture(docker.image_label(image, name)).output

    def containers(self, project: str, service: str = "", *conditions: str) -> list[str]:
        """Return the ids of the containers of a Compose project, or of one of its services."""
        return self.runner.lines(docker.containers(project, service, *conditions))

    def healthy(self, project: str) -> dict[str, str]:
        """Return the services of a Compose project that have a healthy container, each with the id of its image."""
        ids = self.containers(project)
        lines = self.runner.lines(docker.container_field(docker.HEALTHY, *ids)) if ids else []
        # docker lists the newest first, and the newest counts.
        return dict(line.split(" ") for line in reversed(lines) if line)

    def socket(self) -> str:
        """Return the path of the engine's socket as a container can mount it, "" for an engine of another machine."""
        if sys.platform != "linux":  # Docker Desktop: the path is that of its virtual machine
            return "/var/run/docker.sock"
        address = self.runner.capture(docker.endpoint()).output
        return address[len("unix://") :] if address.startswith("unix://") else ""

    def is_rootless(self) -> bool:
        """Whether the engine is rootless: root in a container is then the user who runs the engine."""
        return "name=rootless" in self.runner.capture(docker.info("SecurityOptions")).output

    def tag(self, image: str, name: str) -> None:
        self.must("docker", "tag", image, name)

    def must(self, *command: str) -> None:
        """Run a command that succeeds unless the engine fails; its output is not shown."""
        self.runner.must(command, hint=f"Type: {self.again}", stdout=subprocess.DEVNULL)

    def remove_containers(self, project: str, service: str) -> None:
        """Remove a service's containers, which a killed run may have left."""
        ids = self.containers(project, service)
        if ids:
            self.must(*docker.remove_containers(*ids))

    def remove_project(self, project: str) -> None:
        """Remove a Compose project's containers, networks and volumes by Compose's labels.

        So it also works after a change of the compose file.
        """
        for listing, removal in (
            (docker.containers(project), docker.remove_containers()),
            (docker.of_project("network", project), ("docker", "network", "rm")),
            (docker.of_project("volume", project), ("docker", "volume", "rm")),
        ):
            ids = self.runner.lines(listing)
            if ids:
                self.must(*removal, *ids)

    def remove_images(self, pipeline: str, *conditions: str) -> None:
        ids = sorted(set(self.runner.lines(docker.images(pipeline, *conditions))))
        if ids:
            self.must("docker", "rmi", "--force", *ids)

    def run_job(
        self,
        compose: Sequence[str],
        project: str,
        service: str,
        source: str,
        folder: Path,
        is_shown: Callable[[str], bool] | None = None,
    ) -> int:
        """Run a service to its end, then copy `source` from its container to a new folder, whatever the verdict.

        `compose` is the command: "docker compose ... run", options, service. `is_shown` selects the lines of output
        that the user sees; by default all go to the step's log. Returns the service's exit status; NO_CONTAINER if a
        dependency failed and there is no container; NO_EVIDENCE if the copy failed, and then there is no folder.
        """
        name = f"{project}-{service}-{os.getpid()}"
        self.remove_containers(project, service)
        position = list(compose).index("run") + 1
        # A job gets no terminal, so that it runs alike everywhere; FORCE_COLOR tells it whether we have one.
        command = [*compose[:position], "--name", name, "--no-TTY", *compose[position:]]
        status = self.runner.show(command, is_shown).status if is_shown else self.runner.run(command)
        if not self.runner.capture(docker.named(name)).output:
            return NO_CONTAINER
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if self.runner.run(("docker", "cp", f"{name}:{source}/.", str(folder)), stdout=subprocess.DEVNULL) != 0:
            shutil.rmtree(folder, ignore_errors=True)
            status = NO_EVIDENCE
        self.must(*docker.remove_containers(name))
        return status
