"""Start three Swarm nodes to deploy to: containers with an engine each."""

import io
import os
import tarfile
from collections.abc import Sequence
from pathlib import Path

from pipeline import files, images
from pipeline.commands import docker
from pipeline.errors import InfrastructureError
from pipeline.stages import Context, network

KEYS = ("ssh/id_ed25519", "node/host_key", "node/host_key.pub", "node/authorized_keys")
MAKE_KEYS = """
mkdir /tmp/keys /tmp/keys/ssh /tmp/keys/node
cd /tmp/keys
ssh-keygen -q -t ed25519 -N "" -C todobackend-lab -f ssh/id_ed25519
ssh-keygen -q -t ed25519 -N "" -C todobackend-lab -f node/host_key
cp ssh/id_ed25519.pub node/authorized_keys
tar -c .
"""
# Paths in a container with the folder mounted at /cluster-ssh.
SSH_CONFIG = """# How to reach the nodes of `make cluster`; this folder has to be at /cluster-ssh.
Host {hosts}
    User root
    IdentityFile /cluster-ssh/id_ed25519
    IdentitiesOnly yes
    UserKnownHostsFile /cluster-ssh/known_hosts
    StrictHostKeyChecking yes
    BatchMode yes
    # A node that is gone must not hold up a deployment for minutes.
    ConnectTimeout 5
    ServerAliveInterval 5
    # One connection for all that is sent within a minute: the next call needs no handshake.
    ControlMaster auto
    ControlPath /tmp/cluster-ssh-%C
    ControlPersist 60
"""


def run(context: Context) -> None:
    """Check the network, build the node's image, make keys, start three nodes."""
    configuration = context.configuration
    prefix = configuration.knob("CLUSTER_NETWORK")
    network.run(context)
    context.info("Building the node...")
    images.build(context, "the node", "node")
    nodes = [f"{prefix}.{number}" for number in (11, 12, 13)]
    folder = context.state / f"cluster{configuration.build_id}"
    # Running nodes have other keys.
    recreate = ["--force-recreate"] if make_keys(context, folder) else []
    write_ssh_files(folder, nodes)
    context.must(
        context.lab("cluster", *recreate),
        f"three nodes on {prefix}.0/24 whose engine answers",
        f"If another network has these addresses: {context.make('cluster')} CLUSTER_NETWORK=10.78.0. "
        f"Look at: docker compose -p {configuration.lab_project} logs",
    )
    knob = "" if prefix == "10.77.0" else f" CLUSTER_NETWORK={prefix}"
    context.success(
        f"Three nodes listen on {', '.join(nodes)}. {context.make('lab-down')} removes them with all they hold. "
        f"Next: a release and its registry (. .state/registry{configuration.build_id}/env, {context.make('login')}, "
        f"{context.make('tag')}, {context.make('publish')}), "
        f"then {context.make('deploy', 'INVENTORY=ansible/inventory/lab.yml')}{knob}"
    )


def make_keys(context: Context, folder: Path) -> bool:
    """Make a host key and a client key, unless they exist; return whether they are new.

    The node's image has ssh-keygen, this machine may not. The keys come through a pipe, so that the files belong to the
    user. Two folders: the nodes get no client key, a client gets no host key.
    """
    if all((folder / key).exists() for key in KEYS):
        return False
    context.info("Making a key for the nodes and one for who may in...")
    new = folder.with_name(f"{folder.name}.{os.getpid()}")
    for place in (folder, new):
        files.remove(place)
    options = ("--network", "none", "--entrypoint", "bash")
    command = docker.run(context.image("node"), "-euc", MAKE_KEYS, options=options)
    answer = context.runner.pipe(command)
    if answer is None:
        raise InfrastructureError(
            f"expected ssh-keygen in {context.image('node')} to make keys, found the error above. "
            "Look at: docs/troubleshooting.md"
        )
    with tarfile.open(fileobj=io.BytesIO(answer)) as archive:
        for member in archive.getmembers():
            opened = archive.extractfile(member)
            if opened:
                place = new / member.name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(opened.read())
                place.chmod(member.mode)
    new.rename(folder)  # all keys or none, also after an interrupted run
    return True


def write_ssh_files(folder: Path, nodes: Sequence[str]) -> None:
    """Write the client's ssh files, each time, because the addresses may have changed."""
    key = " ".join((folder / "node/host_key.pub").read_text().split()[:2])
    (folder / "ssh/known_hosts").write_text(f"{','.join(nodes)} {key}\n")
    (folder / "ssh/config").write_text(SSH_CONFIG.format(hosts=" ".join(nodes)))
