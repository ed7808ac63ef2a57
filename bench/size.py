"""How many bytes the images have."""

from stacks import Bench, docker, lines, say


def measure(bench: Bench) -> dict:
    """Weigh the images of both pipelines. Returns `images`: bytes, unpacked, by contestant and part."""
    for pipeline in (bench.ours, bench.course):
        if not all(lines("image", "ls", "--quiet", image) for image in pipeline.images.values()):
            say(f"size: building the images of {pipeline.name}")
            if pipeline.name == "course":
                pipeline.make("images")
            for goal in ("test", "build", "release"):
                pipeline.make(goal)
            pipeline.make("clean")
    return {
        "images": {
            pipeline.name: {
                part: int(docker("image", "inspect", "--format", "{{.Size}}", image))
                for part, image in pipeline.images.items()
            }
            for pipeline in (bench.ours, bench.course)
        }
    }
