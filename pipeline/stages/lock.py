"""Write the locks again. Versions that still fit stay; `make refresh` takes the newest."""

from pipeline import images
from pipeline.commands import docker
from pipeline.errors import NETWORK_HINT
from pipeline.stages import Context

FOLDERS = ("specs", "specs/browser", "client", "docker/tools/docs", "docker/tools/lint")
# --omit-lockfile-registry-resolved keeps the registry's address out of the lock.
OPTIONS = (
    *("--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved"),
    *("--no-audit", "--no-fund", "--no-update-notifier"),
)


def run(context: Context) -> None:
    resolve(context)
    context.success("Locks written. Next: git diff, then make test")


def resolve(context: Context, newest: bool = False) -> None:
    """Resolve npm's packages, then Python's; with `newest` to the newest versions that are allowed."""
    context.info("Resolving...")
    try:
        # npm first: the linters' image, which resolves Python's packages, is built from its locks.
        images.build_npm(context)
        resolve_npm(context, newest)
        images.build_linters(context)
        resolve_python(context, newest)
    finally:
        # An interrupted run would leave it running.
        context.capture(("docker", "rm", "--force", container(context)))


def container(context: Context) -> str:
    return f"{context.configuration.pipeline}-lock"


def resolve_python(context: Context, newest: bool) -> None:
    command = images.with_linters(context, "lock.sh", options=("--name", container(context)))
    context.must(command, "the packages to resolve", NETWORK_HINT, extra={"UPGRADE": "yes" if newest else ""})


def resolve_npm(context: Context, newest: bool) -> None:
    for folder in FOLDERS:
        context.detail(f"{folder}/package-lock.json")
        options = (
            *("--name", container(context)),
            *(*images.as_owner(context), "--volume", f"{context.root}/{folder}:/lock", "--workdir", "/lock"),
            *("--volume", f"{context.state}/network/npmrc:/run/npmrc:ro"),
            *images.certificates(context, "NPM_CONFIG_CAFILE"),
            *images.passed(*images.PROXIES, "NPM_CONFIG_USERCONFIG=/run/npmrc", "HOME=/tmp"),
        )
        npm = docker.run(context.image("npm"), "npm", "update" if newest else "install", *OPTIONS, options=options)
        context.must(npm, f"npm to resolve the packages of {folder}", NETWORK_HINT)
