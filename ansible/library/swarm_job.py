#!/usr/bin/python
"""Wait until a job on a Docker Swarm has come to its end, and tell how."""

import time

from ansible.module_utils.basic import AnsibleModule

import docker

DOCUMENTATION = r"""
module: swarm_job
short_description: Wait until every container of a job has ended
description:
  - A job is a service that was created with C(--mode replicated-job). Swarm runs it once as a rule; where it starts a
    second container beside the first, both are waited for.
options:
  docker_host: {description: The engine of a manager, type: str, required: true}
  name: {description: The service's name, type: str, required: true}
  timeout: {description: Seconds until it gives up, type: int, required: true}
"""

RETURN = r"""
ended: {description: "Whether all ended in time; false too where there is none", type: bool, returned: always}
succeeded: {description: "Whether a container did what it was to do, and none failed", type: bool, returned: always}
states: {description: "The state of each container, with its error", type: str, returned: always}
"""

# States of a task (Docker Engine API) that are its last.
DONE, TAKEN_BACK = "complete", ("shutdown", "remove")
ENDED = (DONE, *TAKEN_BACK, "failed", "rejected", "orphaned")


def tasks_of(api, name):
    """The tasks of a service (list of dict), none where there is no such service."""
    try:
        return api.tasks(filters={"service": name})
    except docker.errors.NotFound:
        return []


def main():
    """Look every second."""
    module = AnsibleModule(
        argument_spec={
            "docker_host": {"type": "str", "required": True},
            "name": {"type": "str", "required": True},
            "timeout": {"type": "int", "required": True},
        },
        supports_check_mode=True,
    )
    given = module.params
    remote = given["docker_host"].startswith("ssh://")
    client = docker.DockerClient(base_url=given["docker_host"], use_ssh_client=remote, timeout=30)
    end = time.monotonic() + given["timeout"]
    while True:
        statuses = [task["Status"] for task in tasks_of(client.api, given["name"])]
        states = [status["State"] for status in statuses]
        ended = bool(states) and all(state in ENDED for state in states)
        if ended or time.monotonic() > end:
            break
        time.sleep(1)
    module.exit_json(
        changed=False,
        ended=ended,
        succeeded=ended and DONE in states and all(state in (DONE, *TAKEN_BACK) for state in states),
        states=", ".join(f"{status['State']} {status.get('Err', '')}".strip() for status in statuses),
    )


if __name__ == "__main__":
    main()
