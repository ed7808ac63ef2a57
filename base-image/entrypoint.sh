#!/bin/sh
# Activate the virtual environment, then become the command: `exec`, so that it is process 1 and gets the
# signals Docker sends, and "$@" in quotes, so that an argument with a space stays one argument.
set -eu

export PATH="$VIRTUAL_ENV/bin:$PATH"
exec "$@"
