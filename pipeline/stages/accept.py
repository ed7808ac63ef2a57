"""Run the acceptance suites on a candidate: the release in a separate environment, beside the running one.

Images that pass are named `accepted`, which `make tag` requires. The page tests depend on the page alone, so their
result also holds for a later release with the same page.
"""

import contextlib
from pathlib import Path
from typing import NamedTuple

from pipeline import evidence, files, images
from pipeline.commands import compose
from pipeline.configuration import PARTS
from pipeline.engine import NO_CONTAINER, NO_EVIDENCE
from pipeline.errors import InfrastructureError, PipelineError, RedTestsError, VerdictError
from pipeline.evidence import Stage
from pipeline.stages import Context, start


class Suite(NamedTuple):
    """A suite: its service, its evidence beside the report, and where its list of red tests begins and ends."""

    name: str
    service: str
    evidence: tuple[str, ...]
    begin: str
    end: str

    @property
    def report(self) -> str:
        return f"{self.name}.xml"


PLAYWRIGHT = (r"  1\) ", r"\s+[0-9]+ (failed|passed)")
PAGE = Suite("page", "page-test", ("page", "page-traces", "screenshots"), *PLAYWRIGHT)
SUITES = (
    Suite("acceptance", "test", (), r"\s+[0-9]+ failing", "$^"),
    Suite("browser", "browser-test", ("browser", "browser-traces"), *PLAYWRIGHT),
    PAGE,
)
LOGS = "logs/candidate.log"


def run(context: Context) -> None:
    """Run all suites again on the accepted images."""
    context.lock()
    if not context.engine.image_id(context.image("app", "accepted")):
        raise VerdictError(f"expected an accepted release, found none. Type: {context.make('release')}")
    given = suites(context)
    context.info("Building the suites...")
    images.build(context, "the suites", "specs", "browser-specs")
    verdict = judge(context, "accepted", given)
    context.success(f"{verdict}. Next: {context.make('tag')}")


def judge(context: Context, name: str, given: str) -> str:
    """Judge the images tagged `name` (built, accepted): evidence first, verdict second. Return the verdict in words.

    `given` is the digest from `suites`, taken before the suites were built: a later edit was not judged.
    """
    engine, configuration = context.engine, context.configuration
    with evidence.stage(context, "accept") as stage:
        context.write_variables(judged=name)
        file = verdict_file(context)
        file.unlink(missing_ok=True)
        # `make accept` runs all suites.
        is_known = name == "built" and page_passed(context, given)
        asked = [suite for suite in SUITES if suite is not PAGE or not is_known]
        if is_known:
            context.info(f"The page passed its own tests before (reports/{PAGE.report}): not again")
        else:
            verdict_file(context, PAGE.name).unlink(missing_ok=True)
        evidence.take_away(context, LOGS, *(piece for suite in asked for piece in (suite.report, *suite.evidence)))
        # An interrupted run may have left its candidate.
        engine.remove_project(configuration.candidate_project)
        try:
            start.up(context, stage, "candidate")
            # By id: the tag may have moved by then.
            judged = candidates(context)
            # Run each suite, even after a red one: all evidence is useful.
            statuses = {suite.name: run_suite(context, stage, suite) for suite in asked}
            if statuses.get(PAGE.name) == 0:
                verdict_file(context, PAGE.name).write_text(page_verdict(context, name, given))
            red = [f"{suite} tests (exit status {status})" for suite, status in statuses.items() if status != 0]
            if red:
                withdraw(context, judged)
                raise refusal(context, red, set(statuses.values()))
        except PipelineError:
            keep_logs(context)
            with contextlib.suppress(PipelineError):  # the first error is the useful one
                engine.remove_project(configuration.candidate_project)
            raise
        for part, image in judged.items():
            engine.tag(image, configuration.image(part, "accepted"))
        file.write_text(verdict_of(context, "accepted", given))
        engine.remove_project(configuration.candidate_project)
        version = engine.label(configuration.image("app", "accepted"), "org.opencontainers.image.version")
        return f"Release {version} accepted in {stage.seconds} s"


def candidates(context: Context) -> dict[str, str]:
    """Return the image that each part of the candidate runs. Raises VerdictError if a part is not healthy."""
    healthy = context.engine.healthy(context.configuration.candidate_project)
    for part in PARTS:
        if part not in healthy:
            raise VerdictError(f"expected a candidate that runs, found no healthy container of {part}. Read above")
    return {part: healthy[part] for part in PARTS}


def run_suite(context: Context, stage: Stage, suite: Suite) -> int:
    """Run a suite; return its exit status. A missing report is a failure."""
    context.info(f"Running {suite.name} tests...")
    # In `make release` the specification goes to the log only.
    shown = evidence.Specification(suite.begin, suite.end) if context.was_asked_for("accept") else None
    with stage.step(f"{suite.name} tests"):
        service = suite.service
        status = evidence.run_suite(context, "candidate", service, "--no-deps", service, is_shown=shown)
    if status != 0:
        evidence.show_red(context, suite.report, f"accept {suite.name} tests")
    elif not (context.root / "reports" / suite.report).exists():
        raise VerdictError(f"expected reports/{suite.report}, found none. Look at: specs/")
    return status


def keep_logs(context: Context) -> None:
    """Save the logs of the candidate's containers before they are removed."""
    with contextlib.suppress(OSError):
        file = context.root / "reports" / LOGS
        file.parent.mkdir(exist_ok=True)
        with file.open("w") as log:
            context.run(context.compose("candidate", "logs", "--no-color"), stdout=log, merged=True)


def withdraw(context: Context, judged: dict[str, str]) -> None:
    """Remove the name `accepted` from images that fail now. An older accepted release keeps it."""
    for part in PARTS:
        name = context.image(part, "accepted")
        if context.engine.image_id(name) in judged.values():
            context.engine.must("docker", "rmi", "--force", name)


def refusal(context: Context, red: list[str], statuses: set[int]) -> PipelineError:
    """Return the error for suites that did not pass."""
    again = context.make("release")
    if statuses & {NO_CONTAINER, NO_EVIDENCE}:
        return InfrastructureError(
            f"expected the suites to judge the release, found no verdict: {' '.join(red)}. Read above, then: {again}"
        )
    return RedTestsError(
        f"expected all acceptance tests to pass, found failures: {' '.join(red)}. What runs was left alone. "
        f"Read above, reports/acceptance.xml, browser/index.html, page/index.html or {LOGS}; mend it, then: {again}"
    )


def suites(context: Context) -> str:
    """Return a digest of the suites' files and of the candidate's compose files.

    Not the ids of the suites' images: two pipelines that build the same image at once may get two ids.
    """
    # The browser is one of Debian's packages.
    given = f"{context.parent('DEBIAN_PARENT')} {context.parent('PACKAGES_AS_OF')}"
    return files.digest(context.root, "specs", *compose.files("candidate"), given=given)


def verdict_of(context: Context, name: str, given: str) -> str:
    """Return all that a verdict on the images with a tag depends on, "" without the images."""
    ids = context.engine.image_ids(*(context.image(part, name) for part in PARTS), context.parent("MYSQL_PARENT"))
    return "\n".join([*ids, given]) if ids else ""


def page_verdict(context: Context, name: str, given: str) -> str:
    """Return all that the verdict of the page tests depends on, "" without the page's image."""
    page = context.engine.image_id(context.image("client", name))
    return f"{page}\n{given}" if page else ""


def page_passed(context: Context, given: str) -> bool:
    """Whether the page that was built last has passed the page tests, and the evidence is there."""
    file = verdict_file(context, PAGE.name)
    if not file.exists() or not (context.root / "reports" / PAGE.report).exists():
        return False
    judged = file.read_text()
    return judged != "" and judged == page_verdict(context, "built", given)


def verdict_file(context: Context, what: str = "accepted") -> Path:
    """Return the file with the input of the last green verdict."""
    return context.state / f"{what}{context.configuration.build_id}"


def was_accepted(context: Context, given: str) -> bool:
    """Whether the images that were built last have passed these suites, and the evidence is there."""
    file = verdict_file(context)
    if not file.exists() or not all((context.root / "reports" / suite.report).exists() for suite in SUITES):
        return False
    judged = file.read_text()
    return judged != "" and judged == verdict_of(context, "built", given) == verdict_of(context, "accepted", given)


def require(context: Context) -> None:
    """Raise VerdictError unless the images that were built last are the accepted ones."""
    configuration = context.configuration
    release = f"{context.make('release')}"
    for part in PARTS:
        accepted = context.engine.image_id(configuration.image(part, "accepted"))
        if not accepted:
            raise VerdictError(f"expected an image that passed the acceptance tests, found none. Type: {release}")
        if accepted != context.engine.image_id(configuration.image(part)):
            raise VerdictError(
                "expected the release image that was built last to have passed the acceptance tests, "
                f"found that it has not. Type: {release}"
            )
