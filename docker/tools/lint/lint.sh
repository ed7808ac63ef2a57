#!/bin/bash
# Run all linters of .pre-commit-config.yaml on the checkout, which is mounted at the working directory. FIX=yes: put
# lines and imports in order first; a file with a syntax error stays as it is.
set -uo pipefail
biome=/opt/lint/node_modules/@biomejs/biome/bin/biome
if [ "${FIX:-}" = yes ]; then
    ruff=(--no-cache --quiet --config docker/tools/lint/ruff.toml .)
    ruff check --fix --select I "${ruff[@]}"
    ruff format "${ruff[@]}"
    node "$biome" format --write
fi

# prek takes the files of git. All that are not ignored, in a repository of its own: the checkout's may be elsewhere (a
# worktree), belong to another user, or be absent.
temporary=$(mktemp -d)
git init --quiet --bare "$temporary/git"
export GIT_DIR=$temporary/git GIT_WORK_TREE=$PWD PREK_HOME=$temporary/prek
git config core.bare false
git add --intent-to-add . || { echo "FAIL: expected git to list the files of the checkout, found the error above." >&2; exit 1; }
prek run --all-files --hook-stage manual --color never 2>&1 | tee "$temporary/said"
status=${PIPESTATUS[0]}

# For the report: verdict, name. A linter without a file has the wrong pattern; but a service may have removed docs/.
skipped=FAIL
[ -d docs ] || skipped=-
sed -nE 's/^(.*[^.])\.{3,}(\(.*\))?(Passed|Failed|Skipped)$/\3\t\1/p' "$temporary/said" |
    sed "s/^Passed/ok/; s/^Failed/FAIL/; s/^Skipped/$skipped/" >reports/lint.tsv
if grep -q "not audited" "$temporary/said"; then sed -i 's/^ok\tpip-audit/-\tpip-audit/' reports/lint.tsv; fi
failed=$(sed -n 's/^FAIL\t//p' reports/lint.tsv | paste -sd ,)
if [ "$status" -ne 0 ] || [ -n "$failed" ] || [ ! -s reports/lint.tsv ]; then
    echo "FAIL: expected every linter to pass, found: ${failed:-no verdict}." >&2
    exit 1
fi
