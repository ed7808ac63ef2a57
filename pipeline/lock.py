"""Locks: one run at a time in a checkout, and one on a pipeline, whatever checkout it starts from."""

import contextlib
import fcntl
import os
import tempfile
import time
from pathlib import Path

from pipeline.console import Console
from pipeline.errors import VerdictError
from pipeline.runner import Runner

LIMIT_SECONDS, PAUSE_SECONDS = 900, 0.2


def pipeline_file(pipeline: str) -> Path:
    """Return the file of a pipeline's lock, outside of every checkout."""
    shared = Path("/run/lock")
    folder = shared if os.access(shared, os.W_OK) else Path(tempfile.gettempdir())
    return folder / f"{pipeline}-{os.getuid()}.lock"


def take(
    runner: Runner, console: Console, *files: Path, waiting: str = "Another run is at work in this checkout"
) -> None:
    """Take locks, and hold them until this process and every command of the runner have ended.

    After a kill of make its commands may still run, and the next run must wait for them.
    Raises VerdictError if another run holds a lock for LIMIT_SECONDS.
    """
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = None
        while not try_to_lock(descriptor):
            if deadline is None:
                deadline = time.monotonic() + LIMIT_SECONDS
                console.info(f"{waiting}: waiting for it")
            if time.monotonic() > deadline:
                holder = os.pread(descriptor, 20, 0).decode().strip()
                raise VerdictError(
                    f"expected the other run in this checkout to end within {LIMIT_SECONDS} s, found process {holder} "
                    f"still at work. Type: kill {holder}, then run make again."
                )
            time.sleep(PAUSE_SECONDS)
        with contextlib.suppress(OSError):  # a full disk keeps nobody from `make clean`
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        runner.locks.append(descriptor)


def try_to_lock(descriptor: int) -> bool:
    """Lock an open file; return False if another process holds its lock."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
