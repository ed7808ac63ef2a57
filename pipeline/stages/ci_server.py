"""Start Buildbot in containers: it polls CI_REPOSITORY (a path, an address, this checkout), and builds each commit."""

import secrets
from pathlib import Path

from pipeline import files, images
from pipeline.commands import docker
from pipeline.errors import VerdictError
from pipeline.stages import Context


def work_folder(context: Context) -> Path:
    return context.state / f"ci-server{context.configuration.build_id}"


def run(context: Context) -> None:
    """Build the image, start server and worker."""
    configuration = context.configuration
    repository = configuration.knob("CI_REPOSITORY")
    if repository and ":" not in repository and not (context.root / repository).exists():
        raise VerdictError(
            "expected a repository in CI_REPOSITORY (a path, or an address), found nothing at "
            f"'{repository}'. Correct it."
        )
    if not context.engine.socket():
        raise VerdictError(
            "expected an engine on this machine, whose socket the CI server can use, found another machine's. "
            "Type: unset DOCKER_HOST; docker context use default"
        )
    context.info("Building the CI server...")
    images.build(context, "the CI server", "ci-server")
    work = work_folder(context)
    (work / "master").mkdir(parents=True, exist_ok=True)
    if not (work / "password").exists():
        files.write_private(work / "password", secrets.token_hex(24))
    context.write_variables(**variables(context, repository or str(context.root), work))
    command = context.lab("ci-server")
    hint = f"Look at: docker logs {configuration.lab_project}-master-1"
    context.must(command, "the CI server to answer", hint, extra={"CI_PASSWORD": (work / "password").read_text()})
    context.success(
        f"The CI server listens on http://localhost:{configuration.knob('CI_PORT')}, polls "
        f"{repository or 'this checkout'}, and builds what is committed from now on; reports of each build are in "
        f".state/ci-server{configuration.build_id}/. Next: git commit; {context.make('lab-down')} removes it"
    )


def variables(context: Context, repository: str, work: Path) -> dict[str, str]:
    """Return the compose file's variables. A folder is mounted under its own path."""
    place = (context.root / repository).resolve()
    if place.exists():
        repository = str(place)
    owner, socket = images.owner(context), context.engine.socket()
    # The group of the engine's socket, as a container sees it.
    options = ("--network", "none", "--volume", f"{socket}:/socket")
    stat = docker.run(context.image("base"), "stat", "-c", "%g", "/socket", options=options)
    port, certificates = context.configuration.port("CI_PORT"), context.state / "network/ca.pem"
    return {
        "CI_REPOSITORY": repository,
        "CI_MOUNT": repository if place.exists() else str(work),
        "CI_WORK": str(work),
        "CI_BUILD_ID": f"{context.configuration.build_id}-ci-server",
        "CI_HTTP_PORT": str(port + 1),
        "CI_CLIENT_PORT": str(port + 2),
        "CI_CA": images.CA_INSIDE if certificates.exists() and certificates.stat().st_size else "",
        "CI_OWNER": owner,
        "CI_USER": f"{owner.partition(':')[0]}:{context.capture(stat).output}",
        "CI_SOCKET": socket,
    }
