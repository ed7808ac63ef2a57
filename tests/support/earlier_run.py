"""Remove what an earlier run left on this engine: `.ci/run` begins with it, on a machine that is the tests' own.

A run that was cut off leaves containers that start again with the engine, images that pass for tested ones, and a node
of a Swarm. A release of the course's name goes too, with its data. The parent images and the build cache stay.
"""

import json
import subprocess

LABELS = ("com.docker.compose.project", "com.docker.stack.namespace", "todobackend.pipeline")


def docker(*arguments):
    return subprocess.check_output(("docker", *arguments), text=True, timeout=300)


def ours(kind, *options):
    """Return the ids of all objects of a kind (container, network, volume, image) that a pipeline of ours made."""
    ids = sorted(set(docker(kind, "ls", "--quiet", *options).split()))
    if not ids:
        return
    # A network of the Swarm may vanish after it was listed. inspect then fails, and prints what is still there.
    inspected = subprocess.run(("docker", kind, "inspect", *ids), stdout=subprocess.PIPE, text=True, timeout=300)
    for what in json.loads(inspected.stdout):
        labels = (what["Config"].get("Labels") if kind in ("container", "image") else what["Labels"]) or {}
        if any(labels.get(label, "").startswith("todobackend") for label in LABELS):
            yield what.get("Id") or what["Name"]


def main():
    if docker("info", "--format", "{{.Swarm.LocalNodeState}}").strip() != "inactive":
        docker("swarm", "leave", "--force")
    for kind, listing, removal in (
        ("container", ["--all"], ["--force", "--volumes"]),
        ("network", [], []),
        ("volume", [], ["--force"]),
        ("image", [], ["--force"]),
    ):
        found = list(ours(kind, *listing))
        print(f"{kind}s of an earlier run: {len(found)}", flush=True)
        if found:
            docker(kind, "rm", *removal, *found)


if __name__ == "__main__":
    main()
