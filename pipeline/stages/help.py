"""Print the menu: the texts of the Makefile's targets, and the knobs of pipeline/configuration.py.

With ALL=1 also the targets for work on this project itself.
"""

import re

from pipeline.configuration import KNOBS
from pipeline.stages import Context

LINE = re.compile(r"^##@ (?P<section>.*)|^(?P<target>[a-z-]+):.*## (?P<text>.*)")


def run(context: Context) -> None:
    everything = bool(context.given("ALL"))
    print("todobackend: from source to an accepted release. Start with: make release")
    # A service made from this one may have removed project.mk.
    for file in [context.root / "Makefile", *(context.root.glob("project.mk") if everything else ())]:
        for line in file.read_text().splitlines():
            found = LINE.match(line)
            if found and found["section"]:
                print(f"\n{found['section']}")
            elif found:
                print(f"  make {found['target']:<14} {found['text']}")
    print("\nKnobs, after the verb or in the environment, with their defaults")
    for name, knob in KNOBS.items():
        if knob.help and (everything or not knob.rare):
            print(f"  {name:<18} {knob.default or '(empty)':<27} {knob.help}")
    if not everything:
        print("\nAll of it, with what is for the project itself: make help ALL=1")
