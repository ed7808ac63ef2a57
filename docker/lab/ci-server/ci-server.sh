#!/bin/bash
# Start Buildbot's master or its worker, in the foreground.
#   ci-server.sh master | worker
set -euo pipefail

case "$1" in
    master)
        cd /master
        # Creates or migrates the database.
        buildbot create-master --quiet --force --no-logrotate --config=/etc/buildbot/master.cfg \
            --db=sqlite:////master/state.sqlite /master >/dev/null
        exec twistd --nodaemon --pidfile= --no_save --python buildbot.tac
        ;;
    worker)
        cd "$CI_WORK"
        # At each start, because the password may have changed.
        buildbot-worker create-worker --force --no-logrotate --maxretries=0 . master:9989 worker "$CI_PASSWORD" >/dev/null
        exec twistd --nodaemon --pidfile= --no_save --python buildbot.tac
        ;;
esac
