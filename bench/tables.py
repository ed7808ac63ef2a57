"""The results as Markdown tables: `bench/tables.py [SECTION...]` prints all; plots/README.md has the main ones."""

import re
import sys
from collections.abc import Callable

from results import load

STATES = ("cold", "warm", "again", "edit-again", "edit")


def table(head: list[str], rows: list[list[object]]) -> str:
    """Write a table. Returns Markdown, aligned so that a terminal shows it well too."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max([len(head[i]), 3, *(len(row[i]) for row in cells)]) for i in range(len(head))]
    # The first column holds words, the others numbers.
    rule = (
        "| " + " | ".join("-" * width if i == 0 else "-" * (width - 1) + ":" for i, width in enumerate(widths)) + " |"
    )
    written = [
        "| "
        + " | ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        + " |"
        for row in [head, *cells]
    ]
    return "\n".join([written[0], rule, *written[1:]])


def number(value: float) -> str:
    """Round to what matters. Returns three digits that count, more before the point."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def mb(size: float) -> str:
    """Write bytes. Returns megabytes (10^6)."""
    return number(size / 1e6)


def wait(found: dict) -> list[str]:
    """Show how long one waits. Returns blocks of text."""
    seconds, suites, rows = found["seconds"], found["suites"], []
    for goal in ("test", "build", "release"):
        for state in STATES:
            if state in seconds["ours"][goal]:
                whole = [seconds[name][goal][state]["median"] for name in ("ours", "course")]
                tests = [suites[name][goal][state]["median"] for name in ("ours", "course")]
                rest = [all_of - part for all_of, part in zip(whole, tests, strict=True)]
                figures = [*whole, whole[0] / whole[1], *rest, rest[0] / rest[1]]
                rows.append([f"make {goal}, {state}", *map(number, figures)])
    # The suites differ: ours has many more tests, and a browser.
    head = ["seconds", "ours", "course", "ratio", "without the tests: ours", "course", "ratio"]
    blocks = [table(head, rows)]

    rows = []
    for name in ("ours", "course"):
        for goal in ("test", "release"):
            for state, parts in found["parts"].get(name, {}).get(goal, {}).items():
                rows += [[f"{name}, make {goal}, {state}: {label}", number(v["median"])] for label, v in parts.items()]
    if rows:
        blocks.append(table(["what make times itself, seconds", "median"], rows))
    return blocks


def size(found: dict) -> list[str]:
    """Show how heavy the images are. Returns blocks of text."""
    rows = []
    for part, own in found["images"]["ours"].items():
        # The course has one nginx for everything, and no browser.
        course = found["images"]["course"].get({"client": "nginx"}.get(part, part))
        rows.append([part, mb(own), *([mb(course), number(own / course)] if course else ["", ""])])
    return [table(["image, MB", "ours", "course", "ours/course"], rows)]


def service(found: dict) -> list[str]:
    """Show how fast the service is. Returns blocks of text."""
    names = ["ours", "gunicorn", "course", "files"]

    def row(case: str, figure: str) -> list[str]:
        values = found["cases"][case]
        return [number(values[name][figure]["median"]) if name in values else "" for name in names]

    rows, latencies = [], []
    for case, values in found["cases"].items():
        rate = {name: value["per_second"]["median"] for name, value in values.items()}
        ratios = [number(rate["ours"] / rate[name]) if name in rate else "" for name in ("gunicorn", "course", "files")]
        rows.append([case, *row(case, "per_second"), *ratios])
        latencies += [[f"{case}, {figure[:3]}", *row(case, figure)] for figure in ("p50_ms", "p99_ms")]
    blocks = [
        table(["requests/s", *names, "ours/gunicorn", "ours/course", "ours/files"], rows),
        table(["latency, ms", *names], latencies),
    ]
    rows = [
        [case, *(number(sum(values[name].values())) if name in values else "" for name in names)]
        for case, values in found["memory_mib"].items()
    ]
    blocks.append(table(["memory after it, application and nginx, MiB", *names], rows))
    return blocks


def growth(found: dict) -> list[str]:
    """Show how things grow. Returns blocks of text."""
    rows = []
    for name, requests in found["lists"].items():
        for request, by_size in requests.items():
            before = None
            for length, values in by_size.items():
                taken, peak = values["seconds"]["median"], values["peak"]["median"]
                factors = (
                    [number(taken / before[0]), number(peak / before[1]) if before[1] > 1e6 else ""]
                    if before
                    else ["", ""]
                )
                before = taken, peak
                answer = values["answer"]["median"]
                rows.append(
                    [
                        f"{name}, {request}",
                        f"{int(length):,}",
                        number(taken * 1000),
                        factors[0],
                        mb(peak),
                        factors[1],
                        mb(answer),
                    ]
                )
    head = ["", "items", "ms", "per tenfold", "memory's growth, MB", "per tenfold", "answer, MB"]
    return [table(head, rows)]


SHOWN: dict[str, Callable[[dict], list[str]]] = {"wait": wait, "size": size, "service": service, "growth": growth}
# The tables of a section that plots/README.md has.
ON_PAGE = {"wait": (0,), "size": (0,), "service": (0, 2), "growth": (0,)}


def section(name: str, found: dict, chosen: tuple[int, ...] = ()) -> str:
    """Write a section: when and where it was measured, and its tables. Returns Markdown."""
    machine = found["machine"]
    measured = (
        f"{found['date'][:10]}, commit {found['commit'][:10]}{'-dirty' if 'dirty' in found['commit'] else ''}, "
        f"{machine['cores']} cores, {machine['memory_gib']} GiB, Linux {machine['kernel']}, engine {machine['engine']}"
    ) + (f", medians of {found['rounds']} rounds" if "rounds" in found else "")
    tables = SHOWN[name](found)
    return "\n\n".join([measured, *(tables[number] for number in chosen or range(len(tables)))])


def show(everything: dict, wanted: list[str] | tuple[str, ...]) -> None:
    """Print sections."""
    for name in wanted:
        if name in everything:
            print(f"\n### {name}\n\n{section(name, everything[name])}")


def filled(page: str, everything: dict) -> str:
    """Put the tables into a page, each between `<!-- name -->` and `<!-- end -->`.

    Returns the page with the tables of every section that was measured.
    """
    for name, found in everything.items():
        page = re.sub(
            f"(<!-- {name} -->\n).*?(<!-- end -->)",
            lambda match, found=found, name=name: f"{match[1]}\n{section(name, found, ON_PAGE[name])}\n\n{match[2]}",
            page,
            flags=re.DOTALL,
        )
    return page


if __name__ == "__main__":
    show(load(), sys.argv[1:] or tuple(SHOWN))
