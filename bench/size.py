"""How many bytes the images have, and how many they would need."""

import json
import zipfile

from results import BenchError
from stacks import Bench, build, docker, lines, say

# What Python itself knows of the packages in the release's environment: the files of each RECORD.
PACKAGES = """
import csv, importlib.metadata, json, os, sys
sizes = {}
for package in importlib.metadata.distributions(path=[p for p in sys.path if p.startswith("/opt/venv")]):
    files = [str(file.locate()) for file in package.files or []]
    compiled = [os.path.join(d, "__pycache__") for d in {os.path.dirname(f) for f in files if f.endswith(".py")}]
    bytecode = {os.path.join(d, f) for d in compiled if os.path.isdir(d) for f in os.listdir(d)}
    size = lambda paths: sum(os.lstat(p).st_size for p in paths if os.path.isfile(p))
    sizes[package.name.lower()] = {"files": size(set(files) - bytecode), "bytecode": size(bytecode)}
print(json.dumps(sizes))
"""


def measure(bench: Bench) -> dict:
    """Weigh the images of both pipelines, and the floor of the release image.

    Returns bytes: `images` by contestant, with their layers; `packages` of the release image; `floor`; ratios.
    """
    for pipeline in (bench.ours, bench.course):
        if not all(lines("image", "ls", "--quiet", image) for image in pipeline.images.values()):
            say(f"size: building the images of {pipeline.name}")
            if pipeline.name == "course":
                pipeline.make("images")
            for goal in ("test", "build", "release"):
                pipeline.make(goal)
            pipeline.make("clean")
    parent = image_size(bench.ours.parent)
    images = {
        pipeline.name: {
            part: {"bytes": image_size(image), "layers": layers(image)} for part, image in pipeline.images.items()
        }
        for pipeline in (bench.ours, bench.course)
    }
    say("size: the floor of the release image")
    build("bench-floor", "floor", PARENT=bench.ours.parent)
    floor = {
        "parent": parent,
        "Debian packages": image_size("bench-floor") - parent,
        "wheels, unpacked": wheels(bench),
    }
    floor["sum"] = sum(floor.values())
    ours, course = images["ours"], images["course"]
    ratios = {part: {"ours/course": ours[part]["bytes"] / course[part]["bytes"]} for part in course}
    ratios["release"]["ours/floor"] = ours["release"]["bytes"] / floor["sum"]
    # The page is served by an nginx too.
    ratios["client"] = {"ours/course": ours["client"]["bytes"] / course["nginx"]["bytes"]}
    return {
        "parent": parent,
        "images": images,
        "packages": {"debian": debian_packages(bench), "python": python_packages(bench)},
        "floor": floor,
        "ratios": ratios,
    }


def image_size(image: str) -> int:
    """Weigh an image. Returns bytes, unpacked."""
    return int(docker("image", "inspect", "--format", "{{.Size}}", image))


def layers(image: str) -> list[dict]:
    """List what an image is made of.

    Returns bytes and command of each layer that weighs something, the parent's first.
    """
    entries = docker("history", "--no-trunc", "--human=false", "--format", "{{json .}}", image).splitlines()
    found = [json.loads(entry) for entry in reversed(entries)]
    return [
        {"bytes": int(entry["Size"]), "made_by": " ".join(entry["CreatedBy"].split())[:160] or "(the parent)"}
        for entry in found
        if int(entry["Size"])
    ]


def debian_packages(bench: Bench) -> dict[str, int]:
    """Ask dpkg what the release image has that its parent has not.

    Returns bytes by package, as the package says itself.
    """

    def installed(image: str) -> dict[str, int]:
        listed = docker(
            "run",
            "--rm",
            "--label=bench=size",
            "--entrypoint=dpkg-query",
            image,
            "-W",
            "-f",
            "${Package} ${Installed-Size}\n",
        )
        return {name: int(size or 0) * 1024 for name, _, size in (line.partition(" ") for line in listed.splitlines())}

    try:
        release = installed(bench.ours.images["release"])
    except BenchError:
        return {}  # an image without dpkg knows of no packages
    before = installed(bench.ours.parent)
    return {name: size for name, size in release.items() if name not in before}


def python_packages(bench: Bench) -> dict[str, dict[str, int]]:
    """Ask Python what the release image's environment holds.

    Returns by package the bytes of its `files`, and of the `bytecode` made of them.
    """
    return json.loads(
        docker("run", "--rm", "--label=bench=size", bench.ours.images["release"], "python3", "-c", PACKAGES)
    )


def wheels(bench: Bench) -> int:
    """Weigh the wheels of target/ as they would be unpacked. Returns bytes."""
    found = sorted((bench.ours.folder / "target").glob("*.whl"))
    if not found:
        raise BenchError("expected wheels in the copy's target/, found none. Type: make build")
    return sum(entry.file_size for wheel in found for entry in zipfile.ZipFile(wheel).infolist())
