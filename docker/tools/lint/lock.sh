#!/bin/bash
# Resolve the locks, with hashes, for every platform, without an index's address in them.
set -euo pipefail

# lock FOLDER PYTHON OUTPUT INPUT [OPTION...]
# In the folder, because uv reads the settings there ([tool.uv] of src/pyproject.toml).
lock() {
    local folder=$1 python=$2 output=$3 input=$4
    shift 4
    # A service made from this one may have removed tests/ and bench/.
    [ -d "$folder" ] || return 0
    echo "$folder/$output"
    cd "$folder"
    uv pip compile --quiet --no-cache --universal --generate-hashes --no-header --no-annotate \
        --python-version "$python" --output-file "$output" "$input" "$@" ${UPGRADE:+--upgrade}
    cd - >/dev/null
}

# 3.11 is the oldest Python of pyproject.toml; the tools run in images with 3.13.
lock src 3.11 requirements/base.txt pyproject.toml
lock src 3.11 requirements/release.txt pyproject.toml --extra release --constraint requirements/base.txt
# Only the test tools: base.txt has the application's packages.
mapfile -t runtime < <(sed -nE 's/^([a-z0-9-]+)==.*/--no-emit-package=\1/p' src/requirements/base.txt)
lock src 3.11 requirements/test.txt pyproject.toml --extra test --constraint requirements/base.txt "${runtime[@]}"
lock docker/dev 3.13 tools.txt tools.in
lock docker/tools/lint 3.13 requirements.txt requirements.in
lock ansible 3.13 requirements.txt requirements.in
lock docker/lab/index 3.13 requirements.txt requirements.in
lock docker/tools/publish 3.13 requirements.txt requirements.in
lock docker/tools/report 3.13 requirements.txt requirements.in
lock docker/tools/docs 3.13 requirements.txt requirements.in
lock docker/lab/ci-server 3.13 requirements.txt requirements.in
lock tests 3.11 requirements.txt requirements.in
lock bench 3.11 requirements.txt requirements.in
lock bench/gunicorn 3.13 requirements.txt requirements.in
