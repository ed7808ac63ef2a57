"""Lint the whole checkout in containers; nothing is changed."""

from __future__ import annotations

from pipeline import evidence, images
from pipeline.commands import docker
from pipeline.errors import VerdictError
from pipeline.stages import Context


def run(context: Context) -> None:
    """Run all linters, whatever the first says."""
    with evidence.stage(context, "lint") as stage:
        evidence.take_away(context, "lint.tsv")
        context.info("Building the linters...")
        images.build_linters(context)
        images.build_report(context)
        images.build_specs_tool(context, "lint", "specs-tools")
        context.info("Linting...")
        status = context.run(images.with_linters(context, "lint.sh"))
        biome = context.run(javascript(context))
        with (context.root / "reports/lint.tsv").open("a") as verdicts:
            verdicts.write(f"{'FAIL' if biome else 'ok'}\tbiome\n")
        if status or biome:
            raise VerdictError("expected clean files, found what is listed above. Mend them, then: make lint")
        context.success(f"Lint complete in {stage.seconds} s. Next: make test")


def javascript(context: Context) -> tuple[str, ...]:
    """Return the command of JavaScript's linter. The page is beside the suites in its eyes: the same rules for both."""
    options = (*images.as_owner(context), "--volume", f"{context.root}/client:/specs/client:ro")
    colours = () if context.console.colours else ("--colors=off",)
    command = ("node_modules/.bin/biome", "ci", "--error-on-warnings", *colours, ".")
    return tuple(docker.run(context.image("specs-tools"), *command, options=options))
