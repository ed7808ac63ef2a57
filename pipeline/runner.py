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

from pipeline.errors import InfrastructureError, PipelineError

# Variables of the user that commands get. Others may belong to another project (COMPOSE_PROJECT_NAME, PYTHONPATH,
# DJANGO_SETTINGS_MODULE) and would change the result.
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

# Variables of every command: BuildKit for engine 20.10 too; no attestations, because their time stamp changes the id of
# an unchanged image in the containerd store; no advertisement.
SETTINGS = {"DOCKER_BUILDKIT": "1", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1", "DOCKER_CLI_HINTS": "false"}

# Output of others may have bytes that are not UTF-8.
TEXT: Any = {"text": True, "encoding": "utf-8", "errors": "replace"}

# docker commands that a stage prints. Clean-up is left out.
TOLD = {"compose", "build", "run", "cp", "tag", "push"}

# Time for an interrupted command to end.
END_SECONDS = 60


def builder(environment: Mapping[str, str]) -> str:
    """Return the name of the engine's own builder: another selected builder does not see the engine's images.

    buildx names it after docker's context.
    """
    if environment.get("DOCKER_HOST"):
        return "default"
    if environment.get("DOCKER_CONTEXT"):
        return environment["DOCKER_CONTEXT"]
    folder = environment.get("DOCKER_CONFIG") or f"{environment.get('HOME', '/')}/.docker"
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return json.loads(Path(folder, "config.json").read_text()).get("currentContext") or "default"
    return "default"


class Result(NamedTuple):
    """The exit status of a command (127: there is no such command), and its output."""

    status: int
    output: str


class Runner:
    """Runs commands in the checkout, each with an environment of known variables.

    Commands inherit `locks`, open files: a lock is held until the last command ends.
    """

    def __init__(self, root: Path, environment: Mapping[str, str], colours: bool = False):
        self.root = root
        self.user_environment = environment
        self.environment = {name: value for name, value in environment.items() if PASSED_ON.fullmatch(name)}
        # Not Path.is_dir: it raises where a parent may not be searched.
        if not os.path.isdir(self.environment.get("TMPDIR", "/")):  # noqa: PTH112
            del self.environment["TMPDIR"]
        self.settings = {
            **SETTINGS,
            "BUILDX_BUILDER": builder(environment),
            # bake, Compose's newer builder, cuts a secret's path at a comma.
            **({"COMPOSE_BAKE": "false"} if "," in str(root) else {}),
            **({"FORCE_COLOR": "1"} if colours else {"NO_COLOR": "1"}),
        }
        self.locks: list[int] = []
        self.processes: set[subprocess.Popen[str]] = set()
        self.output: IO[Any] | None = None
        # Prints docker commands; None outside of a stage.
        self.announce: Callable[[Sequence[str]], None] | None = None

    def writing_to(self, file: IO[Any]) -> Runner:
        """Return a copy whose commands write their output to a file."""
        other = copy.copy(self)
        other.output = file
        return other

    @contextlib.contextmanager
    def logging(self, file: IO[Any]) -> Iterator[None]:
        """During a `with` block, write commands' output to a file."""
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
        """Run a command with more variables (`extra`); return its exit status.

        Its output goes to the user or the log, unless `stdout` is given; with `merged`, its errors go there too.
        """
        errors = subprocess.STDOUT if merged else self.output
        self._announce(command)
        process = self._start(command, extra, stdin, self.output if stdout is None else stdout, errors)
        self.processes.add(process)
        status = process.wait()
        self.processes.discard(process)
        return status

    def end_all(self, terminate: bool = True) -> None:
        """End all running commands, and wait. `terminate` is False if the terminal has interrupted them."""
        for process in list(self.processes) if terminate else ():
            process.terminate()
        for process in list(self.processes):
            try:
                process.wait(timeout=END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()

    def begin(self, command: Sequence[str], output: IO[Any]) -> subprocess.Popen[str]:
        """Start a command with its output in a file, and do not wait."""
        return self._start(command, None, subprocess.DEVNULL, output, output)

    def must(
        self,
        command: Sequence[str],
        expected: str = "",
        hint: str = "",
        error: type[PipelineError] = InfrastructureError,
        **options: Any,
    ) -> None:
        """Run a command; if it fails, raise an error that says what was `expected` and what to do (`hint`)."""
        if self.run(command, **options) != 0:
            expected = expected or f"'{' '.join(command[:2])}' to work"
            raise error(f"expected {expected}, found the error above. {hint}".rstrip())

    def capture(self, command: Sequence[str], errors: bool = False, text: str | None = None) -> Result:
        """Run a read-only command; return its status and output, with `errors` including standard error.

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
                **TEXT,
                check=False,
            )
        except FileNotFoundError:
            return Result(127, "")
        return Result(done.returncode, done.stdout.strip("\n"))

    def pipe(self, command: Sequence[str], data: bytes = b"") -> bytes | None:
        """Run a command with bytes as input; return its output, None if it failed. The user sees its errors."""
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
        """Run a read-only command; return its lines of output, none if it failed."""
        output = self.capture(command).output
        return output.split("\n") if output else []

    def show(self, command: Sequence[str], is_shown: Callable[[str], bool] = lambda _line: True) -> Result:
        """Run a command, show its output line by line (`is_shown` selects), and return it; in a step, log it too."""
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
        """Replace this process with a command, which then receives the user's signals."""
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
            **TEXT,
        )
