"""bench/results.json: one entry per section, each with the day, the commit and the machine it was measured on."""

import datetime
import json
import os
import platform
import statistics
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results.json"
# Measure this commit instead of the checkout as it stands: to see what a change brought, or while it is being edited.
COMMIT = os.environ.get("COMMIT", "")


class BenchError(Exception):
    """Says what was expected, what was found and what to do."""


def output(*command: str, cwd: Path = ROOT) -> str:
    """Run a command to its end. Returns what it printed, without the last line's end."""
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-5:]
        raise BenchError(
            f"expected `{' '.join(command)[:200]}` to succeed, found: {' / '.join(said)}. Mend that first."
        )
    return done.stdout.strip()


def load() -> dict:
    """Read what was measured so far. Returns the sections by name."""
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


def save(section: str, measured: str, values: dict) -> None:
    """Put a section in the place of the one before."""
    everything = load()
    everything[section] = {**circumstances(), "commit": measured, **values}
    RESULTS.write_text(json.dumps(everything, indent=1) + "\n")


def commit() -> str:
    """Name what is measured. Returns the commit, with `-dirty` where the checkout differs from it."""
    name = output("git", "rev-parse", COMMIT or "HEAD")
    # What a run writes itself makes no difference to what was measured.
    if not COMMIT and output("git", "status", "--porcelain", "--", ".", ":!bench/results.json", ":!bench/plots"):
        name += "-dirty"
    return name


def circumstances() -> dict:
    """Describe when and where it was measured. Returns date and machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": {
            "cores": os.cpu_count(),
            "memory_gib": round(memory / 2**30, 1),
            "kernel": platform.release(),
            "engine": output("docker", "version", "--format", "{{.Server.Version}}"),
        },
    }


def spread(values: list[float]) -> dict:
    """Sum several rounds up. Returns the median and all values."""
    return {"median": statistics.median(values), "all": values}


def median(values: list[dict], name: str) -> dict:
    """Sum one figure of several rounds up. Returns as `spread`."""
    return spread([value[name] for value in values])
