"""How time and memory grow with the list."""

import concurrent.futures
import os

from results import spread
from services import Served, ours_and_course
from stacks import Bench, docker, say

SIZES = (100, 1000, 10_000, 100_000)
REQUESTS = {
    "GET /todos": ("GET", "/todos"),
    "GET /todos?limit=100": ("GET", "/todos?limit=100"),
    "DELETE /todos": ("DELETE", "/todos"),
}


def measure(bench: Bench) -> dict:
    """Grow the lists.

    Returns `lists` by contestant, request and length: seconds, peak of memory above the state before in bytes, bytes of
    the answer.
    """
    rounds = int(os.environ.get("ROUNDS", "3"))
    sizes = [int(size) for size in os.environ.get("SIZES", "").split()] or list(SIZES)
    stacks = ours_and_course(bench)
    lists: dict[str, dict] = {}
    for size in sizes:
        for name, (method, path) in REQUESTS.items():
            say(f"growth: {name} of {size:,} items, {rounds} rounds")
            taken: dict[str, list[dict]] = {}
            for number in range(rounds):
                for stack in stacks[:: (-1) ** number]:
                    taken.setdefault(stack.name, []).append(one(stack, method, path, size))
            for stack_name, values in taken.items():
                lists.setdefault(stack_name, {}).setdefault(name, {})[str(size)] = {
                    figure: spread([value[figure] for value in values]) for figure in ("seconds", "peak", "answer")
                }
    return {"rounds": rounds, "lists": lists}


def one(stack: Served, method: str, path: str, size: int) -> dict[str, float]:
    """Ask once, of an application that has just started: so the peak is this request's.

    Returns `seconds`; `peak`: by how many bytes the process that answered grew at most; `answer`: bytes.
    """
    stack.fill(size)
    docker("restart", stack.app)
    stack.wait()
    # Several at once, so that whichever worker answers then has answered before.
    with concurrent.futures.ThreadPoolExecutor(8) as clients:
        list(clients.map(lambda _: stack.request("GET", "/todos/1"), range(64)))
    before = stack.memory("VmRSS")
    _, body, seconds = stack.request(method, path)
    after = stack.memory("VmHWM")
    peak = max((after[number] - before[number] for number in before if number in after), default=0)
    return {"seconds": seconds, "peak": max(peak, 0), "answer": len(body)}
