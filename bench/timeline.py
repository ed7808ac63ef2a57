"""Where each second of a run of make goes: its own words and docker's events, on one axis."""

import json
import re
import subprocess
import threading
import time

from stacks import Pipeline, Run

ONEOFF = "com.docker.compose.oneoff"


def record(pipeline: Pipeline, goal: str) -> dict:
    """Run make with docker's events beside it.

    Returns `seconds` of the run; `phases` and `containers`, each with its name and seconds since the start: a container
    has `created`, `started`, and `ended` where it did.
    """
    with subprocess.Popen(
        ["docker", "events", "--filter", "type=container", "--format", "{{json .}}"],  # noqa: S607
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    ) as watcher:  # fmt: skip
        said: list[str] = []
        reader = threading.Thread(target=lambda: said.extend(watcher.stdout))
        reader.start()
        time.sleep(0.5)  # until it listens
        try:
            run = pipeline.make(goal)
            time.sleep(0.5)  # for the last event
        finally:
            watcher.terminate()
            reader.join()
    return {"seconds": run.seconds, "phases": run.phases, "containers": containers(pipeline, run, said)}


def containers(pipeline: Pipeline, run: Run, said: list[str]) -> list[dict]:
    """Make spans of events. Returns as `record` says, by the time of their making."""
    spans: dict[str, dict] = {}
    for line in said:
        event = json.loads(line)
        name = event["Actor"]["Attributes"].get("name", "")
        project = event["Actor"]["Attributes"].get("com.docker.compose.project")
        word = {"create": "created", "start": "started", "die": "ended"}.get(event["Action"])
        # What others start from such an image has the project's label too, but not `oneoff`.
        if not word or project not in pipeline.projects or ONEOFF not in event["Actor"]["Attributes"]:
            continue
        # Without the project before it and the number after it.
        short = re.sub(r"(-run)?[-_][0-9a-f]+$", "", name.removeprefix(project).lstrip("-_"))
        span = spans.setdefault(event["Actor"]["ID"], {"name": short})
        # Of several starts the first counts, of several ends the last.
        if word == "ended" or word not in span:
            span[word] = event["timeNano"] / 1e9 - run.began
    return sorted(spans.values(), key=lambda span: min(value for key, value in span.items() if key != "name"))


def as_text(recorded: dict, width: int = 60) -> str:
    """Draw it for a terminal.

    Returns lines: phases as `=`, a container as `.` from its making and `#` while it runs.
    """
    whole = recorded["seconds"]

    def at(second: float) -> int:
        return round(max(0, min(second, whole)) / whole * width)

    drawn = []
    for phase in recorded["phases"]:
        row = " " * at(phase["from"]) + "=" * max(1, at(phase["to"]) - at(phase["from"]))
        drawn.append((phase["name"], row, phase["to"] - phase["from"]))
    for span in recorded["containers"]:
        started, ended = span.get("started", whole), span.get("ended", whole)
        created = span.get("created", started)
        row = " " * at(created) + "." * (at(started) - at(created)) + "#" * max(1, at(ended) - at(started))
        drawn.append((span["name"], row, ended - created))
    return "\n".join(f"{name[:40]:<40} |{row:<{width}.{width}}| {seconds:5.1f} s" for name, row, seconds in drawn)
