"""Make reports/index.html from the stages' evidence, and open it on a desktop."""

import contextlib
import dataclasses
import io
import shutil
import sys
import tarfile
from pathlib import Path

from pipeline import evidence, files, images
from pipeline.commands import docker
from pipeline.errors import PipelineError, VerdictError
from pipeline.stages import Context

# The report's input, as far as it exists.
EVIDENCE = ("reports/stages/*.json", "reports/*.xml", "reports/lint.tsv", "target/SHA256SUMS", "target/release.json")
# The images whose layers it shows, from the bottom up.
LAYERS = (("base", "base"), ("dev", "dev"), ("release", "app"), ("nginx", "nginx"), ("page", "client"))


def run(context: Context) -> None:
    images.build_report(context)
    make(context)
    page = context.root / "reports/index.html"
    environment = context.runner.environment
    if (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")) and shutil.which("xdg-open"):
        context.capture(("xdg-open", str(page)))
    elif sys.platform == "darwin":
        context.capture(("open", str(page)))
    context.success(f"The report: file://{page}")


def renew(context: Context, status: int) -> None:
    """Make the report again at the end of a run.

    A failure here does not change the verdict; but the old report, with another verdict, is removed.
    """
    try:
        if not context.engine.image_id(context.image("report")):
            if status != 0:
                # Do not build after a failure: the same cause may make the user wait again.
                raise VerdictError
            images.build_report(context)
        with (context.state / "report.log").open("w") as log:
            make(dataclasses.replace(context, runner=context.runner.writing_to(log)))
    except (PipelineError, OSError):
        with contextlib.suppress(OSError):
            (context.root / "reports/index.html").unlink()


def make(context: Context) -> None:
    """Make the pages in a container, and put them into reports/.

    Input and output go through a pipe, because the engine may be on another machine.
    """
    found = sorted({path for pattern in EVIDENCE for path in context.root.glob(pattern)})
    if not found:
        raise VerdictError(f"expected in reports/ what a stage left, found nothing. Type: {context.make('test')}")
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path in found:
            tar.add(path, str(path.relative_to(context.root)))
        for name, text in facts(context).items():
            member = tarfile.TarInfo(f"facts/{name}")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
    options = ("--interactive", "--network", "none", "--read-only")
    command = docker.run(context.image("report"), "python", "/report/report.py", options=options)
    pages = context.runner.pipe(command, archive.getvalue())
    if pages is None:
        raise VerdictError(
            "expected a report of what is in reports/ and target/, found the error above. "
            f"Have the evidence made anew: {context.make('test')}"
        )
    with tarfile.open(fileobj=io.BytesIO(pages)) as tar:
        for member in tar.getmembers():
            page = tar.extractfile(member)
            if page:
                name = Path(member.name).name
                (context.state / name).write_bytes(page.read())
                files.put(context.state, context.state / name, context.root / "reports" / name)


def facts(context: Context) -> dict[str, bytes]:
    """Return the input of docker/tools/report/report.py besides the evidence."""
    reports = context.root / "reports"
    others = [path for path in reports.rglob("*") if path.is_file() and path.suffix != ".xml"]
    named = [(role, context.image(name)) for role, name in LAYERS]
    named = [("debian", context.parent("DEBIAN_PARENT")), ("mysql", context.parent("MYSQL_PARENT")), *named]
    layers = []
    for role, name in named:
        image = context.engine.image_id(name)
        if image:
            layers += context.lines(docker.history(role, name, image))
    text = {
        "here": evidence.checked_out(context),
        "images.tsv": "\n".join(layers),
        "files": "\n".join(str(path.relative_to(reports)) for path in sorted(others)),
    }
    return {name: f"{value}\n".encode() for name, value in text.items()}
