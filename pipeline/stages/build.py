"""Copy the wheels out of the tested image into target/. Sources that have not passed the tests are tested first."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from pipeline import evidence, files, images
from pipeline.errors import InfrastructureError, VerdictError
from pipeline.stages import Context, test


def run(context: Context) -> None:
    """Test what has not passed; copy the wheels unless target/ holds them."""
    context.lock()
    if passed(context):
        evidence.still_holds(context, "test")
    else:
        context.info("These sources have not passed the tests: testing them first")
        try:
            test.run(context)
        except VerdictError as error:
            context.console.failure(str(error))
            raise VerdictError(
                "expected tested sources, found that they do not pass. Nothing was built. "
                f"Mend src/, then: {context.make('build')}"
            ) from None
    remembered = context.state / "target"
    with evidence.stage(context, "build") as stage:
        if (context.root / "target/SHA256SUMS").exists() and read(remembered) == target_state(context):
            stage.nothing_done = True
            evidence.still_holds(context, "build")
            end(context, "Nothing to build: target/ holds what the tested image gave")
            return
        context.info("Building application artefacts...")
        with stage.step("wheels"):
            copy_wheels(context)
        remembered.write_text(target_state(context))
        end(context, f"Build complete in {stage.seconds} s. Artefacts in target/")


def end(context: Context, text: str) -> None:
    """Say how it ended, where it was asked for."""
    if context.was_asked_for("build", "all"):
        context.success(f"{text}. Next: {context.make('release')}")


def passed(context: Context) -> bool:
    """Whether what is checked out has passed the tests.

    An image's id is made from its content: the same sources give the same id, an edit another, a touched file the same.
    """
    tested = context.engine.image_id(context.image("dev", "tested"))
    if not tested:
        return False
    images.build(context, "the dev image", "dev")
    return tested == context.engine.image_id(context.image("dev"))


def target_state(context: Context) -> str:
    """Return what target/ was filled from, and a digest of what is in it: a changed, added or lost file counts."""
    return f"{context.engine.image_id(context.image('dev', 'tested'))} {files.digest(context.root, 'target')}"


def read(file: Path) -> str:
    """Return the text of a file, "" where there is none."""
    return file.read_text() if file.exists() else ""


def copy_wheels(context: Context) -> None:
    """Copy the wheels beside target/, and into its place once they are whole."""
    for left in context.root.glob(".target.*"):
        files.remove(left)
    new = context.root / f".target.{os.getpid()}"
    project = context.configuration.dev_project
    if context.engine.run_job(context.compose("dev", "run", "builder"), project, "builder", "/target", new) != 0:
        files.remove(new)
        raise InfrastructureError(
            "expected the builder to copy the wheels, found the error above. Look at: docker/dev/docker-compose.yml"
        )
    for line in (new / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split(maxsplit=1)
        if hashlib.sha256((new / name.lstrip("*")).read_bytes()).hexdigest() != digest:
            raise InfrastructureError(
                f"expected {name} to come out of the builder as it is in it, found another content. "
                f"Type: {context.make('build')}"
            )
    (context.state / "target").unlink(missing_ok=True)
    files.put(context.state, new, context.root / "target")
