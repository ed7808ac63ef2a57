"""docker compose, on one of the project's environments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# The folder of each environment's compose file.
FOLDERS = ("dev", "release", "registry", "cluster", "ci-server")


def env_file(build_id: str) -> str:
    """Return the path, from the checkout, of the variables that the compose files ask for."""
    return f".state/compose{build_id}.env"


def command(build_id: str, environment: str, *arguments: str) -> Sequence[str]:
    """Return a command of Compose. Its variables are in a file, so that the printed command can be typed."""
    file = f"docker/{environment}/docker-compose.yml"
    return ("docker", "compose", "--env-file", env_file(build_id), "--file", file, *arguments)


def quoted(variables: Mapping[str, str]) -> str:
    """Return variables as the text of an --env-file, in which no character of a value means anything."""
    return "".join(f"{name}='{escaped(value)}'\n" for name, value in sorted(variables.items()))


def escaped(value: str) -> str:
    r"""Return a value as it stands between single quotes: a quote there is written \'."""
    return value.replace("'", "\\'")
