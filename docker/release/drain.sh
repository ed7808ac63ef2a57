#!/bin/bash
# Run a server so that it can be replaced without anyone noticing: when it is asked to stop, go on answering until
# nobody asks any more, and stop gracefully then.
#   drain.sh SECONDS SIGNAL COMMAND...   SIGNAL: the server's own graceful one (TERM, QUIT)
#
# Swarm takes a task out of the name service just before it sends the signal. Who asked a moment earlier still has the
# address: for as long as names are kept (nginx: valid=1s) plus the time the news takes to the other machines.
set -eu

seconds=$1 signal=$2
shift 2
"$@" &
server=$!
trap 'trap "" TERM QUIT; sleep "$seconds"; kill -s "$signal" "$server" 2>/dev/null || true' TERM QUIT
# `wait` ends when a signal comes, and again when the server has ended: the second tells how.
status=0
wait "$server" || status=$?
while kill -0 "$server" 2>/dev/null; do
    status=0
    wait "$server" || status=$?
done
exit "$status"
