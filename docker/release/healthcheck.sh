#!/bin/bash
# Succeed when an HTTP server of this container answers 200.
#   healthcheck.sh PORT PATH [FIRST]   FIRST: another path that has to answer 200 once, before PATH is what counts
# The engine calls it one second after it ended; where all was well the last time, it rests before it looks. So what starts
# or fails is looked at each second, and what runs seldom: a look costs the engine more than the server. (Engine 25 has
# an interval of its own for the start; this works before it too.)
# In bash and sleep alone: no image needs curl.
set -eu

REST=8 PATIENCE=5 # seconds; with some to spare they are the --timeout of the HEALTHCHECK

answers() {
    exec 3<>"/dev/tcp/127.0.0.1/$1"
    printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&3
    read -r -t "$PATIENCE" status <&3
    [[ $status == HTTP/*' 200 '* ]]
}

# In memory where the root cannot be written: a container that starts again has neither.
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
