# The one entry point. Plain `make` prints the menu; a recipe that would not fit on a slide is a script.

# Knobs: give them after the verb (make release HTTP_PORT=8001) or in the environment.
BUILD_ID ?=
HTTP_PORT ?= 8000
CLIENT_PORT ?= 3000
PROBE_TIMEOUT ?= 180
PROBE_DELAY ?= 0
INSTALL_ENGINE ?= yes
PARENTS ?= auto
DEBIAN_IMAGE ?=
MYSQL_IMAGE ?=
DOCKER_REGISTRY ?= docker.io
ORG_NAME ?= todobackend
REPO_NAME ?= todobackend
MIN_FREE_GIB ?= 5
T ?=
TAGS ?=

# `make tag 0.1.0 latest`: the words after `tag` are its arguments. One that is a target's name stays that
# target, and scripts/tag refuses it before make comes to it.
TARGETS := help doctor parents base test build release all dev serve check start stop logs shell clean distclean \
	lint lock tag workflow-tests
ifeq (tag,$(firstword $(MAKECMDGOALS)))
TAG_WORDS := $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS))
.PHONY: $(filter-out $(TARGETS),$(TAG_WORDS))
$(filter-out $(TARGETS),$(TAG_WORDS)):
	@:
endif

# What was asked for by name: a step that only goes before it stays silent when there is nothing to do.
GOALS := $(MAKECMDGOALS)

export GOALS BUILD_ID HTTP_PORT CLIENT_PORT PROBE_TIMEOUT PROBE_DELAY INSTALL_ENGINE PARENTS DEBIAN_IMAGE \
	MYSQL_IMAGE DOCKER_REGISTRY ORG_NAME REPO_NAME MIN_FREE_GIB T TAGS TARGETS

.PHONY: $(TARGETS)
.NOTPARALLEL:
.DEFAULT_GOAL := help

help:
	@awk -f scripts/help.awk $(firstword $(MAKEFILE_LIST))

##@ The pipeline, each step from the one before
doctor: ## 0. this machine -> ready: engine, versions, port, memory, disk; installs the engine on a bare Debian
	@scripts/doctor $(GOALS)

parents: doctor ## 0. registry, or Debian's packages -> the two parent images
	@scripts/parents

base: parents ## 0. parent -> base image, the runtime that dev and release share
	@scripts/base

test: base ## 1. src/ -> reports/: the tests in the dev image, on a real MySQL (T="test_create ..." picks)
	@scripts/test $(T)

build: base ## 2. tested image -> target/: wheels, SHA256SUMS, SBOM (tests first what has not passed)
	@scripts/build

release: build ## 3. target/ -> an accepted release on http://localhost:8000, its page on http://localhost:3000
	@scripts/release

all: test build release ## 1, 2 and 3, the tests in any case

tag: doctor ## 4. accepted image -> its names: make tag 0.1.0 latest, or TAGS="..."
	@scripts/tag $(TAG_WORDS) $(TAGS)

##@ The running release
start: base ## the release that was built last -> running again, with its data
	@scripts/start

stop: doctor ## running -> stopped; the data is kept
	@scripts/stop

logs: doctor ## what the containers said
	@scripts/logs

##@ While developing
dev: base ## src/ -> the service in the dev image on the dev database, reloading as the source changes
	@scripts/dev

shell: base ## a shell in the dev image, with the dev database
	@scripts/shell

serve: ## src/ -> the service on SQLite, with Python 3.11+ alone
	@scripts/serve

check: ## src/ -> the tests on SQLite, with Python 3.11+ alone
	@scripts/check

lint: base ## every file -> the linters' verdict
	@scripts/lint

workflow-tests: parents ## this checkout -> the verdict on the workflow itself: broken on purpose, killed, side by side
	@scripts/workflow-tests $(T)

lock: base ## pyproject.toml, *.in, package.json -> the locks with hashes
	@scripts/lock

##@ Afterwards
clean: doctor ## remove this pipeline's containers, networks and volumes, the data included
	@scripts/clean

distclean: doctor ## clean, and remove its images, target/, reports/ and .venv/
	@scripts/clean images
