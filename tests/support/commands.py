"""Run commands, docker among them, and wait for conditions."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# A limit that only a command that hangs meets, in seconds.
LIMIT = 1200


def run(*command, timeout=LIMIT, **options):
    """Run a command to its end, with both streams in `stdout`. Raises TimeoutExpired after so many seconds."""
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        **options,
    )


def docker(*arguments):
    """Run docker and return what it printed; a failure is an error of the test."""
    try:
        return subprocess.run(
            ("docker", *arguments), check=True, capture_output=True, text=True, timeout=LIMIT
        ).stdout.strip()
    except subprocess.CalledProcessError as error:
        error.add_note(error.stderr)
        raise


def git(folder, *arguments):
    """Run git in a folder as a user of its own, and return what it printed."""
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    return run("git", *identity, *arguments, cwd=folder, check=True).stdout.strip()


def eventually(claim, seconds=300, pause=0.05):
    """Wait until a claim holds, and return what it gave; False after so many seconds, a limit that only a hang meets.

    A connection that fails and a command that fails mean "not yet". `pause` (seconds) lies between two looks.
    """
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException, subprocess.CalledProcessError):
            if found := claim():
                return found
        if time.monotonic() > end:
            return False
        time.sleep(pause)


def kill(process, number=signal.SIGKILL):
    """Send a signal to the process group of a process and wait for the end of the process."""
    os.killpg(process.pid, number)
    return process.communicate(timeout=LIMIT)[0]


class Ports:
    """Ports from a fixed block below those that the kernel gives to clients.

    `tests/run.py` gives each lane a block of its own (PORT_BLOCK), so that two lanes cannot meet.
    """

    def __init__(self):
        self.next = int(os.environ.get("PORT_BLOCK", "20000"))

    def take(self, count=1):
        """Return the numbers of so many ports in a row that nobody listens on."""
        while True:
            ports = range(self.next, self.next + count)
            self.next += count
            if all(map(self.is_free, ports)):
                return list(ports)

    def is_free(self, port):
        try:
            socket.create_server(("0.0.0.0", port)).close()
        except OSError:
            return False
        return True


PORTS = Ports()
