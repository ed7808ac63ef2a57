"""Work beside the rest of a stage. Two steps that draw progress on one terminal would overwrite each other."""

from __future__ import annotations

import dataclasses
import sys
import threading
from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from pipeline.stages import Context


class Background:
    """A step that runs at once, its output in .state/NAME.log. `work` gets a context, and returns an exit status."""

    def __init__(self, context: Context, name: str, work: Callable[[Context], int]):
        self.log = context.state / f"{name}.log"
        self.status = 1
        self.thread = threading.Thread(target=self._run, args=(context, work), daemon=True)
        self.thread.start()

    def _run(self, context: Context, work: Callable[[Context], int]) -> None:
        with self.log.open("w") as log:
            self.status = work(dataclasses.replace(context, runner=context.runner.writing_to(log)))

    def wait(self) -> int:
        """Wait for its end; show its output where it failed. Returns its exit status."""
        self.thread.join()
        if self.status != 0:
            print(self.log.read_text(errors="replace"), end="", file=sys.stderr, flush=True)
        return self.status
