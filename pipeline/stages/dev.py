"""Serve src/ from the dev image on the dev database, reloading as the source changes, until Ctrl-C."""

import sys

from pipeline import images
from pipeline.errors import InfrastructureError
from pipeline.stages import Context, probe, shell

INTERRUPTED = 130


def run(context: Context) -> None:
    configuration = context.configuration
    shell.build_images(context)
    port = configuration.knob("HTTP_PORT")
    context.info(f"Serving src/ on http://localhost:{port}/todos; an edit reloads it, Ctrl-C ends it")
    context.engine.remove_containers(configuration.dev_project, "app")
    # A container gets a terminal only if make has one.
    has_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    options = ("--rm", "--service-ports", *images.as_owner(context), *(() if has_terminal else ("--no-TTY",)))
    command = context.compose("dev", "run", *options, "--name", f"{configuration.dev_project}-app", "app")
    try:
        status = context.run(command, stdin=None)
    except KeyboardInterrupt:
        context.runner.end_all(terminate=False)
        status = INTERRUPTED
    # Without a terminal, Ctrl-C ends the command but not its container.
    context.engine.remove_containers(configuration.dev_project, "app")
    if status not in (0, INTERRUPTED):
        sentence = probe.sentence(context, "dev")
        raise InfrastructureError(sentence or "expected the service to run, found the error above. Look at: make logs")
    context.success(f"Ended. The dev database still runs. Next: {context.make('test')}, or {context.make('clean')}")
