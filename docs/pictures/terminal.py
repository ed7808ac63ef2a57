#!/usr/bin/env python3
"""Draw what a terminal shows: menu.svg of `make`, release.svg of a real `make release` of the last commit.

Plain SVG with the text as text, so that a search finds it and a test can compare it (tests/unit/test_docs.py).
"""

import re
import subprocess
import tempfile
from html import escape
from pathlib import Path

HERE = Path(__file__).parent
LINE, LEFT, TOP = 18, 16, 52  # pixels
CHARACTER = 7.83  # pixels; of 13 px in the fonts named below
WIDTH = 124  # characters
# A pipeline of its own, on ports of its own, beside what runs.
KNOBS = ("BUILD_ID=-picture", "HTTP_PORT=8977", "CLIENT_PORT=3977")


def draw(typed: str, printed: str, title: str) -> str:
    """Return a terminal in which a command was typed, as SVG; lines that are too long for it are cut off."""
    lines = [f"$ {typed}", *printed.rstrip("\n").split("\n")]
    lines = [line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…" for line in lines]
    width, height = round(2 * LEFT + CHARACTER * max(map(len, lines))), TOP + LINE * len(lines)
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">',
        f"  <title>{title}</title>",
        "  <style>text { font: 13px ui-monospace, Menlo, Consolas, monospace; white-space: pre; fill: #d7dde4; }",
        "    .head { fill: #e3b341; } .verb { fill: #7ee787; }</style>",
        f'  <rect width="{width}" height="{height}" rx="8" fill="#161b22"/>',
    ]
    for number, colour in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        drawn.append(f'  <circle cx="{LEFT + 6 + 20 * number}" cy="18" r="6" fill="{colour}"/>')
    for number, line in enumerate(lines):
        # A verb of the menu, a knob, the mark of a step, or a whole line.
        head = re.match(r"  make [a-z-]+|  [A-Z_]+|=>|   \$|   [^:]+:|", line)[0]
        rest = escape(line[len(head) :])
        text = f'<tspan class="verb">{escape(head)}</tspan>{rest}' if head else f'<tspan class="head">{rest}</tspan>'
        drawn.append(f'  <text x="{LEFT}" y="{TOP + LINE * number}" xml:space="preserve">{text}</text>')
    return "\n".join([*drawn, "</svg>", ""])


def make(folder: Path, *words: str) -> str:
    """Run make without colours; return what it printed. Raises CalledProcessError."""
    command = ("make", "--no-print-directory", *words)
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout  # noqa: S603


def menu() -> str:
    """Return the picture of the menu."""
    return draw("make", make(HERE.parents[1]), "What make prints")


def release() -> str:
    """Release a clone of the last commit, and remove it again; return the picture of what was printed."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "clone")
        subprocess.run(("git", "clone", "--quiet", str(HERE.parents[1]), str(clone)), check=True)  # noqa: S603, S607
        try:
            printed = make(clone, "release", *KNOBS)
        finally:
            make(clone, "distclean", *KNOBS)
    # As a person sees it who types no knob.
    for knob in KNOBS:
        printed = printed.replace(f" {knob}", "")
    printed = printed.replace("-picture", "").replace("8977", "8000").replace("3977", "3000").replace(str(clone), ".")
    return draw("make release", printed, "What make release prints: each step, its commands, its time")


if __name__ == "__main__":
    (HERE / "menu.svg").write_text(menu())
    (HERE / "release.svg").write_text(release())
