#!/bin/bash
# Run the command in the virtual environment.
# shellcheck disable=SC1091  # in the image
. /appenv/bin/activate
exec "$@"
