#!/bin/bash
# Download the requirements into the cache volume, install them from there, then run the command: at every run.
# shellcheck disable=SC1091  # in the image
. /appenv/bin/activate
pip download -q -d /build --no-build-isolation -r requirements_test.txt
pip install -q --no-index --no-build-isolation -f /build -r requirements_test.txt
exec "$@"
