"""docker compose, on one of the project's environments."""

from collections.abc import Mapping, Sequence

# Environments whose compose files are not docker/ENVIRONMENT/docker-compose.yml. `images` builds all images.
FILES = {
    "images": ("docker/images.yml",),
    "candidate": ("docker/release/docker-compose.yml", "docker/release/candidate.yml"),
}


def files(environment: str) -> Sequence[str]:
    return FILES.get(environment, (f"docker/{environment}/docker-compose.yml",))


def env_file(build_id: str, environment: str) -> str:
    """Return the path, from the checkout, of the file with the variables of an environment's compose files."""
    name = environment if environment in ("candidate", "release") else "compose"
    return f".state/{name}{build_id}.env"


def command(build_id: str, environment: str, *arguments: str) -> Sequence[str]:
    """Return a Compose command. Its variables are in a file, so the printed command can be pasted into a shell."""
    given = (part for file in files(environment) for part in ("--file", file))
    return ("docker", "compose", "--env-file", env_file(build_id, environment), *given, *arguments)


def quoted(variables: Mapping[str, str]) -> str:
    """Return variables as the text of an --env-file, with every value quoted."""
    return "".join(f"{name}='{escaped(value)}'\n" for name, value in sorted(variables.items()))


def escaped(value: str) -> str:
    r"""Escape a value for single quotes: ' becomes \'."""
    return value.replace("'", "\\'")
