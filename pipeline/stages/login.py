"""Log in to the registry with DOCKER_USER and DOCKER_PASSWORD of the environment."""

from pipeline import registry
from pipeline.errors import VerdictError
from pipeline.stages import Context


def run(context: Context) -> None:
    """Log in. The password is passed on standard input, because other users can read arguments."""
    given = context.runner.user_environment
    for name in ("DOCKER_USER", "DOCKER_PASSWORD"):
        if not given.get(name):
            raise VerdictError(
                f"expected DOCKER_USER and DOCKER_PASSWORD in the environment, found no {name}. "
                f"Type: read -rs {name}; export {name}"
            )
    user, host = given["DOCKER_USER"], context.knob("DOCKER_REGISTRY")
    command = ("docker", "login", "--username", user, "--password-stdin", host)
    answer = context.capture(command, errors=True, text=given["DOCKER_PASSWORD"])
    if answer.status != 0:
        raise registry.failure(context, f"to log in to {host} as {user}", answer.output)
    context.success(
        f"Logged in to {host} as {user}. "
        f"Next: {context.make('tag')}, {context.make('publish')}; {context.make('logout')} forgets the password"
    )
