"""Start a registry and a package index on this machine's loopback address, to try publishing on."""

import secrets
import shlex
from pathlib import Path

from pipeline import files, images
from pipeline.commands import docker
from pipeline.errors import InfrastructureError
from pipeline.stages import Context

USER = "todobackend"
# Password hashes: the registry requires bcrypt; the index reads SHA-512 without a compiled package.
HASHES = {"registry": "-B", "index": "-5"}


def run(context: Context) -> None:
    configuration = context.configuration
    context.info("Building the registry and the package index...")
    images.build(context, "the registry", "registry", "index")
    folder = context.state / f"registry{configuration.build_id}"
    make_user(context, folder)
    write_environment(context, folder)
    hint = f"Look at: docker logs {configuration.lab_project}-registry-1"
    context.must(context.lab("registry"), "the registry and the package index to answer", hint)
    context.success(
        f"The registry listens on localhost:{configuration.knob('REGISTRY_PORT')}, the package index on "
        f"http://localhost:{configuration.index_port}. "
        f"{context.make('lab-down')} removes both with all they hold. "
        f"Next: . .state/registry{configuration.build_id}/env, then {context.make('login')}, "
        f"{context.make('tag')}, {context.make('publish')}"
    )


def make_user(context: Context, folder: Path) -> None:
    """Make one user for both with a random password, unless there is one. The containers get its hashes."""
    if (folder / "env").exists():
        return
    context.info("Making a user with a random password...")
    password = secrets.token_hex(24)
    (folder / "users").mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    (folder / "users").chmod(0o755)
    for name, kind in HASHES.items():
        options = ("--interactive", "--network", "none")
        command = docker.run(context.image("registry"), "htpasswd", "-i", "-n", kind, USER, options=options)
        hashed = context.capture(command, text=f"{password}\n")
        if hashed.status != 0 or not hashed.output:
            raise InfrastructureError("expected htpasswd to hash a password, found no hash. Run make again.")
        (folder / "users" / name).write_text(f"{hashed.output}\n")
        (folder / "users" / name).chmod(0o644)
    files.write_private(folder / "password", password)


def write_environment(context: Context, folder: Path) -> None:
    """Write the variables for publishing here, each time, because the ports may have changed."""
    knob, build_id = context.configuration.knob, context.configuration.build_id
    password = (folder / "password").read_text()
    variables = {
        "DOCKER_REGISTRY": f"localhost:{knob('REGISTRY_PORT')}",
        "PACKAGE_INDEX_URL": f"http://localhost:{context.configuration.index_port}/simple/",
        "DOCKER_PASSWORD": password,
        "TWINE_PASSWORD": password,
        # So that `make cluster` keeps the port.
        "REGISTRY_PORT": knob("REGISTRY_PORT"),
        # Only this machine reads this registry.
        "STAND_INS": "yes",
        "DOCKER_USER": USER,
        "TWINE_USERNAME": USER,
    }
    head = (
        "# What `make registry` started, for `make login`, `publish`, `deploy`. "
        f"Read it with:  . .state/registry{build_id}/env\n"
    )
    text = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
    files.write_private(folder / "env", head + text)
