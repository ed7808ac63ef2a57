#!/bin/sh
# Activate the virtual environment, then become the command: with `exec` it is process 1 and receives Docker's signals;
# with the quotes an argument with a space stays one argument.
set -eu

export PATH="$VIRTUAL_ENV/bin:$PATH"
exec "$@"
