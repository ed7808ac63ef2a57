"""Measure this checkout against the older course's workflow, side by side.

bench.py [SECTION...]: wait, size, service, growth; all of them without a name. Called by `make bench`.
"""

import importlib
import signal
import sys

import plots
import tables
from results import ROOT, BenchError, load, save
from stacks import MYSQL, PARENT, Bench

PAGE = ROOT / "bench/plots/README.md"
SECTIONS = ("wait", "size", "service", "growth")


def main(wanted: list[str]) -> None:
    """Measure sections, write them down, draw and print them."""
    unknown = [name for name in wanted if name not in SECTIONS]
    if unknown:
        raise BenchError(
            f"expected sections from {' '.join(SECTIONS)}, found {' '.join(unknown)}. "
            "Type for example: make bench B=size"
        )
    if not PARENT or not MYSQL:
        raise BenchError(
            "expected the parents' names in DEBIAN_PARENT and MYSQL_PARENT, found none. Type: make parents"
        )
    # However it is ended, it has to clear up.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    with Bench() as bench:
        for name in wanted or SECTIONS:
            save(name, bench.commit, importlib.import_module(name).measure(bench))
            plots.draw(load(), [name])
            PAGE.write_text(tables.filled(PAGE.read_text(), load()))
    tables.show(load(), wanted or SECTIONS)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except BenchError as error:
        sys.exit(f"FAIL: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
