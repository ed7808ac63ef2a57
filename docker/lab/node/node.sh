#!/bin/bash
# Entry point of a node: sshd, the way to the registry, then the engine in place of this script.
# /run is a tmpfs (docker-compose.yml), so a killed engine's pid files and sockets are gone at each start.
set -euo pipefail

fail() {
    printf 'FAIL: %s\n' "$*" >&2
    exit 1
}

# --- checks ---

[ -n "${REGISTRY_PORT:-}" ] || fail "expected the registry's port in REGISTRY_PORT, found none. Start the nodes with: make cluster"
for file in /ssh/host_key /ssh/authorized_keys; do
    [ -s "$file" ] || fail "expected $file, mounted from .state/cluster*/node, found none. Type: make cluster"
done
[ "$(stat --file-system --format %T /run)" = tmpfs ] ||
    fail "expected a tmpfs at /run, found none. Start the nodes with: make cluster"
mountpoint -q /var/lib/docker ||
    fail "expected a volume at /var/lib/docker, found none (overlay2 cannot stand on a container's own layer). Start the nodes with: make cluster"

# The host's engine mounts both read-only. This engine writes network settings to the first, and makes cgroups in the
# second.
for folder in /proc/sys $(awk '$2 ~ "^/sys/fs/cgroup" { print $2 }' /proc/mounts); do
    mount -o remount,bind,rw "$folder" 2>/dev/null ||
        fail "expected to make $folder writable, found that this container may not. It needs the capability SYS_ADMIN: docker/lab/docker-compose.yml"
done

# cgroup v2: a group that delegates controllers may not have processes, so they move to a group below. Repeat it if a new
# process came meanwhile, such as the health check.
delegate() {
    local process processes
    mkdir -p /sys/fs/cgroup/node
    mapfile -t processes </sys/fs/cgroup/cgroup.procs # all at once: the list shrinks while the loop runs
    for process in "${processes[@]}"; do
        echo "$process" >/sys/fs/cgroup/node/cgroup.procs || true # it may have ended
    done
    sed 's/[^ ]*/+&/g' /sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
}
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    delegate 2>/dev/null || delegate 2>/dev/null || delegate ||
        fail "expected to hand the cgroup controllers to the engine's containers, found the error above. Look at: docs/troubleshooting.md"
fi

# --- sshd ---

# Copies, because sshd trusts only root's files, and the mounted ones belong to the user.
install -d -m 0755 /run/sshd /run/ssh
install -m 0600 /ssh/host_key /ssh/authorized_keys /run/ssh/
/usr/sbin/sshd -e || fail "expected sshd to start, found the error above. Have new keys made: make lab-down, then make cluster"

# --- the registry ---

# Images have the same name on every machine, localhost:PORT/..., and the engine uses a loopback address without TLS.
# `registry` is resolved for each connection, so it may restart.
socat "TCP-LISTEN:$REGISTRY_PORT,bind=127.0.0.1,reuseaddr,fork" TCP:registry:5000 &

exec dockerd --host unix:///var/run/docker.sock 2>&1
