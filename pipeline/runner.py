"""The one place that starts processes."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

from pipeline.errors import ReportedError

# What a command may see of the user's environment. All else was exported for other programs: a COMPOSE_PROJECT_NAME,
# PYTHONPATH or DJANGO_SETTINGS_MODULE of another project would change what a verb does.
PASSED_ON = re.compile(
    r"""
    PATH | HOME | USER | LOGNAME | LANG | LANGUAGE | LC_\w+ | TZ | TERM | COLORTERM | COLUMNS | TMPDIR | XDG_RUNTIME_DIR
    | NO_COLOR | FORCE_COLOR
    | (https?|no|all)_proxy | (HTTPS?|NO|ALL)_PROXY
    | PIP_CERT | SSL_CERT_FILE | SSL_CERT_DIR | REQUESTS_CA_BUNDLE | CURL_CA_BUNDLE | NODE_EXTRA_CA_CERTS
    | PIP_(EXTRA_)?INDEX_URL | PIP_FIND_LINKS | PIP_TRUSTED_HOST | PIP_DEFAULT_TIMEOUT | PIP_CONFIG_FILE
    | UV_DEFAULT_INDEX | (npm_config|NPM_CONFIG)_(registry|REGISTRY)
    | DOCKER_(HOST|CONTEXT|CONFIG|CERT_PATH|TLS|TLS_VERIFY|API_VERSION) | SSH_AUTH_SOCK
    """,
    re.VERBOSE,
)


class Result(NamedTuple):
    """How a command ended: 0 is success, 127 means that there is no such command."""

    status: int
    output: str


class Runner:
    """Runs commands in the checkout, each with an environment of known variables."""

    def __init__(self, root: Path, environment: Mapping[str, str]):
        self.root = root
        self.user_environment = environment
        self.environment = {name: value for name, value in environment.items() if PASSED_ON.fullmatch(name)}

    def capture(self, command: Sequence[str]) -> Result:
        """Run a command that only looks; return what it wrote to standard output."""
        try:
            done = subprocess.run(
                command,
                cwd=self.root,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                check=False,
            )
        except FileNotFoundError:
            return Result(127, "")
        return Result(done.returncode, done.stdout.strip())

    def run(self, command: Sequence[str], extra: Mapping[str, str] | None = None) -> int:
        """Run a command, its output to the user; `extra` are more variables. Returns its exit status."""
        return subprocess.run(
            command, cwd=self.root, env={**self.environment, **(extra or {})}, stdin=subprocess.DEVNULL, check=False
        ).returncode

    def show(self, command: Sequence[str]) -> Result:
        """Run a command, its output to the user and into the result."""
        with subprocess.Popen(
            command,
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            lines = []
            for line in process.stdout or ():
                print(line, end="", flush=True)
                lines.append(line)
        return Result(process.returncode, "".join(lines))

    def replace(self, command: Sequence[str], extra: Mapping[str, str]) -> NoReturn:
        """End this process and go on as a command, which gets the user's signals."""
        os.chdir(self.root)
        os.execvpe(command[0], list(command), {**self.environment, **extra})

    def script(self, *command: str) -> None:
        """Run a script of scripts/, with the Makefile's variables. It reports its own failure."""
        status = subprocess.run(command, cwd=self.root, env=self.user_environment, check=False).returncode
        if status != 0:
            raise ReportedError(status)
