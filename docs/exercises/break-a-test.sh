# shellcheck shell=bash
# Break a test, and watch the pipeline say no. Called by scripts/exercise.
changed src || fail "expected a change in src/ that breaks a test, found none. Change how long a title may be, in src/todo/models.py"
before=$(git hash-object target/* 2>/dev/null || true)
! run_stage test || fail "expected a red test, found that all pass. Change something that a client would notice"
red=$(tr '<' '\n' <reports/unittests.xml | grep -B 1 '^\(failure\|error\)[ >]' | sed -n 's/^testcase .*name="\([^"]*\)".*/\1/p' | sort -u)
[ -n "$red" ] || fail "expected a failing test in reports/unittests.xml, found: $(sentence). Mend what keeps the tests from running"
! run_stage build || fail "expected make build to refuse, found that it built"
[ "$(git hash-object target/* 2>/dev/null || true)" = "$before" ] || fail "expected target/ as it was, found it changed"
info "Red: $(printf '%s\n' "$red" | head -n 5 | tr '\n' ' ')$([ "$(printf '%s\n' "$red" | wc -l)" -le 5 ] || echo "and more, in reports/index.html")"
info "make build said: $(sentence)"
good "Solved: the tests said no, and nothing was built. To take it back: git checkout src"
