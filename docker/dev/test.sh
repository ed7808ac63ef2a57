#!/bin/sh
# Run the tests against the installed wheel, and write all reports to /reports, whatever the verdict.
#   test.sh             all tests; the coverage counts
#   test.sh LABEL...    selected tests, e.g. test_create:CreateItem; the coverage does not count
set -u

# The tests must import the installed wheel, not /app/src.
python3 -c '
import sys, todo
if "/site-packages/" not in todo.__file__:
    sys.exit(f"FAIL: expected to test the installed wheel, found {todo.__file__}. Look at: docker/dev/Dockerfile")
' || exit 1

picked=$#
if [ "$picked" -gt 0 ]; then
    # nose wants FILE.py:Class.test; users type neither folder nor suffix.
    for label in "$@"; do
        shift
        name=${label%%:*}
        for file in src/*/tests/"$name.py"; do
            [ -e "$file" ] || exit 64 # EX_USAGE: the pipeline prints the message
            set -- "$@" "$file${label#"$name"}"
        done
    done
else
    set -- src/*/tests
fi

export COVERAGE_FILE=/tmp/.coverage XUNIT_FILE=/reports/unittests.xml
settings="--rcfile=src/pyproject.toml"

# coverage starts Django: nose's own plugin starts after the models are imported.
python3 -m coverage run "$settings" -m django test --noinput "$@"
tests_status=$?

# A run without tests fails, whatever its exit status.
if ! grep -qE '<testsuite [^>]*tests="[1-9]' "$XUNIT_FILE"; then
    echo "FAIL: expected tests, found none${*:+ named $*}. Look at: src/*/tests" >&2
    exit 1
fi
# A selection measures no coverage.
[ "$picked" -eq 0 ] || exit "$tests_status"

python3 -m coverage combine -q "$settings"
python3 -m coverage xml -q "$settings" -o /reports/coverage.xml
python3 -m coverage html -q "$settings" -d /reports/coverage
python3 -m coverage report "$settings"
coverage_status=$?
[ "$tests_status" -eq 0 ] || exit "$tests_status"
if [ "$coverage_status" -ne 0 ]; then
    echo "FAIL: expected a coverage of 95 % or more, found less; the lines are listed above. Test them." >&2
    exit "$coverage_status"
fi
