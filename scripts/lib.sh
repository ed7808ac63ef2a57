# shellcheck shell=bash
# The one voice of the workflow. Every script in this folder sources it and has one verb.
# Runs on the host, so it stays within bash 3.2 (macOS). The knobs come in from the Makefile, with their defaults.

set -euo pipefail

# What was exported for other programs: it would change where `cd` and Compose go, and what a stage says of itself.
# shellcheck disable=SC2086  # names without spaces
unset CDPATH STAGE ${!COMPOSE_@}

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

# What make remembers between runs and nobody else needs to read; `make distclean` removes it.
STATE="$ROOT/.state"

# Colours live here and nowhere else. A pipe and NO_COLOR (no-color.org) get none.
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    YELLOW=$'\033[1;33m' RED=$'\033[1;31m' GREEN=$'\033[1;32m' PLAIN=$'\033[0m'
    export FORCE_COLOR=1 # for whatever is called from here, in containers too: a job there sees no terminal
else
    YELLOW='' RED='' GREEN='' PLAIN=''
    unset FORCE_COLOR
    export NO_COLOR=1
fi

info() { printf '%s=> %s%s\n' "$YELLOW" "$*" "$PLAIN"; }
good() { printf '%s=> %s%s\n' "$GREEN" "$*" "$PLAIN"; }

# The end of every failure: what was expected, what was found, what to type. An engine that was lost meanwhile is what was
# found, whatever came of it.
fail() { tell 1 "$*" "$(engine_lost)"; }

# broke SENTENCE: the same where docker did not do its part, and so there is no verdict on anything: a full disk is asked
# for too. Another exit status, so that a caller takes it for none.
broke() {
    local cause
    cause=$(engine_lost)
    [ -n "$cause" ] || cause=$(disk_full)
    tell 2 "$*" "$cause"
}

# tell STATUS SENTENCE CAUSE: a cause stands in the place of what the sentence says was found.
tell() {
    local sentence=$2
    [ -z "$3" ] || sentence="${2%%, found *}, $3, then: make ${GOALS:-release}$WITH$PORT_KNOB"
    printf '%sFAIL: %s%s\n' "$RED" "$sentence" "$PLAIN" >&2
    SENTENCE=$sentence
    quit "$1"
}

# quit STATUS: end, where everything was said.
quit() {
    SAID=yes
    [ "$BASH_SUBSHELL" -gt 0 ] || close_stage "$1" # a subshell's end is not the stage's
    exit "$1"
}

# Said after a failed build.
NETWORK_HINT="If it is the network: docs/troubleshooting.md says which variables name a proxy, a certificate or an index."

# The file of certificates an inspecting proxy needs, if the environment names one (rule: the first of three).
ca_bundle() {
    local name
    for name in PIP_CERT SSL_CERT_FILE REQUESTS_CA_BUNDLE; do
        if [ -n "${!name:-}" ]; then
            [ -r "${!name}" ] ||
                fail "expected a readable certificate bundle at $name=${!name}, found none. Mend the path, or: unset $name"
            printf '%s' "${!name}"
            return
        fi
    done
}

# apt_install PACKAGE...: quietly; what apt said is shown when it failed.
apt_install() {
    local log
    log=$(mktemp)
    if ! DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >"$log" 2>&1; then
        cat "$log" >&2
        fail "expected apt-get to install $*, found the error above. Mend apt, then run make again."
    fi
    rm -f "$log"
}

# in_background NAME COMMAND...: run it beside what follows, silently; `await NAME` waits, and shows what it said when it
# failed. Two that draw their progress on one terminal would draw over each other.
in_background() {
    local name=$1
    shift
    mkdir -p "$STATE"
    "$@" >"$STATE/$name.log" 2>&1 &
    printf -v "JOB_$name" %s "$!"
}

# shellcheck disable=SC2034  # bash reads it by another name
await() {
    local job=JOB_$1 status=0
    wait "${!job}" || status=$?
    [ "$status" -eq 0 ] || cat "$STATE/$1.log" >&2
    return "$status"
}

# --- what stops everything that docker does ---

# The engine makes its bridge anew whenever it starts: when that was tells one life of it from the next.
engine_since() { docker network inspect --format '{{.Created}}' bridge 2>/dev/null || true; }

# note_engine: what engine_lost compares with; the scripts that are called from here compare with the same.
note_engine() {
    ENGINE_SINCE=${ENGINE_SINCE:-$(engine_since)}
    export ENGINE_SINCE
}

# engine_lost: how the engine that was noted was lost; nothing where it was not. One that is being restarted gets a moment
# to come back: to start it is no good advice then.
engine_lost() {
    local now patience=20
    [ -n "${ENGINE_SINCE:-}" ] || return 0
    now=$(engine_since)
    while [ -z "$now" ] && [ "$patience" -gt 0 ]; do
        patience=$((patience - 1))
        sleep 1
        now=$(engine_since)
    done
    if [ -z "$now" ]; then
        printf 'found that the Docker engine does not answer any more. Start it'
    elif [ "$now" != "$ENGINE_SINCE" ]; then
        printf 'found that the Docker engine was restarted meanwhile. Wait until it is up'
    fi
}

# A step that fails takes away what it had written, so a disk that was full has some space again. No layer of ours takes
# so much (in MiB): where there is more, it was not the disk.
ENOUGH_SPACE=1024

# disk_full: whose disk is; nothing where none is. The engine's may be on another machine: a container of its looks there.
disk_full() {
    local free answer whose="this checkout's"
    free=$(df -Pk "$ROOT" | awk 'NR == 2 { print int($4 / 1024) }')
    if [ "$free" -ge "$ENOUGH_SPACE" ]; then
        [ -n "${DEBIAN_PARENT:-}" ] || return 0
        whose="the engine's"
        answer=$(docker run --rm --pull never --network none --entrypoint df "$DEBIAN_PARENT" -Pk / 2>&1) || true
        case "$answer" in
            *"no space left"*) free=0 ;;
            *) free=$(printf '%s\n' "$answer" | awk '$NF == "/" { print int($4 / 1024) }') ;;
        esac
        [ -n "$free" ] && [ "$free" -lt "$ENOUGH_SPACE" ] || return 0
    fi
    printf 'found no space left on %s disk (%s MiB). Free some (make clean%s; docker system prune)' "$whose" "$free" "$WITH"
}

# --- one after the other ---

TURN_LIMIT=900 # seconds

# take_turn: one run at a time works in a checkout, for src/, target/ and reports/ are the checkout's. One whose make was
# killed may still be at work: it shall end before its containers are taken from it, or it takes ours. And from here on
# no command ends the script without a sentence.
take_turn() {
    answer_for_end
    if [ "${TURN:-}" != "$ROOT" ]; then # else it is whoever called us who has it
        mkdir -p "$STATE"
        # Held by all that has the file open, so that the end of the last of them is the end of the turn.
        exec 9>>"$STATE/turn"
        if ! lock 0; then
            info "Another run is at work in this checkout: waiting for it"
            lock "$TURN_LIMIT" ||
                fail "expected the other run in this checkout to end within $TURN_LIMIT s, found process $(cat "$STATE/turn") still at work. Type: kill $(cat "$STATE/turn"), then run make again."
        fi
        echo "$$" >"$STATE/turn"
        export TURN="$ROOT"
    fi
    note_engine
}

# lock SECONDS: macOS has no flock, but a Perl.
lock() {
    if command -v flock >/dev/null 2>&1; then
        flock --timeout "$1" 9
    else
        perl -MFcntl=:flock -e 'open my $file, ">>&=9" or die;
            for (0 .. 2 * shift) { exit 0 if flock $file, LOCK_EX | LOCK_NB; select undef, undef, undef, 0.5 } exit 1' "$1"
    fi
}

# ended STATUS: where a command failed that nobody asked how it went, its error stands above. A signal needs no sentence.
ended() {
    [ "$1" -eq 0 ] || [ "$1" -ge 128 ] || [ -n "${SAID:-}" ] ||
        broke "expected scripts/${0##*/} to come to its end, found the error above. Type: make ${GOALS:-release}$WITH$PORT_KNOB"
    [ "$1" -ge 128 ] || close_stage "$1"
}

# answer_for_end: no command ends the script without a sentence, and the outermost script has the report made.
answer_for_end() {
    export REPORTER="${REPORTER:-$$}"
    trap 'ended $?' EXIT
}

# --- what the report knows of a stage ---

# stage NAME [NOTE]: from here on, until note_stage or the end of the script.
stage() {
    STAGE=$1 STAGE_NOTE=${2:-} STAGE_BEGAN=$(date +%s) STEPS='' SENTENCE=''
    export REPORTER="${REPORTER:-$$}"
    SECONDS=0
}

# nothing_done: what the report knows of this stage stays as it is.
nothing_done() { STAGE=; }

# note_stage STATUS: how it ended, into reports/stages/; only the newest of a name is kept.
note_stage() {
    local commit
    [ -n "${STAGE:-}" ] || return 0
    commit=$(what_stands_here) || commit=unknown
    mkdir -p reports/stages "$STATE"
    printf '{"stage": "%s", "note": "%s", "began": %s, "seconds": %s, "status": %s, "commit": "%s", "pipeline": "%s", "steps": [%s], "sentence": "%s"}\n' \
        "$STAGE" "$(in_json "$STAGE_NOTE")" "$STAGE_BEGAN" "$SECONDS" "$1" "$commit" "$PIPELINE" "$STEPS" "$(in_json "$SENTENCE")" \
        >"$STATE/stage"
    put "$STATE/stage" "reports/stages/$STAGE.json"
    STAGE=
}

# still_holds NAME...: these passed, and content says that it holds for what stands here now: a commit may have come meanwhile.
still_holds() {
    local name file commit
    commit=$(what_stands_here) || return 0
    for name; do
        file=reports/stages/$name.json
        grep -q "\"status\": 0, .*\"pipeline\": \"$PIPELINE\"" "$file" 2>/dev/null || continue
        ! grep -qF "\"commit\": \"$commit\"" "$file" || continue # nothing to write, nothing to report anew
        sed "s/\"commit\": \"[^\"]*\"/\"commit\": \"$commit\"/" "$file" >"$STATE/stage"
        put "$STATE/stage" "$file"
    done
}

# what_stands_here: the commit, and what was changed since by a number of its own.
what_stands_here() {
    local commit changed
    # 9: a watcher that git may leave behind would hold on to our turn.
    commit=$(git rev-parse --short=12 HEAD 2>/dev/null 9>&-) || return 1
    changed=$({ git status --porcelain && git diff HEAD; } 9>&-)
    [ -z "$changed" ] || commit="$commit+$(printf '%s' "$changed" | git hash-object --stdin | cut -c 1-7)"
    printf '%s' "$commit"
}

in_json() { printf '%s' "$1" | tr -d '\000-\037' | sed 's/\\/\\\\/g; s/"/\\"/g'; }

# close_stage STATUS: note it, and have the report made anew. Whatever goes wrong here changes no verdict and is no more
# to be told; but a report that is not of this verdict must not stand there.
close_stage() {
    { note_stage "$1" && report_anew "$1"; } 2>/dev/null || rm -f reports/index.html
}

# report_anew STATUS: by the outermost script alone, where there is news.
report_anew() {
    [ "${REPORTER:-}" = "$$" ] && [ -d reports/stages ] || return 0
    [ ! -e reports/index.html ] || [ -n "$(find reports/stages -newer reports/index.html)" ] || return 0
    # What made a stage fail may be what an image needs to be built: nobody is to wait for that once more.
    [ "$1" -eq 0 ] || [ -n "$(image_id "$REPORT_IMAGE")" ] || return 1
    mkdir -p "$STATE"
    scripts/report quiet >"$STATE/report.log" 2>&1
}

# --- whole or not at all ---

# take_away PATH...: gone in one step, however long it takes to take a folder apart.
take_away() {
    local path gone="$STATE/gone"
    mkdir -p "$STATE"
    for path in "$@"; do
        rm -rf "$gone"
        [ ! -e "$path" ] || mv "$path" "$gone"
    done
    rm -rf "$gone"
}

# put NEW PLACE: what is whole comes to its place in one step. Who looks there meanwhile, or is left there by a run that was
# killed, finds what was there before, or nothing, or this.
put() {
    take_away "$2"
    mv "$1" "$2"
}

sha256() { if command -v sha256sum >/dev/null 2>&1; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }

# asked TARGET: was it asked for by name?
asked() { case " ${GOALS:-} " in *" $1 "*) ;; *) return 1 ;; esac; }

# timed LABEL COMMAND...: run it, then say how long it took. The command's status is passed on.
timed() {
    local status=0 TIMEFORMAT=%1R label=$1 took
    shift
    mkdir -p "$STATE"
    # What the command itself says goes where it went.
    { time "$@" 2>&3; } 3>&2 2>"$STATE/time" || status=$?
    took=$(tr , . <"$STATE/time") # some languages' decimal point
    printf '   %s: %s s\n' "$label" "$took"
    STEPS="${STEPS:+$STEPS, }[\"$label\", $took]"
    return "$status"
}

# at_least FOUND WANTED: compare dotted versions field by field (sort -V is not on every macOS).
at_least() {
    local IFS=. i
    # shellcheck disable=SC2206  # splitting at the dots is the point
    local have=(${1%%[-+~]*}) want=($2)
    for i in 0 1 2; do
        local f=${have[$i]:-0} w=${want[$i]:-0}
        f=${f%%[!0-9]*}
        [ "${f:-0}" -gt "$w" ] && return 0
        [ "${f:-0}" -lt "$w" ] && return 1
    done
    return 0
}

: "${REPO_NAME:?expected the variables of the Makefile, found none. Type: make help}"

# --- the pipeline's names, each said once ---

# The knobs a command needs again to mean this pipeline: what a sentence tells to type ends in them.
WITH="${BUILD_ID:+ BUILD_ID=$BUILD_ID}"
HTTP_KNOB=" HTTP_PORT=$HTTP_PORT"
[ "$HTTP_PORT" != 8000 ] || HTTP_KNOB=
CLIENT_KNOB=" CLIENT_PORT=$CLIENT_PORT"
[ "$CLIENT_PORT" != 3000 ] || CLIENT_KNOB=
PORT_KNOB="$HTTP_KNOB$CLIENT_KNOB"
export WITH HTTP_KNOB CLIENT_KNOB PORT_KNOB

# Two environments on one host do not touch each other: the build's id is in every name.
PIPELINE="$REPO_NAME$BUILD_ID"
DEV_PROJECT="${PIPELINE}dev"
RELEASE_PROJECT="$PIPELINE"
REGISTRY_PROJECT="${PIPELINE}registry"
CLUSTER_PROJECT="${PIPELINE}lab"
CI_PROJECT="${PIPELINE}ci"
# What these remember: one pipeline's end is not another's.
REGISTRY_STATE="$STATE/registry$BUILD_ID"
CLUSTER_STATE="$STATE/cluster$BUILD_ID"

BASE_IMAGE="$REPO_NAME-base:built$BUILD_ID"
AGENT_IMAGE="$REPO_NAME-agent:built$BUILD_ID"
SPECS_IMAGE="$REPO_NAME-specs:built$BUILD_ID"
BROWSER_SPECS_IMAGE="$REPO_NAME-browser-specs:built$BUILD_ID"
NPM_IMAGE="$REPO_NAME-npm:built$BUILD_ID"
NGINX_IMAGE="$REPO_NAME-nginx:built$BUILD_ID"
CLIENT_IMAGE="$REPO_NAME-client:built$BUILD_ID"
LINT_IMAGE="$REPO_NAME-lint:built$BUILD_ID"
SPECS_TOOLS_IMAGE="$REPO_NAME-specs-tools:built$BUILD_ID"
REGISTRY_IMAGE="$REPO_NAME-registry:built$BUILD_ID"
INDEX_IMAGE="$REPO_NAME-index:built$BUILD_ID"
PUBLISH_IMAGE="$REPO_NAME-publish:built$BUILD_ID"
EDGE_IMAGE="$REPO_NAME-edge:built$BUILD_ID"
NODE_IMAGE="$REPO_NAME-node:built$BUILD_ID"
CI_IMAGE="$REPO_NAME-ci-server:built$BUILD_ID"
DOCS_IMAGE="$REPO_NAME-docs:built$BUILD_ID"
REPORT_IMAGE="$REPO_NAME-report:built$BUILD_ID"
DEV_IMAGE="$REPO_NAME-dev:built$BUILD_ID"
# The verdicts are names: only an image that passed gets one, and the next stage takes that name.
TESTED_IMAGE="$REPO_NAME-dev:tested$BUILD_ID"
RELEASE_IMAGE="$REPO_NAME:built$BUILD_ID"
# The images that a release is made of, judged together; they get their verdict and their tags together.
PARTS="app nginx client"

# The network's settings for builds (scripts/network writes them; secrets of the build, never a layer).
CA_FILE="$STATE/network/ca.pem"
PIP_FILE="$STATE/network/pip.conf"
APT_FILE="$STATE/network/apt.conf"
NPM_FILE="$STATE/network/npmrc"

export PIPELINE DEV_PROJECT RELEASE_PROJECT REGISTRY_PROJECT CLUSTER_PROJECT CI_PROJECT REGISTRY_STATE CLUSTER_STATE BASE_IMAGE AGENT_IMAGE \
    SPECS_IMAGE CI_IMAGE DOCS_IMAGE REPORT_IMAGE BROWSER_SPECS_IMAGE NPM_IMAGE NGINX_IMAGE CLIENT_IMAGE DEV_IMAGE TESTED_IMAGE RELEASE_IMAGE LINT_IMAGE \
    SPECS_TOOLS_IMAGE REGISTRY_IMAGE INDEX_IMAGE PUBLISH_IMAGE EDGE_IMAGE NODE_IMAGE CA_FILE PIP_FILE APT_FILE NPM_FILE

# BuildKit also where the engine is 20.10; and no build attestation, whose time stamp would give an
# unchanged image a new id on engines with the containerd store.
export DOCKER_BUILDKIT=1 BUILDX_NO_DEFAULT_ATTESTATIONS=1
# "Try Docker Debug" and the like are no part of our story.
export DOCKER_CLI_HINTS=false

if [ -r "$STATE/parents.env" ]; then
    # shellcheck disable=SC1091  # scripts/parents writes it
    . "$STATE/parents.env"
    export DEBIAN_PARENT MYSQL_PARENT
fi

# --env-file /dev/null: a file .env lying about must not change what a pipeline does.
dev() { docker compose --env-file /dev/null -f docker/dev/docker-compose.yml "$@"; }
release() {
    ALLOWED_HOSTS="localhost,127.0.0.1,[::1],nginx,${ALLOWED_HOSTS:-$(own_names)}" \
        docker compose --env-file /dev/null -f docker/release/docker-compose.yml "$@"
}

# The names that the release answers to unless ALLOWED_HOSTS says others: this machine's. (And always those by which the
# suites call.)
own_names() {
    local name address
    name=$(hostname 2>/dev/null) || name=
    # The first is the one that other machines use, where there is one; macOS has no such option.
    address=$(hostname -I 2>/dev/null | cut -d ' ' -f 1) || address=
    printf '%s,%s' "$name" "$address"
}

# database_runs: does the release's?
database_runs() { [ -n "$(containers "$RELEASE_PROJECT" db --filter status=running)" ]; }

# in_database SCRIPT: run it by bash in the container of the release's database, with its password at hand.
# shellcheck disable=SC2016  # the container's variables
in_database() { release exec --no-TTY db bash -euo pipefail -c 'export MYSQL_PWD=$(cat /secrets/mysql_password); '"$1"; }

# dump: the data of the release's database, as docker/release/dump.sh says, compressed.
dump() { release exec --no-TTY db bash -euo pipefail -c "{ $(cat docker/release/dump.sh); } | gzip --no-name" </dev/null; }

# check_backup FILE: is it a backup, and whole? CONTENT is then the digest of the data in it. In a container, which has the
# tools wherever this runs.
check_backup() {
    # shellcheck disable=SC2016,SC2034  # the container's variables; who calls this reads CONTENT
    CONTENT=$(docker run --rm --interactive --network none --user 65534 --entrypoint bash "$MYSQL_PARENT" -euo pipefail -c '
        text=$(mktemp)
        gunzip -c >"$text"
        head -n 1 "$text" | grep -qx -e "-- todobackend backup 1"
        said=$(tail -n 1 "$text" | sed -n "s/^-- content \([0-9a-f]\{64\}\)$/\1/p")
        found=$(sed -n "/^START TRANSACTION;$/,/^COMMIT;$/p" "$text" | sha256sum | cut -d " " -f 1)
        [ -n "$said" ] && [ "$said" = "$found" ] && echo "$found"' <"$1" 2>/dev/null) ||
        fail "expected a whole backup, as make backup writes it, found that $1 is broken or something else. Nothing was changed. Take another"
}

registry() { docker compose --env-file /dev/null -f docker/registry/docker-compose.yml "$@"; }

image_id() { docker image inspect --format '{{.Id}}' "$1" 2>/dev/null || true; }

# project_containers PROJECT [DOCKER-PS ARGUMENTS...]: the ids of its containers, running or not. Compose labels its
# images with the project too, and what a Swarm runs of them inherits that; `oneoff` is on Compose's own containers alone.
project_containers() {
    local project=$1
    shift
    docker ps --all --quiet --filter "label=com.docker.compose.project=$project" --filter label=com.docker.compose.oneoff "$@"
}

# containers PROJECT SERVICE [DOCKER-PS ARGUMENTS...]: the same of one service.
containers() {
    local service=$2 project=$1
    shift 2
    project_containers "$project" --filter "label=com.docker.compose.service=$service" "$@"
}

# remove_containers PROJECT SERVICE: what a killed run may have left.
remove_containers() {
    local ids
    ids=$(containers "$1" "$2")
    # shellcheck disable=SC2086  # a list of ids
    [ -z "$ids" ] || docker rm --force --volumes $ids >/dev/null
}

# run_job COMPOSE PROJECT SERVICE DIRECTORY NEW [COMPOSE-RUN ARGUMENTS...]
# Run a service to its end, then bring the container's DIRECTORY out as the folder NEW, whatever the verdict. Returns the
# service's exit status; where no container was made (a dependency failed), 125 - the absence of a container is never a
# success; where the copy failed, 126, and there is no NEW.
run_job() {
    local compose=$1 project=$2 service=$3 from=$4 new=$5 status=0 name
    shift 5
    name="$project-$service-$$"
    remove_containers "$project" "$service"
    # A job is asked nothing and gets no terminal, wherever make runs; FORCE_COLOR tells it of ours.
    "$compose" run --name "$name" --no-TTY "$@" </dev/null || status=$?
    if [ -z "$(docker ps --all --quiet --filter "name=^$name\$")" ]; then
        return 125
    fi
    rm -rf "$new"
    mkdir -p "$new"
    docker cp "$name:$from/." "$new" >/dev/null || {
        status=126
        rm -rf "$new"
    }
    docker rm --force --volumes "$name" >/dev/null
    return "$status"
}

# run_suite COMPOSE PROJECT SERVICE [COMPOSE-RUN ARGUMENTS...]: a job whose evidence comes to reports/, each piece whole or
# not at all. What is there of a run before has to be taken away first.
run_suite() {
    local compose=$1 project=$2 service=$3 new="$STATE/reports" status=0 piece
    shift 3
    rm -rf "$new"
    run_job "$compose" "$project" "$service" /reports "$new" "$@" || status=$?
    mkdir -p reports
    for piece in "$new"/*; do
        [ ! -e "$piece" ] || put "$piece" "reports/${piece##*/}" || status=126
    done
    rm -rf "$new"
    return "$status"
}

# probe_failed COMPOSE PROJECT: the agent's own sentence, if its last run stopped what depends on it.
probe_failed() {
    local agent
    agent=$(containers "$2" agent | head -n 1)
    [ -n "$agent" ] && [ "$(docker inspect --format '{{.State.ExitCode}}' "$agent")" != 0 ] || return 0
    "$1" logs --no-log-prefix --no-color agent 2>/dev/null | sed -n 's/^.*"msg": "FAIL: \(.*\)"}$/\1/p' | tail -n 1
}

# each COMMAND...: run it on the ids that come in, if any come.
each() {
    local ids
    ids=$(sort -u)
    # shellcheck disable=SC2086  # a list of ids
    [ -z "$ids" ] || "$@" $ids >/dev/null
}

# remove_project PROJECT: its containers, networks and volumes, by the labels Compose put on them, so that it also works
# when the compose file has changed since.
remove_project() {
    local filter="label=com.docker.compose.project=$1"
    # --volumes: the anonymous ones go with their container.
    project_containers "$1" | each docker rm --force --volumes
    docker network ls --quiet --filter "$filter" | each docker network rm
    docker volume ls --quiet --filter "$filter" | each docker volume rm
}

# --- the CI server ---

# The pipeline that it runs, beside the one in this checkout.
CI_PIPELINE="$REPO_NAME$BUILD_ID-ci"
CI_WORK="$STATE/ci-server$BUILD_ID"

# ci_compose COMPOSE-ARGUMENTS...: with what the compose file asks for.
ci_compose() {
    local repository=${CI_REPOSITORY:-$ROOT} mount=$CI_WORK
    # An address needs no mount; a folder is seen under the name that it has here.
    if [ -e "$repository" ]; then
        repository=$(cd "$repository" && pwd)
        mount=$repository
    fi
    CI_REPOSITORY=$repository CI_MOUNT=$mount CI_WORK=$CI_WORK CI_BUILD_ID="$BUILD_ID-ci" \
        CI_HTTP_PORT=$((CI_PORT + 1)) CI_CLIENT_PORT=$((CI_PORT + 2)) CI_CA=$([ ! -s "$CA_FILE" ] || echo /run/ca.pem) \
        CI_OWNER="$(id -u):$(id -g)" CI_USER="$(id -u):$(docker run --rm --network none --volume /var/run/docker.sock:/socket "$BASE_IMAGE" stat -c %g /socket)" \
        CI_PASSWORD=$(cat "$CI_WORK/password") \
        docker compose --env-file /dev/null -f docker/ci-server/docker-compose.yml "$@"
}

# remove_ci_server: with what its builds left, and what it remembers.
remove_ci_server() {
    local project
    for project in "$CI_PROJECT" "$CI_PIPELINE" "${CI_PIPELINE}dev"; do remove_project "$project"; done
    docker images --quiet --filter "label=todobackend.pipeline=$CI_PIPELINE" | each docker rmi --force
    rm -rf "$CI_WORK"
}

# registry_fail EXPECTED ANSWER: the sentence for what docker said when a registry did not do as expected.
registry_fail() {
    local found="found the error above. Look at: docs/troubleshooting.md"
    case "$2" in
        *nauthorized* | *"incorrect username"* | *"no basic auth"* | *denied* | *"authentication required"*)
            found="found that it refuses the user or the password. Set DOCKER_USER and DOCKER_PASSWORD, then: make login$WITH" ;;
        *"connection refused"* | *"no such host"* | *imeout* | *"deadline exceeded"* | *unreachable* | *"lookup "* | *"HTTP response to HTTPS"*)
            found="found no registry that answers there. Name yours in DOCKER_REGISTRY, or start one to try: make registry$WITH" ;;
        *"no space left"*) found="found its disk full. Free some, then try again" ;;
    esac
    fail "expected $1, $found"
}

# local_image PART VERDICT: the name on this machine of a part of the release, `built` or `accepted`.
local_image() {
    local part=-$1
    [ "$1" != app ] || part=
    printf '%s%s:%s%s' "$REPO_NAME" "$part" "$2" "$BUILD_ID"
}

# repository PART: its name in the registry, without a tag.
repository() {
    local name="$ORG_NAME/$REPO_NAME-$1"
    [ "$1" != app ] || name="$ORG_NAME/$REPO_NAME"
    [ "$DOCKER_REGISTRY" = docker.io ] || name="$DOCKER_REGISTRY/$name"
    printf '%s' "$name"
}

# label NAME: what the accepted image says of itself (version, revision: the OCI annotations).
label() { docker image inspect --format "{{index .Config.Labels \"org.opencontainers.image.$1\"}}" "$(local_image app accepted)"; }

# fetch_record TAG FOLDER: the record of a published release, out of the registry into an empty folder.
fetch_record() {
    local name answer container
    name="$(repository record):$1"
    if ! answer=$(docker pull --quiet "$name" 2>&1); then
        printf '%s\n' "$answer" >&2
        case "$answer" in
            *"manifest unknown"* | *"not found"* | *"does not exist"*)
                fail "expected a published release $1 in $DOCKER_REGISTRY/$ORG_NAME, found none. Look at what was published there (target/release.json says it), or: make publish" ;;
        esac
        registry_fail "to fetch the record of $1 from $DOCKER_REGISTRY" "$answer"
    fi
    # Nothing in it can run: the command is there because docker asks for one.
    container=$(docker create "$name" none)
    docker cp "$container:/." "$2" >/dev/null
    docker rm "$container" >/dev/null
    # What docker itself puts into every container.
    rm -rf "${2:?}/dev" "${2:?}/etc" "${2:?}/proc" "${2:?}/sys" "${2:?}/.dockerenv"
}

# running PART: the image of the release's healthy container of that part; nothing where there is none.
running() {
    local id
    for id in $(containers "$RELEASE_PROJECT" "$1"); do
        docker inspect --format '{{if .State.Health}}{{if eq .State.Health.Status "healthy"}}{{.Image}}{{end}}{{end}}' "$id"
    done
}

# release_state: all that the verdict on a release depends on: the settings of each service, the images behind their names,
# and the containers that run.
release_state() {
    release config --hash '*'
    docker image inspect --format '{{.Id}}' "$RELEASE_IMAGE" "$NGINX_IMAGE" "$CLIENT_IMAGE" "$MYSQL_PARENT" "$SPECS_IMAGE" \
        "$BROWSER_SPECS_IMAGE"
    project_containers "$RELEASE_PROJECT" --filter status=running --no-trunc | sort
}

# require_accepted: go on only where what was built last is what passed the acceptance tests.
require_accepted() {
    local part accepted
    for part in $PARTS; do
        accepted=$(image_id "$(local_image "$part" accepted)")
        [ -n "$accepted" ] || fail "expected an image that passed the acceptance tests, found none. Type: make release$WITH$PORT_KNOB"
        [ "$accepted" = "$(image_id "$(local_image "$part" built)")" ] ||
            fail "expected the release image that was built last to have passed the acceptance tests, found that it has not. Type: make release$WITH$PORT_KNOB"
    done
}

# build_image IMAGE WHAT CONTEXT [ARGUMENTS...]: an image of ours that no compose file builds.
build_image() {
    local image=$1 what=$2 context=$3
    shift 3
    docker build --quiet --tag "$image" --build-arg BASE_IMAGE="$BASE_IMAGE" --build-arg DEBIAN_PARENT="$DEBIAN_PARENT" \
        --label "todobackend.pipeline=$PIPELINE" --secret "id=ca,src=$CA_FILE" --secret "id=pip,src=$PIP_FILE" \
        --secret "id=apt,src=$APT_FILE" "$@" "$context" >/dev/null ||
        broke "expected $what to build, found the error above. $NETWORK_HINT"
}

build_agent_image() {
    dev build --quiet agent >/dev/null || broke "expected the agent to build, found the error above. $NETWORK_HINT"
}

build_lint_image() {
    build_agent_image
    build_specs_image npm "$NPM_IMAGE"
    build_image "$LINT_IMAGE" "the linters' image" docker/lint --build-arg AGENT_IMAGE="$AGENT_IMAGE" \
        --build-arg NPM_IMAGE="$NPM_IMAGE" --secret "id=npmrc,src=$NPM_FILE"
}

build_report_image() { build_image "$REPORT_IMAGE" "what makes the report" docker/report; }

# build_specs_image STAGE IMAGE: one of the stages of specs/Dockerfile that have tools.
build_specs_image() {
    docker build --quiet --tag "$2" --target "$1" --build-arg DEBIAN_PARENT="$DEBIAN_PARENT" \
        --label "todobackend.pipeline=$PIPELINE" --secret "id=ca,src=$CA_FILE" --secret "id=npmrc,src=$NPM_FILE" \
        --secret "id=apt,src=$APT_FILE" specs >/dev/null ||
        broke "expected the tools of specs/ to build, found the error above. $NETWORK_HINT"
}

# in_lint_image COMMAND...: on the checkout, as its owner, with the network's settings.
in_lint_image() {
    local ca=()
    [ ! -s "$CA_FILE" ] || ca=(--volume "$CA_FILE:/run/ca.pem:ro" --env SSL_CERT_FILE=/run/ca.pem)
    docker run --rm --user "$(id -u):$(id -g)" --volume "$ROOT:/project" ${ca[@]+"${ca[@]}"} \
        --env NO_COLOR --env UPGRADE --env http_proxy --env https_proxy --env no_proxy --env UV_DEFAULT_INDEX \
        "$LINT_IMAGE" "$@"
}

build_publish_image() { build_image "$PUBLISH_IMAGE" "what speaks to the package index" docker/publish; }

# in_publish_image FOLDER COMMAND...: on wheels in a folder, with the network of this machine: the index may be on its
# loopback address. Variables by name alone: no value in the process list.
in_publish_image() {
    local folder=$1 ca=()
    shift
    [ ! -s "$CA_FILE" ] || ca=(--volume "$CA_FILE:/run/ca.pem:ro" --env REQUESTS_CA_BUNDLE=/run/ca.pem --env PIP_CERT=/run/ca.pem)
    docker run --rm --network host --user "$(id -u):$(id -g)" --volume "$(cd "$folder" && pwd):/target" ${ca[@]+"${ca[@]}"} \
        --env http_proxy --env https_proxy --env no_proxy --env PACKAGE_INDEX_URL --env PACKAGE_UPLOAD_URL \
        --env TWINE_USERNAME --env TWINE_PASSWORD "$PUBLISH_IMAGE" "$@"
}
