#!/usr/bin/env python3
"""Draw a terminal that shows what comes in: `make | docs/pictures/menu.py >docs/pictures/menu.svg`.

Plain SVG with the text as text, so that a search finds it and a test can compare it (tests/test_docs.py).
"""

import sys
from html import escape

LINE, LEFT, TOP = 18, 16, 52  # pixels
CHARACTER = 7.83  # pixels; of 13 px in the fonts named below

lines = ["$ make", *sys.stdin.read().rstrip("\n").split("\n")]
width = round(2 * LEFT + CHARACTER * max(map(len, lines)))
height = TOP + LINE * len(lines)
print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">')
print("  <title>What make prints</title>")
print("  <style>text { font: 13px ui-monospace, Menlo, Consolas, monospace; white-space: pre; fill: #d7dde4; }")
print("    .head { fill: #e3b341; } .verb { fill: #7ee787; }</style>")
print(f'  <rect width="{width}" height="{height}" rx="8" fill="#161b22"/>')
for number, colour in enumerate(("#ff5f57", "#febc2e", "#28c840")):
    print(f'  <circle cx="{LEFT + 6 + 20 * number}" cy="18" r="6" fill="{colour}"/>')
for number, line in enumerate(lines):
    if line.startswith("  "):
        verb = line[: line.index(" ", line.index("make ") + 5)] if line.startswith("  make ") else line[:20]
        text = f'<tspan class="verb">{escape(verb)}</tspan>{escape(line[len(verb) :])}'
    else:
        text = f'<tspan class="head">{escape(line)}</tspan>'
    print(f'  <text x="{LEFT}" y="{TOP + LINE * number}" xml:space="preserve">{text}</text>')
print("</svg>")
