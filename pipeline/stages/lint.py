"""Lint the whole checkout in a container: lint [FIX]. With FIX=yes lines and imports are put in order first."""

from pipeline import evidence, images
from pipeline.errors import VerdictError
from pipeline.stages import Context


def run(context: Context, fix: str = "") -> None:
    """Run the hooks of .pre-commit-config.yaml. Without `fix` nothing is changed."""
    if fix not in ("", "yes"):
        raise VerdictError(f"expected FIX to be yes, found '{fix}'. Type: make lint FIX=yes, or make lint")
    with evidence.stage(context, "lint") as stage:
        evidence.take_away(context, "lint.tsv")
        context.info("Building the linters...")
        images.build_linters(context)
        images.build_report(context)
        context.info("Linting...")
        command = images.with_linters(context, "lint.sh", options=images.passed("FIX"))
        if context.run(command, {"FIX": fix}) != 0:
            raise VerdictError("expected clean files, found what is listed above. Mend them, then: make lint")
        context.success(f"Lint complete in {stage.seconds} s. Next: make test")
