"""The one place that starts processes."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Callable, NamedTuple, NoReturn

from pipeline.errors import InfrastructureError

# What a command may see of the user's environment. All else was exported for other programs: a COMPOSE_PROJECT_NAME,
# PYTHONPATH or DJANGO_SETTINGS_MODULE of another project would change what a verb does.
PASSED_ON = re.compile(
    r"""
    PATH | HOME | USER | LOGNAME | LANG | LANGUAGE | LC_\w+ | TZ | TERM | COLORTERM | COLUMNS | TMPDIR | XDG_RUNTIME_DIR
    | DISPLAY | WAYLAND_DISPLAY | NO_COLOR
    | (https?|no|all)_proxy | (HTTPS?|NO|ALL)_PROXY
    | PIP_CERT | SSL_CERT_FILE | SSL_CERT_DIR | REQUESTS_CA_BUNDLE | CURL_CA_BUNDLE | NODE_EXTRA_CA_CERTS
    | PIP_(EXTRA_)?INDEX_URL | PIP_FIND_LINKS | PIP_TRUSTED_HOST | PIP_DEFAULT_TIMEOUT | PIP_CONFIG_FILE
    | UV_DEFAULT_INDEX | (npm_config|NPM_CONFIG)_(registry|REGISTRY)
    | DOCKER_(HOST|CONTEXT|CONFIG|CERT_PATH|TLS|TLS_VERIFY|API_VERSION) | SSH_AUTH_SOCK
    """,
    re.VERBOSE,
)

# What every command gets: BuildKit also where the engine is 20.10; no build attestation, whose time stamp would give
# an unchanged image a new id on engines with the containerd store; no advertisement.
SETTINGS = {"DOCKER_BUILDKIT": "1", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1", "DOCKER_CLI_HINTS": "false"}

# Commands of docker that a stage shows; those that tidy up afterwards are not worth a line.
TOLD = {"compose", "build", "run", "cp", "tag", "push"}

# A command that is interrupted may need this long to end what it began.
END_SECONDS = 60


def builder(environment: Mapping[str, str]) -> str:
    """Return the name of the engine's own builder: another one, if somebody chose it, would not see its images.

    buildx calls it as docker calls its context.
    """
    if environment.get("DOCKER_HOST"):
        return "default"
    if environment.get("DOCKER_CONTEXT"):
        return environment["DOCKER_CONTEXT"]
    folder = environment.get("DOCKER_CONFIG") or f"{environment.get('HOME', '/')}/.docker"
    with contextlib.suppress(OSError, ValueError):
        return json.loads(Path(folder, "config.json").read_text()).get("currentContext") or "default"
    return "default"


class Result(NamedTuple):
    """How a command ended: 0 is success, 127 means that there is no such command."""

    status: int
    output: str


class Runner:
    """Runs commands in the checkout, each with an environment of known variables.

    `locks` are file descriptors that commands inherit: a lock is held until the last of them has ended.
    """

    def __init__(self, root: Path, environment: Mapping[str, str], colours: bool = False):
        self.root = root
        self.user_environment = environment
        self.environment = {name: value for name, value in environment.items() if PASSED_ON.fullmatch(name)}
        self.settings = {
            **SETTINGS,
            "BUILDX_BUILDER": builder(environment),
            # Compose's newer way to build ends the path of a secret at a comma.
            **({"COMPOSE_BAKE": "false"} if "," in str(root) else {}),
            **({"FORCE_COLOR": "1"} if colours else {"NO_COLOR": "1"}),
        }
        self.locks: list[int] = []
        self.processes: set[subprocess.Popen[str]] = set()
        self.output: IO[Any] | None = None
        # Shows commands of docker to the user; nothing where nobody wants to type them.
        self.announce: Callable[[Sequence[str]], None] | None = None

    def writing_to(self, file: IO[Any]) -> Runner:
        """Return a runner whose commands write to a file what they would show to the user."""
        other = copy.copy(self)
        other.output = file
        return other

    @contextlib.contextmanager
    def logging(self, file: IO[Any]) -> Iterator[None]:
        """Write to a file, while a `with` block runs, what commands would show to the user."""
        before, self.output = self.output, file
        try:
            yield
        finally:
            self.output = before

    def run(
        self,
        command: Sequence[str],
        extra: Mapping[str, str] | None = None,
        stdin: int | IO[Any] | None = subprocess.DEVNULL,
        stdout: int | IO[Any] | None = None,
        merged: bool = False,
    ) -> int:
        """Run a command, its output to the user unless `stdout` says otherwise; `extra` are more variables.

        `merged` writes its errors to where its output goes. Returns its exit status.
        """
        errors = subprocess.STDOUT if merged else self.output
        self._announce(command)
        process = self._start(command, extra, stdin, self.output if stdout is None else stdout, errors)
        self.processes.add(process)
        status = process.wait()
        self.processes.discard(process)
        return status

    def end_all(self, terminate: bool = True) -> None:
        """Wait for the end of all commands that run. Those that a terminal interrupted need not be terminated."""
        for process in list(self.processes) if terminate else ():
            process.terminate()
        for process in list(self.processes):
            try:
                process.wait(timeout=END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()

    def begin(self, command: Sequence[str], output: IO[Any]) -> subprocess.Popen[str]:
        """Start a command, its output into a file, and do not wait for it."""
        return self._start(command, None, subprocess.DEVNULL, output, output)

    def must(self, command: Sequence[str], again: str, **options: Any) -> None:
        """Run a command that succeeds unless Docker or the machine fails; `again` is what to type then."""
        if self.run(command, stdout=subprocess.DEVNULL, **options) != 0:
            name = " ".join(command[:2])
            raise InfrastructureError(f"expected '{name}' to work, found the error above. Type: {again}")

    def capture(self, command: Sequence[str], errors: bool = False, text: str | None = None) -> Result:
        """Run a command that only looks; return what it wrote to standard output, with `errors` to standard error too.

        `text` is its standard input.
        """
        try:
            done = subprocess.run(
                command,
                cwd=self.root,
                env={**self.environment, **self.settings},
                input=text or "",
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if errors else subprocess.DEVNULL,
                text=True,
                check=False,
            )
        except FileNotFoundError:
            return Result(127, "")
        return Result(done.returncode, done.stdout.strip("\n"))

    def pipe(self, command: Sequence[str], data: bytes = b"") -> bytes | None:
        """Run a command on bytes; return the bytes that it wrote, None where it failed. Its errors go to the user."""
        done = subprocess.run(
            command,
            cwd=self.root,
            env={**self.environment, **self.settings},
            input=data,
            stdout=subprocess.PIPE,
            stderr=self.output,
            check=False,
        )
        return done.stdout if done.returncode == 0 else None

    def lines(self, command: Sequence[str]) -> list[str]:
        """Run a command that only looks; return the lines that it wrote, none where it failed."""
        output = self.capture(command).output
        return output.split("\n") if output else []

    def show(self, command: Sequence[str], is_shown: Callable[[str], bool] = lambda _line: True) -> Result:
        """Run a command, its output to the user line by line, and into the result; in a step also into its log."""
        self._announce(command)
        lines = []
        with self._start(command, None, subprocess.DEVNULL, subprocess.PIPE, subprocess.STDOUT) as process:
            self.processes.add(process)
            for line in process.stdout or ():
                lines.append(line)
                if is_shown(line):
                    print(line, end="", flush=True)
                if self.output:
                    self.output.write(line)
        self.processes.discard(process)
        return Result(process.returncode, "".join(lines))

    def replace(self, command: Sequence[str], extra: Mapping[str, str]) -> NoReturn:
        """End this process and go on as a command, which gets the user's signals."""
        os.chdir(self.root)
        os.execvpe(command[0], list(command), {**self.environment, **self.settings, **extra})

    def _announce(self, command: Sequence[str]) -> None:
        if self.announce and tuple(command[:1]) == ("docker",) and command[1] in TOLD:
            self.announce(command)

    def _start(
        self,
        command: Sequence[str],
        extra: Mapping[str, str] | None,
        stdin: int | IO[Any] | None,
        stdout: int | IO[Any] | None,
        stderr: int | IO[Any] | None,
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=self.root,
            env={**self.environment, **self.settings, **(extra or {})},
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            pass_fds=self.locks,
            text=True,
        )
