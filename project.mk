# For those who work on this project itself, not on a service made from it. `make help ALL=1` shows it.
TARGETS += tests nightly course bench docs docs-serve exercise pictures
OTHERS := nightly course docs-serve pictures

##@ The project itself
tests: ## this checkout -> the verdict on it that every change must pass: tests/tiers.py (T="e2e/test_gates.py" selects)

nightly: ## this checkout -> tests/nightly/results.json: kills, full disks, floods, lost nodes, the newest engine; each night, and before a tag
	@sh pipeline/run tests $(if $(T),,nightly)

course: parents ## every command of README and docs, typed in their order in a clone of this commit, and what it prints compared
	@sh pipeline/run tests e2e/test_course.py

bench: parents ## this checkout -> bench/results.json and plots, beside the older course's workflow (B="wait size")

docs: base ## docs/ -> site/: pages with a search, to read from the disk

docs-serve: base ## the same on http://localhost:8020, updated while you write, until Ctrl-C
	@sh pipeline/run docs serve

exercise: base ## what you changed -> whether it solves an exercise of docs/exercises.md: make exercise E=break-a-test

pictures: parents ## the menu, and a release of the last commit beside what runs -> docs/pictures/menu.svg, release.svg
	@python3 docs/pictures/terminal.py
