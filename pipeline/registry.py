"""Errors of a container registry, and the record of a release in it."""

import shutil
import sys
from pathlib import Path

from pipeline.errors import VerdictError
from pipeline.stages import Context

REFUSED = ("nauthorized", "incorrect username", "no basic auth", "denied", "authentication required")
SILENT = (
    *("connection refused", "no such host", "imeout", "deadline exceeded", "unreachable", "lookup "),
    "HTTP response to HTTPS",
)
ABSENT = ("manifest unknown", "not found", "does not exist")


def failure(context: Context, expected: str, answer: str) -> VerdictError:
    """Print docker's message about a registry, and return the error."""
    print(answer, file=sys.stderr, flush=True)
    found = "found the error above. Look at: docs/troubleshooting.md"
    if any(words in answer for words in REFUSED):
        found = (
            "found that it refuses the user or the password. "
            f"Set DOCKER_USER and DOCKER_PASSWORD, then: {context.make('login')}"
        )
    elif any(words in answer for words in SILENT):
        found = (
            "found no registry that answers there. "
            f"Name yours in DOCKER_REGISTRY, or start one to try: {context.make('registry')}"
        )
    elif "no space left" in answer:
        found = "found its disk full. Free some, then try again"
    return VerdictError(f"expected {expected}, {found}")


def fetch_record(context: Context, tag: str, folder: Path, *client: str) -> None:
    """Fetch the record of a published release into an empty folder. `client` are options of docker: its --config."""
    configuration = context.configuration
    name = f"{configuration.repository('record')}:{tag}"
    pulled = context.capture(("docker", *client, "pull", "--quiet", name), errors=True)
    if pulled.status != 0:
        if any(words in pulled.output for words in ABSENT):
            print(pulled.output, file=sys.stderr, flush=True)
            raise VerdictError(
                f"expected a published release {tag} in {configuration.knob('DOCKER_REGISTRY')}/"
                f"{configuration.knob('ORG_NAME')}, found none. "
                "Look at what was published there (target/release.json says it), or: make publish"
            )
        raise failure(
            context, f"to fetch the record of {tag} from {configuration.knob('DOCKER_REGISTRY')}", pulled.output
        )
    # docker requires a command, although the image has nothing to run.
    container = context.capture(("docker", "create", name, "none")).output
    context.engine.must("docker", "cp", f"{container}:/.", str(folder))
    context.engine.must("docker", "rm", container)
    # Docker adds these to every container.
    for extra in ("dev", "etc", "proc", "sys"):
        shutil.rmtree(folder / extra, ignore_errors=True)
    (folder / ".dockerenv").unlink(missing_ok=True)
