#!/usr/bin/python
"""Wait until a stack on a Docker Swarm runs the wanted images, or fail with the reason."""

import datetime
import time

from ansible.module_utils.basic import AnsibleModule

import docker

DOCUMENTATION = r"""
module: swarm_rollout
short_description: Wait until the services of a stack run the wanted images
description:
  - C(docker stack deploy) ends before the containers are replaced, and returns 0 if Swarm rolls an update back
    (docker/cli issue 6752). This module checks the tasks.
options:
  docker_host: {description: The engine of a manager, type: str, required: true}
  stack: {description: The stack's name, type: str, required: true}
  images: {description: "For each service (its short name) the wanted image, by digest", type: dict, required: true}
  since: {description: "Earlier failures do not count; by the manager's clock, ISO 8601", type: str, required: true}
  timeout: {description: Seconds until it gives up, type: int, default: 300}
"""

RETURN = r"""
seconds: {description: How long it waited, type: float, returned: success}
crowded:
  description: Services (short names) whose containers are all on one node, although others take containers
  type: list
  elements: str
  returned: success
"""

# States of a failed service update (Docker Engine API, ServiceUpdateStatus).
GONE_BACK = ("paused", "rollback_started", "rollback_paused", "rollback_completed")
# "complete": a service does not end by itself, so it was stopped as unhealthy, and ended gracefully.
FAILED = ("failed", "rejected", "orphaned", "complete")
ENDED = (*FAILED, "shutdown", "remove")


def seconds_of(moment):
    """Seconds since 1970 (float) of a time of Docker's (str, ISO 8601 with a zone, nine digits of a second)."""
    return datetime.datetime.fromisoformat(moment).timestamp()


def reason_of(tasks, image, since):
    """Why a task of the wanted image failed (str), or None: the newest failure since then (seconds since 1970)."""
    failures = [
        task
        for task in tasks
        if task["Status"]["State"] in FAILED
        and task["Spec"]["ContainerSpec"]["Image"] == image
        and seconds_of(task["CreatedAt"]) >= since
    ]
    if not failures:
        return None
    status = max(failures, key=lambda task: task["CreatedAt"])["Status"]
    if status["State"] == "complete":
        return "a container was unhealthy, or ended by itself"
    return status.get("Err") or status.get("Message") or status["State"]


def is_rolled_out(service, tasks, image, lost_nodes):
    """Whether every wanted task of a service runs the image, as many as there should be, and the others ended (bool).

    Old tasks of lost nodes are ignored, because nobody can see their end.
    """
    mode = service["Spec"]["Mode"]
    wanted = [task for task in tasks if task["DesiredState"] == "running"]
    number = mode["Replicated"]["Replicas"] if "Replicated" in mode else max(1, len(wanted))
    leaving = [
        task
        for task in tasks
        if task["DesiredState"] != "running"
        and task["Status"]["State"] not in ENDED
        and task.get("NodeID") not in lost_nodes
    ]
    return (
        len(wanted) == number
        and not leaving
        and all(task["Status"]["State"] == "running" for task in wanted)
        and all(task["Spec"]["ContainerSpec"]["Image"] == image for task in wanted)
        and service.get("UpdateStatus", {}).get("State", "completed") == "completed"
    )


def look(api, stack, images, since):
    """Check once: the services that are not ready (list of str), and the reason to give up (str or None)."""
    found = {
        service["Spec"]["Name"].removeprefix(f"{stack}_"): service
        for service in api.services(filters={"label": f"com.docker.stack.namespace={stack}"})
    }
    lost_nodes = {node["ID"] for node in api.nodes() if node["Status"]["State"] != "ready"}
    waiting = []
    for name, image in sorted(images.items()):
        if name not in found:
            waiting.append(name)
            continue
        service = found[name]
        tasks = api.tasks(filters={"service": service["ID"]})
        reason = reason_of(tasks, image, since)
        if reason:
            return waiting, f"{name}: {reason}"
        update = service.get("UpdateStatus", {})
        if update.get("State") in GONE_BACK and seconds_of(update["StartedAt"]) >= since:
            return waiting, f"{name}: {update.get('Message', update['State'])}"
        if not is_rolled_out(service, tasks, image, lost_nodes):
            waiting.append(name)
    return waiting, None


def crowded_services(api, stack):
    """The services (short names, list of str) whose containers, two or more, all stand on one of several nodes.

    Swarm spreads new containers and moves those of a lost node, but never moves any back.
    """
    able = [
        node["ID"]
        for node in api.nodes()
        if node["Status"]["State"] == "ready" and node["Spec"]["Availability"] == "active"
    ]
    if len(able) < 2:
        return []
    crowded = []
    for service in api.services(filters={"label": f"com.docker.stack.namespace={stack}"}):
        tasks = api.tasks(filters={"service": service["ID"], "desired-state": "running"})
        if len(tasks) > 1 and len({task.get("NodeID") for task in tasks}) == 1:
            crowded.append(service["Spec"]["Name"].removeprefix(f"{stack}_"))
    return sorted(crowded)


def main():
    """Check every second. Two good checks in a row count, because Swarm starts an update with a delay."""
    module = AnsibleModule(
        argument_spec={
            "docker_host": {"type": "str", "required": True},
            "stack": {"type": "str", "required": True},
            "images": {"type": "dict", "required": True},
            "since": {"type": "str", "required": True},
            "timeout": {"type": "int", "default": 300},
        },
        supports_check_mode=True,
    )
    given = module.params
    remote = given["docker_host"].startswith("ssh://")
    client = docker.DockerClient(base_url=given["docker_host"], use_ssh_client=remote, timeout=30)
    began = time.monotonic()
    good = 0
    while True:
        waiting, reason = look(client.api, given["stack"], given["images"], seconds_of(given["since"]))
        if reason:
            module.fail_json(msg=reason)
        good = 0 if waiting else good + 1
        if good == 2:
            module.exit_json(
                changed=False,
                seconds=round(time.monotonic() - began, 1),
                crowded=crowded_services(client.api, given["stack"]),
            )
        if time.monotonic() - began > given["timeout"]:
            module.fail_json(msg=f"{', '.join(waiting)}: not running the wanted images after {given['timeout']} s")
        time.sleep(1)


if __name__ == "__main__":
    main()
