#!/bin/bash
# Run a server; at a stop signal, serve for some more seconds, then stop gracefully.
#   drain.sh SECONDS SIGNAL COMMAND...   SIGNAL: the server's own graceful one (TERM, QUIT)
#
# Swarm removes a task from its name service just before it sends the signal. Proxies still use the address for as long as
# they keep a name (nginx: valid=1s), plus the time until other nodes know.
set -eu

seconds=$1 signal=$2
shift 2
"$@" &
server=$!
trap 'trap "" TERM QUIT; sleep "$seconds"; kill -s "$signal" "$server" 2>/dev/null || true' TERM QUIT
# `wait` returns at a signal, and again at the server's end; the second gives its status.
status=0
wait "$server" || status=$?
while kill -0 "$server" 2>/dev/null; do
    status=0
    wait "$server" || status=$?
done
exit "$status"
