#!/bin/bash
# Succeed when an HTTP server of this container answers 200.
#   healthcheck.sh PORT PATH [FIRST]   FIRST: another path that has to answer 200 once, before PATH is what counts
# In bash alone, which every Debian image has: it costs nothing to run every few seconds, and no image needs curl.
set -eu

answers() {
    exec 3<>"/dev/tcp/127.0.0.1/$1"
    printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&3
    read -r status <&3
    [[ $status == HTTP/*' 200 '* ]]
}

if [ -n "${3:-}" ] && [ ! -e /tmp/was-ready ]; then
    answers "$1" "$3"
    : >/tmp/was-ready
else
    answers "$1" "$2"
fi
