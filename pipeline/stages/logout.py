"""Remove the login of `make login`."""

from pipeline.stages import Context


def run(context: Context) -> None:
    host = context.knob("DOCKER_REGISTRY")
    context.engine.must("docker", "logout", host)
    context.success(f"Logged out of {host}")
