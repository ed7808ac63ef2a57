"""What the user sees: one style for all verbs."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

YELLOW, RED, GREEN, PLAIN = "\033[1;33m", "\033[1;31m", "\033[1;32m", "\033[0m"
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x1f]")
PAUSE_SECONDS = 0.5


class Console:
    """Messages to standard output, failures to standard error. No colours in a pipe or with NO_COLOR (no-color.org)."""

    def __init__(self) -> None:
        self.is_terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        self.colours = self.is_terminal and not os.environ.get("NO_COLOR")
        self._lock = threading.Lock()
        self._draws = False

    def info(self, text: str) -> None:
        self._print(self._coloured(f"=> {text}", YELLOW))

    def detail(self, text: str) -> None:
        self._print(f"   {text}")

    def command(self, command: Sequence[str]) -> None:
        """Show a command that is run, as it can be typed."""
        self.detail(f"$ {shlex.join(command)}")

    def success(self, text: str) -> None:
        """End a verb: what it made, and what to type next."""
        self._print(self._coloured(f"=> {text}", GREEN))

    def failure(self, text: str) -> None:
        self._print(self._coloured(f"FAIL: {text}", RED), sys.stderr)

    @contextlib.contextmanager
    def progress(self, label: str, log: Path) -> Iterator[None]:
        """During a `with` block, show on a terminal the step's seconds and the last line of its log."""
        if not self.is_terminal:
            yield
            return
        ended, began = threading.Event(), time.monotonic()

        def draw() -> None:
            while not ended.wait(PAUSE_SECONDS):
                text = f"   {label}: {time.monotonic() - began:.0f} s  {last_line(log)}"
                with self._lock:
                    print(f"\r\033[K{text[: shutil.get_terminal_size().columns - 1]}", end="", flush=True)

        thread = threading.Thread(target=draw, daemon=True)
        self._draws = True
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self._print("", end="")
            self._draws = False

    def _print(self, text: str, file: TextIO | None = None, end: str = "\n") -> None:
        with self._lock:
            try:
                if self._draws:
                    print("\r\033[K", end="", flush=True)
                print(text, file=file or sys.stdout, end=end, flush=True)
            except OSError:  # a closed pipe or a full disk does not stop a verb
                os.dup2(os.open(os.devnull, os.O_WRONLY), (file or sys.stdout).fileno())

    def _coloured(self, text: str, colour: str) -> str:
        return f"{colour}{text}{PLAIN}" if self.colours else text


def last_line(log: Path) -> str:
    """Return the last line of a log, without control characters; "" for none."""
    with contextlib.suppress(OSError), log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 1000))
        lines = file.read().decode(errors="replace").split("\n")
        return next((found for found in (CONTROLS.sub("", line).strip() for line in reversed(lines)) if found), "")
    return ""
