"""Lint the whole checkout in containers: lint [FIX]. With FIX=yes lines and imports are put in order first."""

import contextlib
import sys

from pipeline import evidence, images
from pipeline.commands import docker
from pipeline.errors import VerdictError
from pipeline.stages import Context

RUFF_CONFIG = ("--no-cache", "--quiet", "--config", "docker/tools/lint/ruff.toml", ".")


def run(context: Context, fix: str = "") -> None:
    """Run all linters, even after a failed one. Without `fix` nothing is changed."""
    if fix not in ("", "yes"):
        raise VerdictError(f"expected FIX to be yes, found '{fix}'. Type: make lint FIX=yes, or make lint")
    with evidence.stage(context, "lint") as stage:
        evidence.take_away(context, "lint.tsv")
        context.info("Building the linters...")
        images.build_linters(context)
        images.build_report(context)
        if fix:
            context.info("Putting lines and imports in order...")
            format_code(context)
            images.build_linters(context)  # one image has a copy of the suites
        context.info("Linting...")
        status = context.run(images.with_linters(context, "lint.sh"))
        biome = context.run(javascript(context))
        with (context.root / "reports/lint.tsv").open("a") as verdicts:
            verdicts.write(f"{'FAIL' if biome else 'ok'}\tbiome\n")
        if status or biome:
            raise VerdictError("expected clean files, found what is listed above. Mend them, then: make lint")
        context.success(f"Lint complete in {stage.seconds} s. Next: make test")


def javascript(context: Context) -> tuple[str, ...]:
    """Return the command of JavaScript's linter. The page is mounted beside the suites: both have the same rules."""
    options = (*images.as_owner(context), "--volume", f"{context.root}/client:/specs/client:ro")
    colours = () if context.console.colours else ("--colors=off",)
    command = ("node_modules/.bin/biome", "ci", "--error-on-warnings", *colours, ".")
    return tuple(docker.run(context.image("specs-tools"), *command, options=options))


def format_code(context: Context) -> None:
    """Sort imports and format lines. A file with a syntax error stays as it is; the linters will report it."""
    # The image has a copy of the suites, so the checkout's are mounted elsewhere.
    options = (
        *(*images.as_owner(context), "--volume", f"{context.root}/specs:/project"),
        *("--volume", f"{context.root}/client:/project/client", "--workdir", "/project"),
    )
    biome = ("/specs/node_modules/.bin/biome", "format", "--write", ".")
    for command in (
        images.with_linters(context, "ruff", "check", "--fix", "--select", "I", *RUFF_CONFIG),
        images.with_linters(context, "ruff", "format", *RUFF_CONFIG),
        docker.run(context.image("specs-tools"), *biome, options=options),
    ):
        done = context.capture(command, errors=True)
        if done.status != 0:
            print(done.output, file=sys.stderr, flush=True)
    with contextlib.suppress(OSError):
        (context.root / "specs/client").rmdir()  # where the page was mounted
