"""Run a play of the agent on the Swarm of INVENTORY: deploy [rollback|undeploy].

deploy.yml deploys the release VERSION of the registry, or that of target/release.json; rollback.yml the previous one;
undeploy.yml removes it. The agent gets, read-only, the operator's registry login and ssh keys, and the plays.
"""

import contextlib
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline import evidence, images, registry
from pipeline.commands import docker
from pipeline.configuration import KNOBS
from pipeline.errors import VerdictError
from pipeline.stages import Context

TEMPORARY = "/tmp"  # noqa: S108 - in the container
# One connection for all tasks, and a short timeout for a host that is down.
SSH = """Host *
  ControlMaster auto
  ControlPath /tmp/ssh-%C
  ControlPersist 60
  ConnectTimeout 5
  BatchMode yes
Include /cluster-ssh/config
Include /home/operator/own-ssh/config
"""


def run(context: Context, verb: str = "deploy") -> None:
    configuration = context.configuration
    inventory = configuration.knob("INVENTORY")
    if not (context.root / inventory).exists():
        raise VerdictError(f"expected an inventory at INVENTORY={inventory}, found none. Look at: ansible/inventory/")
    if inventory == KNOBS["INVENTORY"].default and context.engine.is_rootless():
        raise VerdictError(
            "expected an engine that can form a Swarm, found a rootless one, which runs no Swarm's networks. Deploy to "
            f"servers: {context.make(verb, 'INVENTORY=...')}"
        )
    with evidence.stage(context, verb) as stage, tempfile.TemporaryDirectory() as name:
        work = Path(name)
        end_of_another(context)
        write_home(work)
        if verb == "deploy":  # the nodes have the previous release's images
            find_login(context, work)
            find_record(context, work)
        context.info("Building the agent and the specs...")
        images.build_agent(context)
        if verb != "undeploy":
            images.build(context, "the specs", "specs")
        context.info(f"{verb} on {inventory}...")
        with stage.step("agent"):
            stats = run_agent(context, work, verb)
        if verb == "undeploy":
            kept = "data, secrets and history are kept on the Swarm"
            end = f"Undeployed in {stage.seconds} s; {kept}. Next: {context.make('deploy')}"
        else:
            runs = f"Release {stats['version']} ({stats['name']}) runs; before it: {stats['before'] or 'none'}"
            end = f"{runs}. Done in {stage.seconds} s. Next: {following(context, verb, stats['before'])}"
        context.success(end)


def following(context: Context, verb: str, before: str) -> str:
    """Return the next command after a deployment."""
    knob = f"INVENTORY={context.knob('INVENTORY')}"
    if verb == "rollback":
        return f"{context.make('deploy', knob)} goes forward again"
    if not before:
        return f"{context.make('undeploy', knob)} takes it away, and keeps its data"
    return f"{context.make('rollback', knob)} takes it back"


def end_of_another(context: Context) -> None:
    """Refuse a second deployment from this engine. ansible/tasks/alone.yml refuses those from others."""
    name = f"{context.configuration.pipeline}-deploy"
    if context.capture(("docker", "ps", "--quiet", "--filter", f"name=^{name}$")).output:
        raise VerdictError(
            f"expected no other deployment of {context.configuration.pipeline} to be under way, found one. "
            f"Wait for its end: docker wait {name}"
        )
    context.capture(("docker", "rm", name))


def write_home(work: Path) -> None:
    """Write the home folder of the agent's user, for ssh: settings, keys, known hosts."""
    for folder in ("home/.ssh", "home/.docker", "home/own-ssh", "record", "result"):
        (work / folder).mkdir(parents=True)
    own = Path.home() / ".ssh"
    for file in sorted(own.glob("*")) if own.is_dir() else ():
        if file.name != "config":  # SSH includes it
            (work / "home/.ssh" / file.name).symlink_to(f"../own-ssh/{file.name}")
    (work / "passwd").write_text(f"operator:x:{os.getuid()}:{os.getgid()}::/home/operator:/bin/sh\n")
    (work / "home/.ssh/config").write_text(SSH)
    (work / "home/.ssh/config").chmod(0o600)


def client(context: Context) -> Path:
    """Return the folder of docker's configuration, with the login."""
    given = context.runner.user_environment
    return Path(given.get("DOCKER_CONFIG") or Path.home() / ".docker")


def find_login(context: Context, work: Path) -> None:
    """Give the agent the login of `make login`, or one from DOCKER_USER and DOCKER_PASSWORD for this run.

    (Docker Desktop keeps passwords elsewhere, so there only the second way works.)
    """
    given, host = context.runner.user_environment, context.knob("DOCKER_REGISTRY")
    if given.get("DOCKER_PASSWORD"):
        user = given.get("DOCKER_USER", "")
        config = ("--config", str(work / "home/.docker"))
        login = ("docker", *config, "login", "--username", user, "--password-stdin", host)
        answer = context.capture(login, errors=True, text=given["DOCKER_PASSWORD"])
        if answer.status != 0:
            expected = f"to log in to {host} as {user or '(DOCKER_USER is empty)'}"
            raise registry.failure(context, expected, answer.output)
    else:
        with contextlib.suppress(OSError):
            shutil.copy(client(context) / "config.json", work / "home/.docker")


def find_record(context: Context, work: Path) -> None:
    """Give the agent the release's record: of VERSION from the registry, else target/release.json."""
    version = context.knob("VERSION")
    record = context.root / "target/release.json"
    if version:
        context.info(f"Fetching the record of {version} from {context.knob('DOCKER_REGISTRY')}...")
        own = context.runner.user_environment.get("DOCKER_PASSWORD")
        config = work / "home/.docker" if own else client(context)
        registry.fetch_record(context, version, work / "record", "--config", str(config))
    elif record.exists():
        shutil.copy(record, work / "record")
    else:
        raise VerdictError(
            f"expected a published release, found no target/release.json. Type: {context.make('publish')}; "
            f"or name one: {context.make('deploy VERSION=0.1.0')}"
        )


def agent_options(context: Context, work: Path, inventory: Path) -> Sequence[str]:
    """Return the options of the agent's container: it reaches what the operator reaches."""
    socket = context.engine.socket()
    group = Path(socket).stat().st_gid if socket and Path(socket).exists() else 0
    cluster = context.state / f"cluster{context.configuration.build_id}" / "ssh"
    own, agent = Path.home() / ".ssh", context.runner.user_environment.get("SSH_AUTH_SOCK")
    volumes = [
        *([f"{socket}:/var/run/docker.sock"] if socket else []),
        f"{work}/passwd:/etc/passwd:ro",
        f"{work}/home:/home/operator:ro",
        f"{work}/record:/record:ro",
        f"{work}/result:/result",
        f"{context.root}/ansible:/ansible:ro",
        f"{context.root}/docker/deploy:/deploy:ro",
        f"{inventory.parent}:/inventory:ro",
        *([f"{cluster}:/cluster-ssh:ro"] if cluster.is_dir() else []),
        # After the home, which is mounted read-only.
        *([f"{own}:/home/operator/own-ssh:ro"] if own.is_dir() else []),
        *([f"{agent}:/run/ssh-agent"] if agent else []),
    ]
    variables = ["HOME=/home/operator", "ANSIBLE_HOME=/tmp/ansible", "ANSIBLE_LOCAL_TEMP=/tmp/ansible"]
    variables += ["RESULT_FILE=/result/result.json", "NO_COLOR", f"CLUSTER_NETWORK={context.knob('CLUSTER_NETWORK')}"]
    variables += ["SSH_AUTH_SOCK=/run/ssh-agent"] if agent else []
    return (
        *("--init", "--name", f"{context.configuration.pipeline}-deploy", "--network", "host", "--read-only"),
        *("--tmpfs", TEMPORARY, "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true"),
        *(*images.as_owner(context), "--group-add", str(group)),
        *(part for volume in volumes for part in ("--volume", volume)),
        *images.passed(*variables),
    )


def run_agent(context: Context, work: Path, verb: str) -> dict[str, str]:
    """Run a play, with its output in reports/ too; return its result. Raises VerdictError with the play's message."""
    configuration = context.configuration
    inventory = (context.root / configuration.knob("INVENTORY")).resolve()
    facts = {
        "stack": configuration.pipeline,
        "release_file": "/record/release.json",
        "specs_image": configuration.image("specs"),
        # The holder of the Swarm's lock. An engine runs one deployment at a time (end_of_another).
        "deployer": context.capture(docker.info("ID")).output,
        "deployer_host": platform.node(),
    }
    command = (
        *("docker", "run", "--rm", *agent_options(context, work, inventory), configuration.image("agent")),
        *("--inventory", f"/inventory/{inventory.name}"),
        *(part for name, value in facts.items() for part in ("--extra-vars", f"{name}={value}")),
        f"{verb}.yml",
    )
    shown = context.runner.show(command)
    (context.root / "reports").mkdir(exist_ok=True)
    (context.root / f"reports/{verb}.log").write_text(shown.output)
    result: dict[str, Any] = {}
    with contextlib.suppress(OSError, ValueError):
        result = json.loads((work / "result/result.json").read_text())
    stats = result.get("stats")
    if shown.status != 0 or stats is None or (verb != "undeploy" and not stats):
        raise VerdictError(
            result.get("message")
            or f"expected the play to end well, found the error above. It is in reports/{verb}.log too"
        )
    return dict(stats)
