# shellcheck shell=bash
# Make the database late, and watch the agent wait for it. Called by scripts/exercise.
changed docker/dev || fail "expected a change in docker/dev/docker-compose.yml, found none. Let the service db begin with a sleep"
anew() { dev rm --force --stop --volumes db >/dev/null 2>&1 || true; }
anew
! run_stage test PROBE_TIMEOUT=10 ||
    fail "expected the agent to give up after 10 s, found that MySQL answered before. Make it later"
late=$(sentence)
[[ $late == *"expected MySQL to answer on db:3306, found silence for "* ]] ||
    fail "expected the agent's sentence, found: $late"
anew
run_stage test || fail "expected the tests to pass once MySQL answers, found: $(sentence). It may be late, but not gone (PROBE_TIMEOUT is $PROBE_TIMEOUT s)"
info "With PROBE_TIMEOUT=10: $late"
good "Solved: the agent waited, and nothing began before it had an answer. To take it back: git checkout docker"
