#!/usr/bin/python
"""Run a container on a Docker Swarm to its end, and return its outcome and the last line of its log."""

import time

from ansible.module_utils.basic import AnsibleModule

import docker

DOCUMENTATION = r"""
module: swarm_job
short_description: Run a container on a Docker Swarm to its end
description:
  - A service of one container with the restart condition C(none). Not C(--mode replicated-job), because a manager that
    has lost the lead still starts such jobs beside the new leader; there were 63 of one (moby issue 53632).
  - An ended job is removed. A running one, of an interrupted run or after the timeout, continues, because half a
    migration is worse than a late one.
options:
  docker_host: {description: The engine of a manager, type: str, required: true}
  name: {description: The service's name, type: str, required: true}
  image: {description: The image, type: str, required: true}
  command: {description: What it runs, type: list, elements: str, required: true}
  options: {description: More arguments of C(docker service create), type: list, elements: str, default: []}
  node: {description: The id of the node where it runs, type: str, required: true}
  node_host: {description: The engine of that node, type: str, required: true}
  timeout: {description: Seconds to wait for its end, type: int, required: true}
"""

RETURN = r"""
outcome:
  description: C(under way) if an earlier one still runs; C(unfinished) after the timeout; C(failed); C(succeeded)
  type: str
  returned: always
states: {description: "The state of each container, with its error", type: str, returned: always}
said: {description: The last line of its log, type: str, returned: always}
"""

# States of a task (Docker Engine API) that are its last.
DONE, TAKEN_BACK = "complete", ("shutdown", "remove")
ENDED = (DONE, *TAKEN_BACK, "failed", "rejected", "orphaned")


def statuses_of(api, name):
    """The statuses of a service's tasks (list of dict), none where there is no such service."""
    try:
        return [task["Status"] for task in api.tasks(filters={"service": name})]
    except docker.errors.NotFound:
        return []


def go_on(statuses):
    """Whether a task has not ended (bool)."""
    return any(status["State"] not in ENDED for status in statuses)


def wait(api, name, timeout):
    """Look every second until all tasks have ended or the seconds are over; the last statuses (list of dict)."""
    end = time.monotonic() + timeout
    while True:
        statuses = statuses_of(api, name)
        if (statuses and not go_on(statuses)) or time.monotonic() > end:
            return statuses
        time.sleep(1)


def outcome_of(statuses):
    """How it ended (str): the container did what it was to do, or not; where there are several, each of them."""
    if not statuses or go_on(statuses):
        return "unfinished"
    states = [status["State"] for status in statuses]
    return "succeeded" if DONE in states and all(state in (DONE, *TAKEN_BACK) for state in states) else "failed"


def main():
    """Create it, wait for its end, keep what it said, and remove it."""
    text, words = {"type": "str", "required": True}, {"type": "list", "elements": "str"}
    module = AnsibleModule(
        argument_spec={
            **dict.fromkeys(("docker_host", "name", "image", "node", "node_host"), text),
            "command": {**words, "required": True},
            "options": {**words, "default": []},
            "timeout": {"type": "int", "required": True},
        },
        supports_check_mode=True,
    )
    given = module.params
    name = given["name"]
    remote = given["docker_host"].startswith("ssh://")
    api = docker.DockerClient(base_url=given["docker_host"], use_ssh_client=remote, timeout=30).api

    def tell(outcome, statuses, said=""):
        states = ", ".join(f"{status['State']} {status.get('Err', '')}".strip() for status in statuses)
        module.exit_json(changed=outcome != "under way", outcome=outcome, states=states, said=said)

    def engine(*arguments, host=given["docker_host"], check=True):
        return module.run_command(["docker", *arguments], environ_update={"DOCKER_HOST": host}, check_rc=check)

    left = statuses_of(api, name)
    if go_on(left):
        tell("under way", left)
    if module.check_mode:
        tell("succeeded", [])
    # An interrupted run may have left it.
    engine("service", "rm", name, check=False)
    how = ("--quiet", "--detach", "--restart-condition", "none", "--no-resolve-image")
    held = ("--with-registry-auth", "--read-only", "--cap-drop", "ALL", "--mount", "type=tmpfs,target=/tmp")
    where = ("--name", name, "--constraint", f"node.id == {given['node']}", "--stop-grace-period", "60s")
    engine("service", "create", *how, *held, *where, *given["options"], given["image"], *given["command"])
    statuses = wait(api, name, given["timeout"])
    outcome = outcome_of(statuses)
    if outcome == "unfinished":
        tell(outcome, statuses)
    _, out, err = engine("service", "logs", "--raw", name, check=False)
    engine("service", "rm", name)
    # The container outlives its service.
    label = f"label=com.docker.swarm.service.name={name}"
    engine("container", "prune", "--force", "--filter", label, host=given["node_host"])
    lines = [line for line in (out + err).splitlines() if line.strip()]
    tell(outcome, statuses, lines[-1] if lines else "it said nothing")


if __name__ == "__main__":
    main()
