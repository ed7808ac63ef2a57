#!/bin/bash
# audit.sh FILE...: known vulnerabilities of the packages of locks. It says so if the advisory service does not respond.
set -uo pipefail
for file; do
    answer=$(pip-audit --requirement "$file" --no-deps --disable-pip --progress-spinner off --timeout 10 --format json 2>&1)
    case "$answer" in
        *'"id":'*) printf '%s\n' "$answer" | tr '}' '\n' | grep -F '"id":' >&2; echo "in $file" >&2; exit 1 ;;
        *'"skip_reason"'* | *ConnectionError* | *"Max retries"* | *Timeout*)
            echo "not audited: the advisory service does not answer from here"
            exit ;;
        *'"vulns"'*) ;;
        *) printf '%s\n' "$answer" >&2; exit 1 ;;
    esac
done
