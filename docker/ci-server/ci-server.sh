#!/bin/bash
# Start Buildbot's master or its worker, in the foreground.
#   ci-server.sh master | worker
set -euo pipefail

case "$1" in
    master)
        cd /master
        printf 'from buildbot.master import BuildMaster\nfrom twisted.application import service\n\n%s\n' \
            'application = service.Application("buildmaster"); BuildMaster("/master", "/etc/buildbot/master.cfg").setServiceParent(application)' >buildbot.tac
        buildbot upgrade-master --quiet /master
        exec twistd --nodaemon --pidfile= --no_save --python buildbot.tac
        ;;
    worker)
        cd "$CI_WORK"
        # Written anew at each start: the password may be another.
        buildbot-worker create-worker --force --no-logrotate --maxretries=0 . master:9989 worker "$CI_PASSWORD" >/dev/null
        exec twistd --nodaemon --pidfile= --no_save --python buildbot.tac
        ;;
esac
