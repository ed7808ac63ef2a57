"""The results as pictures: bench/plots/*.svg. The same results give the same files, byte for byte."""

import math
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")

from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from results import ROOT, load

PLOTS = ROOT / "bench" / "plots"
# Of contestants, told apart without colour vision too.
COLOURS = {"ours": "#0072b2", "course": "#d55e00", "gunicorn": "#009e73", "files": "#999999"}
STATES = ("cold", "warm", "again", "edit-again", "edit")

mpl.rcParams.update({
    # Without it the ids in the file are random.
    "svg.hashsalt": "todobackend",
    # Letters stay letters: smaller, and searchable.
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    # A sheet of its own, so that it can be read on a dark page as well.
    "figure.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid.axis": "x",
})  # fmt: skip


def keep(figure: Figure, name: str) -> None:
    """Write a picture."""
    PLOTS.mkdir(exist_ok=True)
    path = PLOTS / f"{name}.svg"
    figure.savefig(path, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    # matplotlib leaves spaces at the ends of lines, which git would complain about.
    path.write_text("\n".join(line.rstrip() for line in path.read_text().splitlines()) + "\n")


def bars(name: str, title: str, unit: str, rows: list[tuple[str, dict[str, float]]], log: bool = False) -> None:
    """Draw groups of bars, one group per row."""
    contestants = list(dict.fromkeys(key for _, values in rows for key in values))
    figure, axes = plt.subplots(figsize=(8, 0.9 + len(rows) * (0.16 * len(contestants) + 0.14)))
    thick = 0.8 / len(contestants)
    for index, contestant in enumerate(contestants):
        places = [
            row + (index - (len(contestants) - 1) / 2) * thick
            for row, (_, values) in enumerate(rows)
            if contestant in values
        ]
        values = [values[contestant] for _, values in rows if contestant in values]
        drawn = axes.barh(places, values, thick * 0.9, color=COLOURS[contestant], label=contestant)
        axes.bar_label(
            drawn, [f"{value:,.0f}" if value >= 100 else f"{value:.3g}" for value in values], padding=2, fontsize=7
        )
    axes.set_yticks(range(len(rows)), [label for label, _ in rows])
    axes.invert_yaxis()
    if log:
        axes.set_xscale("log")
        # Begin at a power of ten: bars that begin anywhere say nothing.
        least = min(value for _, values in rows for value in values.values())
        axes.set_xlim(left=10 ** math.floor(math.log10(least)))
    else:
        axes.margins(x=0.08)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_xlabel(unit)
    axes.set_title(title, loc="left", fontsize=10)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    keep(figure, name)


def wait(found: dict) -> None:
    """Draw the waits."""
    seconds, suites = found["seconds"], found["suites"]
    states = [state for state in STATES if state in seconds["ours"]["test"]]
    # A scale for each, as they lie far apart.
    figure, panels = plt.subplots(3, 1, figsize=(8, 1.2 + 1.2 * len(states)), layout="constrained")
    for axes, goal in zip(panels, ("test", "build", "release"), strict=True):
        for index, name in enumerate(("ours", "course")):
            places = [row + (index - 0.5) * 0.4 for row in range(len(states))]
            whole = [seconds[name][goal][state]["median"] for state in states]
            tests = [suites[name][goal][state]["median"] for state in states]
            rest = [all_of - part for all_of, part in zip(whole, tests, strict=True)]
            axes.barh(places, rest, 0.36, color=COLOURS[name], label=name)
            drawn = axes.barh(places, tests, 0.36, left=rest, color=COLOURS[name], alpha=0.4)
            axes.bar_label(drawn, [f"{value:.3g}" for value in whole], padding=2, fontsize=7)
        if goal == "test":
            axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
        axes.set_yticks(range(len(states)), states)
        axes.invert_yaxis()
        axes.margins(x=0.08)
        axes.grid(axis="x", color="#dddddd", linewidth=0.6)
        axes.set_title(f"make {goal}", loc="left", fontsize=10)
    panels[-1].set_xlabel("seconds, shorter is better; the paler part is the tests themselves")
    keep(figure, "wait")


def size(found: dict) -> None:
    """Draw the images' sizes."""
    rows = []
    for part, own in found["images"]["ours"].items():
        course = found["images"]["course"].get({"client": "nginx"}.get(part, part))
        rows.append((part, {"ours": own / 1e6, **({"course": course / 1e6} if course else {})}))
    bars("size", "How heavy the images are (shorter is better)", "MB", rows)


def service(found: dict) -> None:
    """Draw the rates and the memory."""
    names = ("ours", "gunicorn", "course", "files")
    rows = [
        (case, {name: values[name]["per_second"]["median"] for name in names if name in values})
        for case, values in found["cases"].items()
    ]
    title = f"Requests per second, {found['connections']} connections (longer is better)"
    bars("service", title, "requests/s, a scale of powers of ten", rows, log=True)
    rows = [
        (case, {name: values[name]["p99_ms"]["median"] for name in names if name in values})
        for case, values in found["cases"].items()
    ]
    bars("latency", "99 of 100 answers come within (shorter is better)", "ms, a scale of powers of ten", rows, log=True)
    rows = [
        (case, {name: sum(values[name].values()) for name in names[:3] if name in values})
        for case, values in found["memory_mib"].items()
    ]
    bars("memory", "Memory of application and nginx after each load (shorter is better)", "MiB", rows)


def growth(found: dict) -> None:
    """Draw time and memory by length of the list."""
    figure, (times, memory) = plt.subplots(1, 2, figsize=(9, 3.6))
    styles = ("-", "--", ":")
    for name, requests in found["lists"].items():
        for style, (request, by_size) in zip(styles, requests.items(), strict=False):
            lengths = [int(length) for length in by_size]
            label = f"{name}, {request}"
            drawn = {"color": COLOURS[name], "linestyle": style, "marker": "o", "markersize": 3, "label": label}
            times.plot(lengths, [value["seconds"]["median"] * 1000 for value in by_size.values()], **drawn)
            memory.plot(lengths, [value["peak"]["median"] / 1e6 for value in by_size.values()], **drawn)
    for axes, title in ((times, "Time of one request, ms"), (memory, "Growth of the process that answers, MB")):
        axes.set_xscale("log")
        axes.set_title(title, loc="left", fontsize=10)
        axes.set_xlabel("items in the list")
        axes.grid(axis="both", color="#dddddd", linewidth=0.6)
    times.set_yscale("log")
    memory.set_yscale("symlog", linthresh=1)
    memory.set_ylim(bottom=0, top=max(10, memory.get_ylim()[1]))
    memory.legend(frameon=False, fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5))
    keep(figure, "growth")


DRAWN: dict[str, Callable[[dict], None]] = {"wait": wait, "size": size, "service": service, "growth": growth}


def draw(everything: dict, wanted: list[str]) -> list[Path]:
    """Draw sections. Returns all pictures that there are."""
    for name in wanted:
        if name in everything:
            DRAWN[name](everything[name])
    return sorted(PLOTS.glob("*.svg"))


if __name__ == "__main__":
    draw(load(), sys.argv[1:] or list(DRAWN))
