"""Requests per second, latency and memory of the same API served four ways."""

import json
import os

from results import BenchError, median
from services import Files, Served, files, gunicorn, ours_and_course, stats
from stacks import Bench, build, docker, say

LISTS = (10, 100, 1000, 10_000)
CASES = ("one", *(f"list-{length}" for length in LISTS), "post", "patch")
CONNECTIONS = 16


def measure(bench: Bench) -> dict:
    """Load all stacks in turn, case by case and round by round.

    Returns `cases` by case and contestant: requests per second, p50 and p99 in ms; `memory_mib` after each case's last
    round.
    """
    rounds = int(os.environ.get("ROUNDS", "3"))
    seconds = int(os.environ.get("SECONDS_EACH", "4"))
    cases = os.environ.get("CASES", "").split() or list(CASES)
    unknown = set(cases) - set(CASES)
    if unknown:
        raise BenchError(f"expected CASES from {' '.join(CASES)}, found {' '.join(unknown)}. Correct it.")
    build("bench-wrk", "wrk", PARENT=bench.ours.parent)
    applications = [*ours_and_course(bench), gunicorn(bench)]
    ceiling = files(bench)

    figures, memory = {}, {"before": stats(applications)}
    for case in cases:
        say(f"service: {case}, {rounds} rounds of {seconds} s for each")
        method, paths = prepare(case, applications, ceiling)
        contestants = [*applications, *([ceiling] if method == "GET" else [])]
        for stack in contestants:
            load(stack, method, paths, 1)  # warm
        taken: dict[str, list[dict]] = {stack.name: [] for stack in contestants}
        for number in range(rounds):
            first = number % len(contestants)
            for stack in contestants[first:] + contestants[:first]:
                taken[stack.name].append(load(stack, method, paths, seconds))
        memory[case] = stats(contestants)
        figures[case] = {
            name: {figure: median(values, figure) for figure in ("per_second", "p50_ms", "p99_ms")}
            for name, values in taken.items()
        }
        for name, values in figures[case].items():
            print(
                f"   {name:<9} {values['per_second']['median']:9.1f}/s  p50 {values['p50_ms']['median']:8.1f} ms",
                flush=True,
            )
    return {
        "rounds": rounds,
        "seconds_each": seconds,
        "connections": CONNECTIONS,
        "cases": figures,
        "memory_mib": memory,
    }


def prepare(case: str, applications: list[Served], ceiling: Files) -> tuple[str, list[str]]:
    """Fill the lists for a case, and give its answer to the ceiling.

    Returns the method, and the paths that take turns.
    """
    if case == "post":
        length, method, paths = 0, "POST", ["/todos"]
    elif case == "patch":
        # Many items, as clients seldom change the same one at once.
        length, method, paths = 100, "PATCH", [f"/todos/{number}" for number in range(1, 101)]
    elif case == "one":
        length, method, paths = 10, "GET", ["/todos/5"]
    else:
        length, method, paths = int(case.removeprefix("list-")), "GET", ["/todos"]
    for stack in applications:
        stack.fill(length)
    if method == "GET":
        # An item's file lies in a folder of the list's name: the list itself goes by another.
        _, body, _ = applications[0].request("GET", paths[0])
        ceiling.hold("/answer", body)
    return method, paths


def load(stack: Served, method: str, paths: list[str], seconds: int) -> dict:
    """Load one stack. Returns `per_second`, `p50_ms`, `p99_ms`."""
    asked = ["/answer"] if isinstance(stack, Files) else paths
    # With --timeout: an answer that takes long is slow, not lost.
    said = docker(
        "run", "--rm", "--network=host", "bench-wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout=60s",
        "-s", "/load.lua", stack.address, "--", method, *asked,
    )  # fmt: skip
    found = json.loads(said.splitlines()[-1])
    if found["refused"] or found["broken"] or not found["requests"]:
        raise BenchError(
            f"expected 2xx for every {method} {paths[0]} of {stack.name}, found {found['refused']} other answers and "
            f"{found['broken']} broken connections of {found['requests']}. "
            f"Look at: docker logs {stack.app}, with KEEP=yes"
        )
    return {**found, "per_second": found["requests"] / found["seconds"]}
