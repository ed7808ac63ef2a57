#!/bin/bash
# Succeed if an HTTP server of this container responds 200.
#   healthcheck.sh PORT PATH [FIRST]   FIRST: a path that must respond 200 once; then PATH counts
# The engine calls it every second. After a success it sleeps first, so a healthy container is checked every nine seconds,
# and a starting or failing one every second. Each check costs the engine more than the server. (--start-interval needs
# engine 25.)
# Only bash and sleep: no image needs curl.
set -eu

REST=8 PATIENCE=5 # seconds; their sum is below the --timeout of the HEALTHCHECK

answers() {
    exec 3<>"/dev/tcp/127.0.0.1/$1"
    printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&3
    read -r -t "$PATIENCE" status <&3
    [[ $status == HTTP/*' 200 '* ]]
}

# In memory, so a restarted container has neither.
well=/tmp/was-well ready=/tmp/was-ready
[ ! -s "$well" ] || sleep "$REST"
: >"$well"
if [ -n "${3:-}" ] && [ ! -e "$ready" ]; then
    answers "$1" "$3"
    : >"$ready"
else
    answers "$1" "$2"
fi
echo yes >"$well"
