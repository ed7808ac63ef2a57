"""How long one waits for `make test`, `make build` and `make release`."""

import os

from results import BenchError, spread
from stacks import Bench, Course, Pipeline, Run, forget_downloads, fresh_parent, say

GOALS = ("test", "build", "release")
#   cold        nothing but the parents
#   warm        built before, nothing changed, nothing runs (after `make clean`)
#   again       the same once more, with everything left as it was
#   edit-again  one line edited, with everything left as it was
#   edit        one line edited, nothing runs
STATES = ("cold", "warm", "again", "edit-again", "edit")


def measure(bench: Bench) -> dict:
    """Time the pipelines in every state, alternating.

    Returns `seconds`, of these `suites`, and `parts` by contestant, goal and state.
    """
    rounds = int(os.environ.get("ROUNDS", "3"))
    states = os.environ.get("STATES", "").split() or list(STATES)
    unknown = set(states) - set(STATES)
    if unknown:
        raise BenchError(f"expected STATES from {' '.join(STATES)}, found {' '.join(unknown)}. Correct it.")
    pipelines: list[Pipeline] = [bench.ours, bench.course]
    taken: dict[tuple[str, str, str], list] = {}
    if "cold" not in states:
        for pipeline in pipelines:
            prepare(pipeline)
    for number in range(rounds):
        # Who goes first changes from round to round.
        for pipeline in pipelines[:: (-1) ** number]:
            if "cold" in states:
                bench.cold = True
            for state in STATES:
                if state in states:
                    say(f"wait: round {number + 1} of {rounds}, {pipeline.name}, {state}")
                    for goal, run in in_state(pipeline, state):
                        print(f"   make {goal}: {run.seconds:.1f} s", flush=True)
                        taken.setdefault((pipeline.name, goal, state), []).append(run)
            pipeline.make("clean")

    seconds, suites, parts = {}, {}, {}
    for (name, goal, state), runs in taken.items():
        seconds.setdefault(name, {}).setdefault(goal, {})[state] = spread([run.seconds for run in runs])
        suites.setdefault(name, {}).setdefault(goal, {})[state] = spread([run.suites for run in runs])
        labels = runs[0].parts
        parts.setdefault(name, {}).setdefault(goal, {})[state] = {
            label: spread([run.parts[label] for run in runs if label in run.parts]) for label in labels
        }
    return {"rounds": rounds, "seconds": seconds, "suites": suites, "parts": parts}


def prepare(pipeline: Pipeline) -> None:
    """Build everything once."""
    say(f"wait: preparing {pipeline.name}")
    if isinstance(pipeline, Course):
        pipeline.make("images")
    for goal in GOALS:
        pipeline.make(goal)
    pipeline.make("clean")


def in_state(pipeline: Pipeline, state: str) -> list[tuple[str, Run]]:
    """Bring a pipeline into a state and run its goals one after the other. Returns each goal and its run."""
    if state == "cold":
        pipeline.remove()
        forget_downloads()
        pipeline.parent = fresh_parent()
    elif state in ("warm", "edit"):
        pipeline.make("clean")
    if state.startswith("edit"):
        pipeline.edit()
    # The course's first two images are built by hand, once; ours are built by whatever needs them.
    goals = {goal: [goal] for goal in GOALS}
    if state == "cold" and isinstance(pipeline, Course):
        goals["test"] = ["images", "test"]
    return [(goal, pipeline.make(*typed)) for goal, typed in goals.items()]
