"""What the user sees: one style for all verbs."""

from __future__ import annotations

import os
import sys

YELLOW, RED, GREEN, PLAIN = "\033[1;33m", "\033[1;31m", "\033[1;32m", "\033[0m"


class Console:
    """Messages to standard output, failures to standard error. No colours in a pipe or with NO_COLOR (no-color.org)."""

    def __init__(self) -> None:
        self.colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def info(self, text: str) -> None:
        """Announce a step."""
        print(self._coloured(f"=> {text}", YELLOW), flush=True)

    def detail(self, text: str) -> None:
        """Add a line to a step."""
        print(f"   {text}", flush=True)

    def success(self, text: str) -> None:
        """End a verb: what it made, and what to type next."""
        print(self._coloured(f"=> {text}", GREEN), flush=True)

    def failure(self, text: str) -> None:
        """End a verb that failed."""
        print(self._coloured(f"FAIL: {text}", RED), file=sys.stderr, flush=True)

    def _coloured(self, text: str, colour: str) -> str:
        return f"{colour}{text}{PLAIN}" if self.colours else text
