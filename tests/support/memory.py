"""What the containers of a release hold."""

import re

from support.commands import docker


def memory(service):
    """MiB that each container of the release holds, by service."""
    names = [f"{service.release_project}-{name}-1" for name in ("app", "nginx", "db", "client")]
    lines = docker("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", *names).splitlines()
    found = {}
    for line in lines:
        name, number, unit = re.match(r"(\S+) ([\d.]+)(\w+) /", line).groups()
        found[name.split("-")[-2]] = round(float(number) * {"KiB": 1 / 1024, "MiB": 1, "GiB": 1024}[unit])
    return found
