"""Copy the wheels from the tested image to target/. Untested sources are tested first."""

import hashlib
import os
from pathlib import Path

from pipeline import evidence, files, images
from pipeline.errors import InfrastructureError, VerdictError
from pipeline.stages import Context, test


def run(context: Context) -> None:
    """Test untested sources; copy the wheels unless target/ has them."""
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
    if context.was_asked_for("build", "all"):
        context.success(f"{text}. Next: {context.make('release')}")


def passed(context: Context) -> bool:
    """Whether the current sources have passed the tests.

    An image's id depends on its content: an edit changes it, a touched file does not.
    """
    tested = context.engine.image_id(context.image("dev", "tested"))
    if not tested:
        return False
    images.build(context, "the dev image", "dev")
    return tested == context.engine.image_id(context.image("dev"))


def target_state(context: Context) -> str:
    """Return the tested image's id and a digest of target/, which any change of a file changes."""
    return f"{context.engine.image_id(context.image('dev', 'tested'))} {files.digest(context.root, 'target')}"


def read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def copy_wheels(context: Context) -> None:
    """Copy the wheels to a folder beside target/, check them, and rename it to target/."""
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
