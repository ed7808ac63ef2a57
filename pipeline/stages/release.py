"""Build the release image from target/, run it behind nginx on MySQL, and have it judged."""

from __future__ import annotations

import json
import re

from pipeline import evidence, images
from pipeline.background import Background
from pipeline.commands.git import git
from pipeline.errors import VerdictError
from pipeline.stages import Context, accept, start


def run(context: Context) -> None:
    """Build, start and judge; what was accepted and runs unchanged is left alone."""
    context.lock()
    configuration = context.configuration
    with evidence.stage(context, "image") as stage:
        context.info("Building the release image...")
        labels = describe(context)
        context.write_variables(**labels)
        with stage.step("images"):
            build_images(context)
        stage.nothing_done = accept.was_accepted(context)
    if stage.nothing_done:
        evidence.still_holds(context, "image", "start", "accept")
        version = labels["APP_VERSION"]
        context.success(
            f"Release {version} was accepted before, and runs unchanged on {configuration.addresses}. "
            f"To have it judged again: {context.make('accept')}. Next: {context.make('tag', version)}"
        )
        return
    start.run(context, "Now it is judged:")
    accept.run(context)


def describe(context: Context) -> dict[str, str]:
    """Return the labels of the images (OCI annotations). The time is the commit's: the same commit, the same image."""
    wheels = sorted((context.root / "target").glob("todobackend-*.whl"))
    if not wheels:
        raise VerdictError("expected the application's wheel in target/, found none. Type: make build")

    def ask(*arguments: str) -> str:
        return context.capture(git(context.root, *arguments)).output

    revision, created, source = ask("rev-parse", "--quiet", "--verify", "HEAD"), "1970-01-01T00:00:00Z", "unknown"
    if revision:
        revision += "-dirty" if ask("status", "--porcelain") else ""
        created = ask("log", "-1", "--format=%cI")
        # Without the name and the password that an address may carry.
        source = re.sub("//[^/@]*@", "//", ask("remote", "get-url", "origin"))
    record = context.root / "target/release.json"
    if record.exists():
        # Published wheels: what they were built from counts, not what is checked out here.
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
    """Build the release images, beside them the suites'. The agent is one image for both environments."""
    suites = Background(context, "suites", build_suites)
    with suites, Background(context, "reporter", images.build_report, required=False):
        images.build_by_compose(context, "dev", "the release image", "agent", quiet=False)
        images.build_by_compose(context, "release", "the release image", "app", "nginx", quiet=False)


def build_suites(context: Context) -> None:
    """Build npm's image, then what gets its packages from there: the page and the suites."""
    images.build_specs_tool(context, "npm", "npm")
    images.build_by_compose(
        context, "release", "the page and the suites", "client", "test", "browser-test", quiet=False
    )
