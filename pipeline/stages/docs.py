"""Build the site of docs/ in site/; a dead link or a moved excerpt is an error. `docs serve` shows it until Ctrl-C."""

import time
from collections.abc import Sequence

from pipeline import images
from pipeline.commands import docker
from pipeline.errors import VerdictError
from pipeline.stages import Context


def run(context: Context, *serve: str) -> None:
    began = time.monotonic()
    images.build_npm(context)
    images.build(context, "what builds the site", "docs")
    if serve:
        port = context.knob("DOCS_PORT")
        context.info(f"Showing docs/ on http://localhost:{port}; Ctrl-C ends it")
        publish = ("--publish", f"127.0.0.1:{port}:8000")
        command = mkdocs(context, "serve", "--dev-addr", "0.0.0.0:8000", "--watch-theme", options=publish)
        context.runner.replace(command, {})
    context.info("Building the site...")
    # Not --quiet, which also drops the warnings that --strict counts.
    built = context.capture(mkdocs(context, "build", "--clean"), errors=True)
    if built.status != 0:
        print("\n".join(line for line in built.output.splitlines() if not line.startswith("INFO")), flush=True)
        raise VerdictError(
            "expected pages whose links and files are there, found what is listed above. Mend docs/, then: make docs"
        )
    context.success(
        f"The site is built in {time.monotonic() - began:.0f} s: open site/index.html. "
        "Next: make docs-serve shows it while you write"
    )


def mkdocs(context: Context, verb: str, *arguments: str, options: Sequence[str] = ()) -> Sequence[str]:
    """Return a command of MkDocs on the checkout, as its user."""
    options = (
        *("--init", *images.as_owner(context), "--volume", f"{context.root}:/project"),
        *(*images.passed("NO_COLOR", "NO_MKDOCS_2_WARNING=true"), *options),
    )
    command = (verb, "--strict", "--config-file", "docker/tools/docs/mkdocs.yml", *arguments)
    return docker.run(context.image("docs"), *command, options=options)
