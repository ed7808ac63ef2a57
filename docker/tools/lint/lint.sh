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
git init --quiet --bare /tmp/files.git
export GIT_DIR=/tmp/files.git GIT_WORK_TREE=$PWD PREK_HOME=/tmp/prek
git config core.bare false
git add --intent-to-add .
prek run --all-files --hook-stage manual --color never 2>&1 | tee /tmp/said
status=${PIPESTATUS[0]}

# For the report: verdict, name.
sed -nE 's/^(.*[^.])\.{3,}(\(.*\))?(Passed|Failed|Skipped)$/\3\t\1/p' /tmp/said |
    sed 's/^Passed/ok/; s/^Failed/FAIL/; s/^Skipped/-/' >reports/lint.tsv
if grep -q "not audited" /tmp/said; then sed -i 's/^ok\tpip-audit/-\tpip-audit/' reports/lint.tsv; fi
if [ "$status" -ne 0 ]; then
    echo "FAIL: expected every linter to pass, found: $(sed -n 's/^FAIL\t//p' reports/lint.tsv | paste -sd ,)." >&2
    exit 1
fi
