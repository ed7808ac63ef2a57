"""Remove the login of `make login`."""

from pipeline.stages import Context


def run(context: Context) -> None:
    """Log out of the registry."""
    host = context.knob("DOCKER_REGISTRY")
    context.must("docker", "logout", host)
    context.success(f"Logged out of {host}")
