"""Let the acceptance suites judge the release that runs. Only what they accept gets the name that `make tag` takes."""

from __future__ import annotations

from pathlib import Path

from pipeline import evidence
from pipeline.commands import docker
from pipeline.configuration import PARTS
from pipeline.engine import NO_CONTAINER, NO_EVIDENCE
from pipeline.errors import InfrastructureError, PipelineError, VerdictError
from pipeline.evidence import Stage
from pipeline.stages import Context

# Each suite, its service and its report.
SUITES = (("acceptance", "test", "acceptance.xml"), ("browser", "browser-test", "browser.xml"))
EVIDENCE = ("acceptance.xml", "browser.xml", "browser", "browser-traces", "screenshots")


def run(context: Context) -> None:
    """Judge the images that run: evidence first, verdict second."""
    context.lock()
    configuration = context.configuration
    with evidence.stage(context, "accept") as stage:
        # By their ids: somebody may build while these are judged.
        candidates = {part: running(context, part) for part in PARTS}
        for part, image in candidates.items():
            if not image:
                raise VerdictError(
                    f"expected the release to run, found no healthy container of {part}. Type: {context.make('start')}"
                )
        judged = state_of_release(context)
        verdict_file(context).unlink(missing_ok=True)
        evidence.take_away(context, *EVIDENCE)
        # Both, whatever the first says: the evidence of the second is worth having.
        statuses = {name: judge(context, stage, name, service, report) for name, service, report in SUITES}
        red = [f"{name} tests (exit status {status})" for name, status in statuses.items() if status != 0]
        if red:
            withdraw(context, candidates)
            raise refusal(context, red, set(statuses.values()))
        for part, image in candidates.items():
            context.engine.tag(image, configuration.image(part, "accepted"))
        verdict_file(context).write_text(judged)
        version = context.engine.label(configuration.image("app", "accepted"), "org.opencontainers.image.version")
        context.success(
            f"Release {version} accepted in {stage.seconds} s. It runs on {configuration.addresses}; "
            f"{context.make('stop')} keeps its data, {context.make('clean')} removes it. "
            f"Next: {context.make('tag', version)}"
        )


def judge(context: Context, stage: Stage, name: str, service: str, report: str) -> int:
    """Run a suite; return its exit status. A report that is absent is a failure."""
    context.info(f"Running {name} tests...")
    with stage.step(f"{name} tests"):
        project = context.configuration.release_project
        status = evidence.run_suite(context, "release", project, service, "--no-deps", service)
    if status == 0 and not (context.root / "reports" / report).exists():
        raise VerdictError(f"expected reports/{report}, found none. Look at: specs/")
    return status


def withdraw(context: Context, candidates: dict[str, str]) -> None:
    """Take the verdict from what was accepted once and fails now. An older release keeps its name."""
    for part in PARTS:
        name = context.image(part, "accepted")
        if context.engine.image_id(name) in candidates.values():
            context.must("docker", "rmi", "--force", name)


def refusal(context: Context, red: list[str], statuses: set[int]) -> PipelineError:
    """Return the error of suites that did not pass."""
    again = context.make("release")
    if statuses & {NO_CONTAINER, NO_EVIDENCE}:
        return InfrastructureError(
            f"expected both suites to judge the release, found no verdict: {' '.join(red)}. Read above, then: {again}"
        )
    return VerdictError(
        f"expected all acceptance tests to pass, found failures: {' '.join(red)}. "
        "Read above, or reports/acceptance.xml and browser/index.html; the environment still runs: "
        f"{context.configuration.addresses}. Mend it, then: {again}"
    )


def running(context: Context, part: str) -> str:
    """Return the image of the healthy container of a part of the release, "" where there is none."""
    for container in context.engine.containers(context.configuration.release_project, part):
        image = context.capture(docker.container_field(container, docker.HEALTHY_IMAGE)).output
        if image:
            return image
    return ""


def state_of_release(context: Context) -> str:
    """Return all that a verdict depends on: settings, the images behind the names, and the containers that run."""
    names = [context.image(name) for name in (*PARTS, "specs", "browser-specs")]
    ids = [context.engine.image_id(name) for name in (*names, context.parent("MYSQL_PARENT"))]
    containers = context.engine.containers(context.configuration.release_project, "", "status=running")
    settings = context.capture(context.compose("release", "config", "--hash", "*")).output
    return "\n".join([settings, *ids, *sorted(containers)])


def verdict_file(context: Context) -> Path:
    """Return the file that remembers what was accepted."""
    return context.state / f"accepted{context.configuration.build_id}"


def was_accepted(context: Context) -> bool:
    """Whether exactly this was accepted, still runs, and has its evidence."""
    if not all((context.root / "reports" / report).exists() for _, _, report in SUITES):
        return False
    for part in PARTS:
        built = context.engine.image_id(context.image(part))
        accepted = context.engine.image_id(context.image(part, "accepted"))
        if not built == accepted == running(context, part):
            return False
    file = verdict_file(context)
    return file.exists() and file.read_text() == state_of_release(context)


def require(context: Context) -> None:
    """Refuse to go on unless what was built last is what passed. Raises VerdictError."""
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
