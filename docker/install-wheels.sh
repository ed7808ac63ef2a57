#!/bin/sh
# Put wheels into the virtual environment, as they are: no index is asked, nothing is resolved. In the dev image and in the
# release image alike, so that both have the same files.
#   install-wheels.sh WHEEL...
set -eu

for wheel in "$@"; do
    # The environment's Python, whose programs it makes; `installer` is Debian's, and stays outside.
    PYTHONPATH=/usr/lib/python3/dist-packages "$VIRTUAL_ENV/bin/python" -m installer --no-compile-bytecode "$wheel"
done
