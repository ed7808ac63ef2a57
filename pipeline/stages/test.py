"""Test src/ in the dev image against a real MySQL: test [LABEL...]. Evidence first, verdict second.

A LABEL is a test module, or module:Class, or module:Class.test.
"""

from pipeline import evidence, images
from pipeline.background import Background
from pipeline.engine import NO_CONTAINER, NO_EVIDENCE
from pipeline.errors import InfrastructureError, RedTestsError, VerdictError
from pipeline.stages import Context, probe

NO_SUCH_TEST = 64  # docker/dev/test.sh


def run(context: Context, *labels: str) -> None:
    """Build the dev image, wait for the database, run the tests. An image that passes all is named `tested`."""
    context.lock()
    # Build the report's image meanwhile; a failure there does not change the verdict.
    reporter = Background(context, "reporter", images.build_report, required=False)
    with evidence.stage(context, "test", " ".join(labels)) as stage:
        context.info("Building the dev image...")
        with stage.step("images"), reporter:
            build_images(context)
        candidate = context.engine.image_id(context.image("dev"))
        context.info("Ensuring database is ready, then running tests...")
        evidence.take_away(context, "unittests.xml")
        if not labels:  # a selection measures no coverage
            evidence.take_away(context, "coverage.xml", "coverage")
        with stage.step("database, tests"):
            # In `make build` the specification goes to the log only.
            shown = evidence.Specification("=+$", "Ran ") if context.was_asked_for("test", "all") else None
            status = evidence.run_suite(context, "dev", "test", "test", "test.sh", *labels, is_shown=shown)
            judge(context, status, labels)
        if labels:
            context.success(
                f"Testing of {stage.note} complete in {stage.seconds} s. A selection opens no gate. "
                f"Next: {context.make('test')}"
            )
            return
        context.engine.tag(candidate, context.image("dev", "tested"))
        if context.was_asked_for("test", "all"):
            context.success(
                f"Testing complete in {stage.seconds} s. The report: reports/index.html. Next: {context.make('build')}"
            )


def build_images(context: Context) -> None:
    """Build the dev image and the agent. The database's image is a parent, so it starts meanwhile."""

    def start_database(this: Context) -> None:
        # If it does not start, the agent will report it.
        this.run(this.compose("dev", "up", "--detach", "--no-deps", "db"))

    with Background(context, "database", start_database):
        images.build(context, "the dev image", "agent", "dev")


def judge(context: Context, status: int, labels: tuple[str, ...]) -> None:
    if status == NO_CONTAINER:
        sentence = probe.sentence(context, "dev")
        raise InfrastructureError(
            sentence or f"expected the tests to run, found no container of theirs. Look at: {context.make('logs')}"
        )
    if status == NO_EVIDENCE:
        raise InfrastructureError(
            "expected the reports in the test container, found none to copy. Look at: docker/dev/test.sh"
        )
    if status == NO_SUCH_TEST:
        raise VerdictError(
            f"expected tests of src/*/tests, found no module for one of: {' '.join(labels)}. "
            f'Type for example: {context.make("test")} T="test_create test_list:ListItems"'
        )
    if status != 0:
        evidence.show_red(context, "unittests.xml", "test database, tests")
        raise RedTestsError(
            f"expected all tests to pass, found failures (exit status {status}). "
            f"Read above, or reports/unittests.xml; mend src/, then: {context.make('test')}"
        )
