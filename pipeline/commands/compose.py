"""docker compose, on one of the project's environments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# Environments whose compose files stand elsewhere than docker/ENVIRONMENT/docker-compose.yml. `images` is what all are
# built from.
FILES = {
    "images": ("docker/images.yml",),
    "candidate": ("docker/release/docker-compose.yml", "docker/release/candidate.yml"),
}


def files(environment: str) -> Sequence[str]:
    """Return the compose files of an environment, from the checkout."""
    return FILES.get(environment, (f"docker/{environment}/docker-compose.yml",))


def env_file(build_id: str, environment: str) -> str:
    """Return the path, from the checkout, of the variables that an environment's compose files ask for."""
    name = environment if environment in ("candidate", "release") else "compose"
    return f".state/{name}{build_id}.env"


def command(build_id: str, environment: str, *arguments: str) -> Sequence[str]:
    """Return a command of Compose. Its variables are in a file, so that the printed command can be typed."""
    given = (part for file in files(environment) for part in ("--file", file))
    return ("docker", "compose", "--env-file", env_file(build_id, environment), *given, *arguments)


def quoted(variables: Mapping[str, str]) -> str:
    """Return variables as the text of an --env-file, in which no character of a value means anything."""
    return "".join(f"{name}='{escaped(value)}'\n" for name, value in sorted(variables.items()))


def escaped(value: str) -> str:
    r"""Return a value as it stands between single quotes: a quote there is written \'."""
    return value.replace("'", "\\'")
