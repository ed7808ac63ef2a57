# The one entry point. Plain `make` prints the menu; what a verb does is in pipeline/stages/.

# Knobs: give them after the verb (make release HTTP_PORT=8001) or in the environment.
BUILD_ID ?=
HTTP_PORT ?= 8000
CLIENT_PORT ?= 3000
BIND ?= 127.0.0.1
PROBE_TIMEOUT ?= 180
PROBE_DELAY ?= 0
INSTALL_ENGINE ?= yes
PARENTS ?= auto
DEBIAN_IMAGE ?=
MYSQL_IMAGE ?=
DOCKER_REGISTRY ?= docker.io
ORG_NAME ?= todobackend
REPO_NAME ?= todobackend
REGISTRY_PORT ?= 5000
INDEX_PORT ?= 5001
PACKAGE_INDEX_URL ?=
PACKAGE_UPLOAD_URL ?=
CI_PORT ?= 8010
CI_REPOSITORY ?=
DOCS_PORT ?= 8020
NAME ?=
APP ?=
E ?=
MIN_FREE_GIB ?= 5
T ?=
B ?=
FILE ?=
TAGS ?=
BUILD_TAG ?=
VERSION ?=
INVENTORY ?= ansible/inventory/local.yml
CLUSTER_NETWORK ?= 10.77.0

KNOBS := BUILD_ID HTTP_PORT CLIENT_PORT BIND PROBE_TIMEOUT PROBE_DELAY INSTALL_ENGINE PARENTS DEBIAN_IMAGE MYSQL_IMAGE \
	DOCKER_REGISTRY ORG_NAME REPO_NAME REGISTRY_PORT INDEX_PORT PACKAGE_INDEX_URL PACKAGE_UPLOAD_URL CI_PORT CI_REPOSITORY \
	DOCS_PORT MIN_FREE_GIB T TAGS BUILD_TAG VERSION INVENTORY CLUSTER_NETWORK

# `make tag 0.1.0 latest`: the words after `tag` are its arguments. One that is a target's name stays that
# target, and `make tag` refuses it before make comes to it.
TARGETS := help doctor parents base test build release all tag buildtag publish login logout release-from deploy \
	rollback undeploy registry registry-down cluster cluster-down ci-server ci-server-down dev serve check accept start stop \
	backup restore report logs shell lint lock docs docs-serve exercise course rename tests nightly bench clean distclean
ifneq (,$(filter tag buildtag,$(firstword $(MAKECMDGOALS))))
TAG_WORDS := $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS))
%:
	@:
# A tag with `=` in it is a variable to make.
VARIABLES := $(foreach name,$(.VARIABLES),$(if $(findstring command,$(origin $(name))),$(name)))
$(foreach name,$(filter-out $(KNOBS) MAKE% -*-%,$(VARIABLES)),\
	$(error FAIL: expected a tag, found '$(name)=$($(name))', which make takes for a variable. Choose another name.))
endif

# The arguments of a process are everyone's to read on this machine.
$(foreach name,DOCKER_PASSWORD TWINE_PASSWORD $(if $(findstring @,$(PACKAGE_INDEX_URL)$(PACKAGE_UPLOAD_URL)),PACKAGE_INDEX_URL \
	PACKAGE_UPLOAD_URL),$(if $(filter command,$(origin $(name))),\
	$(error FAIL: expected $(name) in the environment, found it on the command line, where everyone on this machine can read it. Type: read -rs $(name); export $(name))))

# A value as one word of the shell, whatever is in it.
quoted = '$(subst ','\'',$(1))'

# What was asked for by name: a step that only goes before it stays silent when there is nothing to do.
GOALS := $(MAKECMDGOALS)

export GOALS TARGETS $(KNOBS)

.PHONY: $(TARGETS)
.NOTPARALLEL:
.DEFAULT_GOAL := help

help:
	@awk -f pipeline/help.awk $(firstword $(MAKEFILE_LIST))

##@ The pipeline, each step from the one before
doctor: ## 0. this machine -> ready: engine, versions, port, memory, disk; installs the engine on a bare Debian
	@pipeline/run doctor $(GOALS)

parents: doctor ## 0. registry, or Debian's packages -> the two parent images
	@pipeline/run parents

base: parents ## 0. parent -> base image, the runtime that dev and release share
	@pipeline/run base

test: base ## 1. src/ -> reports/: the tests in the dev image, on a real MySQL (T="test_create ..." picks)
	@pipeline/run test $(T)

build: base ## 2. tested image -> target/: wheels, SHA256SUMS, SBOM (tests first what has not passed)
	@pipeline/run build

release: build ## 3. target/ -> an accepted release on http://localhost:8000, its page on http://localhost:3000
	@pipeline/run release

all: test build release ## 1, 2 and 3, the tests in any case

##@ Out of the house
tag: doctor ## 4. accepted release -> its names: make tag 0.1.0 latest, TAGS="...", or by the rule of the house
	@pipeline/run tag $(TAG_WORDS) $(TAGS)

buildtag: doctor ## 4. the same, with a suffix for this build: BUILD_TAG, or the time
	@pipeline/run buildtag $(TAG_WORDS) $(TAGS)

publish: base ## 5. tagged release -> registry, package index, target/release.json
	@pipeline/run publish

login: doctor ## DOCKER_USER, DOCKER_PASSWORD of the environment -> pushes and pulls are allowed
	@pipeline/run login

logout: doctor ## forgets the password again
	@pipeline/run logout

release-from: base ## published wheels -> an accepted release, without src/: make release-from VERSION=0.1.0
	@pipeline/run release-from

deploy: base ## 6. published release -> the Swarm of INVENTORY, looked at from outside, or back (VERSION=, or target/)
	@pipeline/run deploy

rollback: base ## the release before, on the Swarm of INVENTORY
	@pipeline/run rollback

undeploy: base ## remove the service from the Swarm of INVENTORY; the data stays
	@pipeline/run undeploy

registry: base ## a registry and a package index on this machine, to try it on
	@pipeline/run registry

registry-down: doctor ## removes them with all they hold
	@pipeline/run registry-down

cluster: registry ## three Swarm nodes on this machine, to try it on
	@pipeline/run cluster

cluster-down: doctor ## removes them with all they hold
	@pipeline/run cluster-down

ci-server: base ## Buildbot on this machine: polls CI_REPOSITORY (this checkout), tests, builds, releases each commit
	@pipeline/run ci-server

ci-server-down: doctor ## removes it with what its builds left
	@pipeline/run ci-server-down

##@ The running release
accept: base ## the running release -> judged again, with fresh evidence
	@pipeline/run accept

start: base ## the release that was built last -> running again, with its data
	@pipeline/run start

stop: doctor ## running -> stopped; the release's data is kept
	@pipeline/run stop

backup: base ## the running release's data -> backups/..., as it is at one moment (or FILE=)
	@pipeline/run backup $(call quoted,$(FILE))

restore: base ## FILE= of a backup -> its data, in a release that has none
	@pipeline/run restore $(call quoted,$(FILE))

logs: doctor ## what the containers said
	@pipeline/run logs

##@ While developing
dev: base ## src/ -> the service in the dev image on the dev database, reloading as the source changes
	@pipeline/run dev

shell: base ## a shell in the dev image, with the dev database
	@pipeline/run shell

serve: ## src/ -> the service on SQLite, with Python 3.11+ alone
	@pipeline/run serve

check: ## src/ -> the tests on SQLite, with Python 3.11+ alone
	@pipeline/run check

report: base ## what the stages left in reports/ -> reports/index.html, one page of it all (each stage makes it anew)
	@pipeline/run report

lint: base ## every file -> the linters' verdict
	@pipeline/run lint

tests: ## this checkout -> the verdict on it that every change must pass: tests/tiers.py (T="e2e/test_gates.py" picks)
	@pipeline/run tests $(T)

nightly: ## this checkout -> tests/nightly/results.json: killed, starved, flooded, its nodes lost; each night, and before a tag
	@pipeline/run tests $(if $(T),$(T),nightly)

bench: parents ## this checkout -> bench/results.json and plots, beside the older course's workflow (B="wait size")
	@pipeline/run bench $(B)

lock: base ## pyproject.toml, *.in, package.json -> the locks with hashes
	@pipeline/run lock

##@ The course
docs: base ## docs/ -> site/: pages with a search, to read from the disk
	@pipeline/run docs

docs-serve: base ## the same on http://localhost:8020, following what is written, until Ctrl-C
	@pipeline/run docs serve

exercise: base ## what you changed -> whether it solves an exercise of docs/exercises.md: make exercise E=break-a-test
	@pipeline/run exercise "$(E)"

course: parents ## every command of README and docs, typed in their order in a clone of this commit, and what it prints compared
	@pipeline/run tests e2e/test_course.py $(T)

rename: base ## this tree -> a service of your own: make rename NAME=shop APP=order
	@pipeline/run rename "$(NAME)" "$(APP)"

##@ Afterwards
clean: doctor ## remove this pipeline's containers and volumes: the data, the registry, the lab, the CI server
	@pipeline/run clean

distclean: doctor ## clean, and remove its images, target/, reports/, site/ and .venv/
	@pipeline/run distclean
