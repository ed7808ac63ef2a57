#!/bin/bash
# Start Buildbot's master or its worker, in the foreground.
#   ci-server.sh master | worker
set -euo pipefail

case "$1" in
    master)
        cd /master
        # Makes the database, or brings it up to date; the settings are not its example.
        buildbot create-master --quiet --force --no-logrotate --config=/etc/buildbot/master.cfg \
            --db=sqlite:////master/state.sqlite /master >/dev/null
        exec twistd --nodaemon --pidfile= --no_save --python buildbot.tac
        ;;
    worker)
        cd "$CI_WORK"
        # Written anew at each start: the password may be another.
        buildbot-worker create-worker --force --no-logrotate --maxretries=0 . master:9989 worker "$CI_PASSWORD" >/dev/null
        exec twistd --nodaemon --pidfile= --no_save --python buildbot.tac
        ;;
esac
