# shellcheck shell=bash
# Add a due date, from the model to the acceptance test. Called by scripts/exercise.
: "${said:=}" # where `stage` puts what a stage said
changed src || fail "expected a change in src/, found none. Begin with a field \`due\` in src/todo/models.py"
ls src/todo/migrations/0002_*.py >/dev/null 2>&1 ||
    fail "expected a migration in src/todo/migrations/, found none. Type: make check; .venv/bin/python src/manage.py makemigrations todo"
grep -rqs '"due"' src/todo/tests || fail "expected a test of \"due\" in src/todo/tests/, found none. Say first what it promises"
grep -rqsw due specs/test || fail "expected a claim about due in specs/test/, found none. Clients will rely on it: say so"
run_stage build || fail "expected tests that pass, found: $(sentence). Read $said"
run_stage release || fail "expected an accepted release, found: $(sentence). Read $said"

# asked WHAT EXPECTED CURL-ARGUMENTS...: does the running release answer like this?
asked() {
    local what=$1 expected=$2 found
    shift 2
    found=$(curl -sS -H 'Content-Type: application/json' "$@" | tr -d ' \n')
    [[ $found == *"$expected"* ]] || fail "expected $expected in the answer to $what, found $found"
}
todos="http://localhost:$HTTP_PORT/todos"
asked "a new item with a date" '"due":"2030-02-28"' "$todos" -d '{"title": "due", "due": "2030-02-28"}'
asked "a new item without one" '"due":null' "$todos" -d '{"title": "never"}'
asked "a day that is none" '{"due":[' "$todos" -d '{"due": "2030-02-30"}'
asked "the list" '"due":"2030-02-28"' "$todos"
asked "the schema" '"due":{"type":"string","format":"date"' "http://localhost:$HTTP_PORT/schema?format=json"
good "Solved: an accepted release has due dates. To take it back: git checkout src specs; git clean -f src specs; make release$WITH$PORT_KNOB"
