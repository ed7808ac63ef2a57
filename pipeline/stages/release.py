"""Build the release image from target/, judge it beside the running release, then upgrade that."""

import json
import re

from pipeline import evidence, images
from pipeline.background import Background
from pipeline.commands.git import git
from pipeline.errors import VerdictError
from pipeline.stages import Context, accept, start


def run(context: Context) -> None:
    """Build, judge, start. Accepted images are not judged again, and an unchanged release keeps running."""
    context.lock()
    configuration = context.configuration
    with evidence.stage(context, "image") as stage:
        context.info("Building the release image...")
        labels = describe(context)
        context.write_variables(**labels)
        suites = accept.suites(context)
        with stage.step("images"):
            build_images(context)
        stage.nothing_done = accept.was_accepted(context, suites)
    version = labels["APP_VERSION"]
    if stage.nothing_done:
        if context.engine.containers(configuration.candidate_project):  # of a run killed after its verdict
            context.engine.remove_project(configuration.candidate_project)
        evidence.still_holds(context, "image", "accept")
        verdict = f"Release {version} was accepted before"
        again = f" To have it judged again: {context.make('accept')}."
    else:
        verdict, again = accept.judge(context, "built", suites), ""
    if start.runs_accepted(context):
        evidence.still_holds(context, "start")
        context.success(
            f"{verdict}, and runs unchanged on {configuration.addresses}.{again} Next: {context.make('tag', version)}"
        )
        return
    start.bring(context)
    context.success(
        f"{verdict}. It runs on {configuration.addresses}; {context.make('stop')} keeps its data, "
        f"{context.make('clean')} removes it. Next: {context.make('tag', version)}"
    )


def describe(context: Context) -> dict[str, str]:
    """Return the labels of the images (OCI annotations). The time is the commit's: the same commit, the same image."""
    wheels = sorted((context.root / "target").glob("todobackend-*.whl"))
    if not wheels:
        raise VerdictError("expected the application's wheel in target/, found none. Type: make build")

    def ask(*arguments: str) -> str:
        return context.capture(git(context.root, *arguments)).output

    revision, created, source = ask("rev-parse", "--quiet", "--verify", "HEAD"), "1970-01-01T00:00:00Z", "unknown"
    if revision and not evidence.is_tracked(context):
        revision = ""
    if revision:
        revision += "-dirty" if ask("status", "--porcelain") else ""
        created = ask("log", "-1", "--format=%cI")
        # The address may contain a user and a password.
        source = re.sub("//[^/]*@", "//", ask("remote", "get-url", "origin"))
    record = context.root / "target/release.json"
    if record.exists():
        # These are published wheels: their commit counts, not the checkout's.
        published = json.loads(record.read_text())
        revision, created = published["commit"], published["published"]
    return {
        "APP_VERSION": wheels[0].name.split("-")[1],
        "APP_WHEELS": ask("hash-object", "target/SHA256SUMS"),
        "APP_REVISION": revision or "unknown",
        "APP_CREATED": created,
        "APP_SOURCE": source,
    }


def build_images(context: Context) -> None:
    """Build the release images, and in parallel the suites'."""
    with Background(context, "suites", build_suites):
        images.build(context, "the release image", "agent", "app", "nginx")


def build_suites(context: Context) -> None:
    """Build npm's image, then the page and the suites, which copy packages from it."""
    images.build_npm(context)
    images.build(context, "the page and the suites", "client", "specs", "browser-specs")
