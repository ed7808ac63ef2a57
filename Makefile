# The one entry point. `make` prints the menu; what a verb does is in pipeline/stages/, the knobs are in
# pipeline/configuration.py: give them after the verb (make release HTTP_PORT=8001) or in the environment.

# Other programs use variables with these names too, so they count after the verb only.
$(foreach name,ALL APP B E ENV FILE FIX NAME S T TAGS V VERSION,$(if $(filter environment,$(origin $(name))),$(eval $(name) :=)))

TARGETS := help doctor engine parents base test build release all tag buildtag publish login logout release-from deploy \
	rollback undeploy registry cluster ci-server lab-down dev serve check accept start stop \
	backup restore report logs shell lint lock refresh rename clean distclean

# For those who work on this project itself: make help ALL=1.
-include project.mk

# What was typed: goals (a prerequisite of them is silent if it has nothing to do), and variables.
GOALS := $(MAKECMDGOALS)
TYPED := $(foreach name,$(filter-out MAKE% -*-%,$(.VARIABLES)),$(if $(findstring command,$(origin $(name))),$(name)))
export GOALS TARGETS TYPED

.PHONY: $(TARGETS)
.NOTPARALLEL:
.DEFAULT_GOAL := help

$(filter-out all $(OTHERS),$(TARGETS)):
	@sh pipeline/run $@

# `make tag 0.1.0 latest`: the words after `tag` are its arguments. The name of a target is refused before make runs it.
ifneq (,$(filter tag buildtag,$(firstword $(MAKECMDGOALS))))
%:
	@:
endif

help:

##@ The pipeline, each step from the one before
doctor: ## this machine -> whether it is fit: engine, versions, ports, memory, disk; changes nothing

engine: ## 0. this machine -> a Docker engine that answers; as root on Debian installed and started

parents: engine ## 0. registry, or Debian's packages -> the two parent images

base: parents ## 0. parent -> base image, the runtime that dev and release share

test: base ## 1. src/ -> reports/: the tests in the dev image, on a real MySQL (T="test_create ..." selects)

build: base ## 2. tested image -> target/: wheels, SHA256SUMS, SBOM (tests first what has not passed)

release: build ## 3. target/ -> an accepted release on http://localhost:8000, its page on http://localhost:3000

all: test build release ## 1, 2 and 3, the tests in any case

##@ Publish and deploy
tag: engine ## 4. accepted release -> its names: make tag 0.1.0 latest, TAGS="...", or the default tags

buildtag: engine ## 4. the same, with a suffix for this build: BUILD_TAG, or the time

publish: base ## 5. tagged release -> registry, package index, target/release.json

login: engine ## DOCKER_USER, DOCKER_PASSWORD of the environment -> pushes and pulls are allowed

logout: engine ## forgets the password again

release-from: base ## published wheels -> an accepted release, without src/: make release-from VERSION=0.1.0

deploy: base ## 6. published release -> the Swarm of INVENTORY, smoke-tested, rolled back on failure

rollback: base ## the release before, on the Swarm of INVENTORY

undeploy: base ## remove the service from the Swarm of INVENTORY; the data stays

registry: base ## a registry and a package index on this machine, to try it on

cluster: registry ## three Swarm nodes on this machine, to try it on

ci-server: base ## Buildbot on this machine: polls CI_REPOSITORY (this checkout), tests, builds, releases each commit

lab-down: engine ## removes these three with all they hold

##@ The running release
accept: base ## the accepted images -> judged again beside what runs, with fresh evidence

start: base ## the release that ran last -> running again, with its data

stop: engine ## running -> stopped; the release's data is kept

backup: base ## the running release's data -> backups/..., a consistent copy (or FILE=)

restore: base ## FILE= of a backup -> its data, in a release that has none

logs: engine ## the containers' logs (S=app ENV=release selects)

##@ While developing
dev: base ## src/ -> the service in the dev image on the dev database, reloading as the source changes

shell: base ## a shell in the dev image, with the dev database

serve: ## src/ -> the service on SQLite, with Python 3.11+ alone

check: ## src/ -> the tests on SQLite, with Python 3.11+ alone

report: base ## what the stages left in reports/ -> reports/index.html, one page of it all (each stage makes it anew)

lint: base ## every file -> the linters' verdict (FIX=yes puts lines and imports in order first)

lock: base ## pyproject.toml, *.in, package.json -> the locks with hashes, for a dependency that you changed

refresh: base ## Debian's, Python's and npm's packages -> the newest, by day and locks; says what changed

rename: ## this tree -> a service of your own: make rename NAME=bookshop APP=basket

##@ Afterwards
clean: engine ## remove this pipeline's containers and volumes: the data, the registry, the lab, the CI server

distclean: engine ## clean, and remove its images, target/, reports/, site/ and .venv/
