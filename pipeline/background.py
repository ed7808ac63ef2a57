"""Steps that run in parallel with the rest of a stage. They draw no progress: two would overwrite each other."""

from __future__ import annotations

import dataclasses
import threading
from types import TracebackType
from typing import Callable

from pipeline import evidence
from pipeline.stages import Context


class Background:
    """A step that runs in parallel with a `with` block, its output in reports/logs/. The block ends when both end.

    An error of the step is raised after the block, with the end of its log; without `required` it is ignored.
    """

    def __init__(self, context: Context, name: str, work: Callable[[Context], object], required: bool = True):
        self.context, self.required = context, required
        self.log = evidence.log_file(context, name)
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self._run, args=(work,), daemon=True)

    def _run(self, work: Callable[[Context], object]) -> None:
        with self.log.open("w") as log:
            try:
                work(dataclasses.replace(self.context, runner=self.context.runner.writing_to(log)))
            except Exception as error:
                self.error = error

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        if kind is not None and not issubclass(kind, Exception):
            # On an interrupt, end the step's commands before anything is removed.
            self.context.runner.end_all(terminate=kind is not KeyboardInterrupt)
        self.thread.join()
        if self.error and self.required:
            evidence.show_end(self.log)
            if kind is None:
                raise self.error
