#!/bin/sh
# Run the tests against the installed wheel, and leave every report in /reports, whatever the verdict.
#   test.sh             all tests; the verdict includes the coverage
#   test.sh LABEL...    the named ones only, e.g. test_create:CreateItem; no verdict on the coverage
set -u

# The source lies in /app/src for the report; what is tested must be what will be shipped.
python3 -c '
import sys, todo
if "/site-packages/" not in todo.__file__:
    sys.exit(f"FAIL: expected to test the installed wheel, found {todo.__file__}. Look at: docker/dev/Dockerfile")
' || exit 1

picked=$#
if [ "$picked" -gt 0 ]; then
    # nose takes FILE.py:Class.test; people leave out the folder and the ending.
    for label in "$@"; do
        shift
        name=${label%%:*}
        for file in src/*/tests/"$name.py"; do
            [ -e "$file" ] || exit 64 # EX_USAGE: whoever called knows how to say it
            set -- "$@" "$file${label#"$name"}"
        done
    done
else
    set -- src/*/tests
fi

export COVERAGE_FILE=/tmp/.coverage XUNIT_FILE=/reports/unittests.xml
settings="--rcfile=src/pyproject.toml"

# coverage first, Django inside it: nose's own plugin starts after the models are imported.
python3 -m coverage run "$settings" -m django test --noinput "$@"
tests_status=$?

# No test is no success, whatever the runner says of it.
if ! grep -qE '<testsuite [^>]*tests="[1-9]' "$XUNIT_FILE"; then
    echo "FAIL: expected tests, found none${*:+ named $*}. Look at: src/*/tests" >&2
    exit 1
fi
# A selection says nothing of the coverage.
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
