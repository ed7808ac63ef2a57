"""Make a pipeline's report: one page for all stages, and one for each JUnit report that has no page of its own.

Input: a tar archive on standard input, with those of these files that exist:

    reports/stages/NAME.json    one per stage, as pipeline/evidence.py writes it
    reports/{unittests,acceptance,browser,page}.xml (JUnit), reports/coverage.xml, reports/lint.tsv
    target/SHA256SUMS, target/release.json
    facts/images.tsv            role, name and id of an image, bytes of a layer: a line per layer
    facts/files                 the names of the other files in reports/, a line each
    facts/here                  the checkout's commit and a digest of its changes, as in the stages

Output: a tar archive on standard output, with index.html, unittests.html and acceptance.html. Links are relative.
Exit status: 1, with a sentence, for an invalid file.
"""

import io
import json
import sys
import tarfile
import time
from pathlib import Path
from xml.etree import ElementTree  # nosec B405

from jinja2 import Environment, FileSystemLoader
from junit2htmlreport.case_result import CaseResult
from junit2htmlreport.parser import Junit, ParserError
from junit2htmlreport.render import HTMLReport

# Each suite's title, and its page: junit2html's, or Playwright's own.
SUITES = {
    "unittests": ("Unit tests", "unittests.html"),
    "acceptance": ("Acceptance tests", "acceptance.html"),
    "browser": ("Browser tests", "browser/index.html"),
    "page": ("Page tests", "page/index.html"),
}
PROOF = ("test", "accept")  # the stages without which a release is not accepted
# The image on which another one stands, and whose layers it contains.
STANDS_ON = {"base": "debian", "dev": "base", "release": "base"}


def read_archive(stream):
    """Read a tar archive to its end: {name: bytes} of its files."""
    with tarfile.open(fileobj=stream, mode="r|*") as archive:
        return {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}


def read_suite(title, page, text):
    """Read a JUnit report: {title, page, count, seconds, red, junit}; `red` are the cases that did not pass."""
    junit = Junit(xmlstring=text)
    cases = [case for suite in junit.suites for case in suite.all()]
    red = [case for case in cases if case.outcome() not in (CaseResult.PASSED, CaseResult.SKIPPED)]
    seconds = sum(case.duration or 0 for case in cases)
    return {"title": title, "page": page, "count": len(cases), "seconds": seconds, "red": red, "junit": junit}


def read_coverage(text):
    """Read coverage's XML: {lines, branches: (covered, valid)}."""
    root = ElementTree.fromstring(text)  # noqa: S314  # nosec B314
    return {name: (int(root.get(f"{name}-covered")), int(root.get(f"{name}-valid"))) for name in ("lines", "branches")}


def read_images(text):
    """Return [{role, name, id, bytes, below}]; `below` are the bytes of the image on which this one stands."""
    images = {}
    for line in text.splitlines():
        role, name, number, size = line.split("\t")
        image = images.setdefault(role, {"role": role, "name": name, "id": number, "bytes": 0})
        image["bytes"] += int(size)
    for role, image in images.items():
        image["below"] = images.get(STANDS_ON.get(role), {"bytes": 0})["bytes"]
    return list(images.values())


def look_at_stages(found):
    """Sort the stages' notes by time. The newest gives the commit that the report is about."""
    newest = max(found, key=lambda stage: stage["began"] + stage["seconds"], default=None)
    found.sort(key=lambda stage: stage["began"])
    for stage in found:
        stage["current"] = stage["commit"] == newest["commit"]
        stage["when"] = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(stage["began"] + stage["seconds"]))
        stage["verdict"] = {0: "passed", 1: "failed"}.get(stage["status"], "no verdict")
    return found, newest


def judge(stages):
    """The verdict on the newest stage's commit: (colour, sentence, details)."""
    current = [stage for stage in stages if stage["current"]]
    names = [stage["stage"] for stage in current]
    red = [stage for stage in current if stage["status"]]
    selections = [stage["note"] for stage in current if stage["note"]]
    missing = [name for name in PROOF if name not in names]
    if not stages:
        return "grey", "No stage has run", ""
    if red:
        return "red", f"Red: {', '.join(stage['stage'] for stage in red)}", red[-1]["sentence"]
    if selections:
        return "grey", f"Only a selection was tested: {selections[0]}", "It opens no gate. Type: make test."
    if missing:
        return "grey", "Green so far", f"Not run on these sources: {', '.join(missing)}."
    return "green", "Accepted", f"Passed: {', '.join(names)}."


def size(number):
    """Bytes as in `docker images`: 1 MB is 1,000,000 bytes."""
    return f"{number / 1e6:,.0f} MB"


def span(seconds):
    """Seconds in words."""
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s" if seconds >= 60 else f"{seconds:.3g} s"


def make(files):
    """Make the pages: {name: text}, from {name: bytes}. Raises ValueError for an invalid file."""

    def read(name, reader, *arguments):
        if not files.get(name):
            return None
        try:
            return reader(*arguments, files[name].decode())
        except (ParserError, ElementTree.ParseError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"expected {name} as its stage writes it, found: {error}") from error

    stages, newest = look_at_stages([read(name, json.loads) for name in files if name.startswith("reports/stages/")])
    suites = {name: read(f"reports/{name}.xml", read_suite, *SUITES[name]) for name in SUITES}
    suites = {name: suite for name, suite in suites.items() if suite}
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
    environment.filters |= {"size": size, "span": span}
    pages = {
        "index.html": environment.get_template("index.html").render(
            verdict=judge(stages),
            newest=newest,
            here=files.get("facts/here", b"").decode().strip(),
            stages=stages,
            suites=suites,
            # A selection of tests measures no coverage; the file is of the last whole run.
            coverage=None if any(stage["note"] for stage in stages) else read("reports/coverage.xml", read_coverage),
            images=read("facts/images.tsv", read_images),
            record=read("target/release.json", json.loads),
            sums=read("target/SHA256SUMS", lambda text: [line.split() for line in text.splitlines()]),
            lint=read("reports/lint.tsv", lambda text: [line.split("\t") for line in text.splitlines()]),
            others=files.get("facts/files", b"").decode().splitlines(),
        )
    }
    for name, suite in suites.items():
        if suite["page"] == f"{name}.html":
            page = HTMLReport()
            page.load(suite["junit"], suite["title"])
            pages[suite["page"]] = str(page)
    return pages


def main():
    """Read the archive, write the other."""
    try:
        pages = make(read_archive(sys.stdin.buffer))
    except (tarfile.TarError, ValueError) as error:
        sys.exit(f"FAIL: {error}")
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as archive:
        for name, text in pages.items():
            content = text.encode()
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = len(content), time.time(), 0o644
            archive.addfile(member, io.BytesIO(content))


if __name__ == "__main__":
    main()
