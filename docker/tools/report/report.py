"""Make a pipeline's report: one page for all stages, and a page for each suite.

Input: a tar archive on standard input, with those of these files that exist:

    reports/stages/NAME.json              one per stage, as pipeline/evidence.py writes it
    reports/{unittests,acceptance,browser,page}.xml, reports/coverage.xml, reports/lint.tsv
    target/SHA256SUMS, target/release.json
    facts/images.tsv                      role, name, id, bytes of a layer, instruction: a line per layer, newest first
    facts/files                           the names of the other files in reports/, a line each
    facts/here                            the checkout's commit and a digest of its changes, as in the stages

Output: a tar archive on standard output, with index.html and a NAME.html per suite. Links are relative.
Exit status: 1, with a sentence, for an invalid file.
"""

import io
import json
import re
import sys
import tarfile
import time
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree  # nosec B405

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader
from junit2htmlreport.case_result import CaseResult
from junit2htmlreport.parser import Junit, ParserError
from junit2htmlreport.render import HTMLReport

TEMPLATES = FileSystemLoader(Path(__file__).with_name("templates"))
# In the order of the pipeline.
STAGES = ("lint", "test", "build", "image", "start", "accept", "publish", "deploy", "rollback", "undeploy")
SUITES = {
    "unittests": "Unit tests",
    "acceptance": "Acceptance tests",
    "browser": "Browser tests",
    "page": "Page tests",
}
PAGES = ("browser/index.html", "page/index.html", "schemathesis/index.html", "figures.json")  # made by others
PROOF = ("test", "accept")  # the stages without which a release is not accepted


def read_archive(stream):
    """Read a tar archive to its end: {name: bytes} of its files."""
    with tarfile.open(fileobj=stream, mode="r|*") as archive:
        return {
            member.name.removeprefix("./"): archive.extractfile(member).read() for member in archive if member.isfile()
        }


def words(name):
    """Turn a test's name into words: `test_should_list` -> `should list`, `RefuseATitle` -> `Refuse A Title`."""
    name = name.strip()
    if " " in name:
        return name.removesuffix(" @smoke")
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name.removeprefix("test_"))
    return apart.replace("_", " ")


def sentence(name):
    """Turn a class's name into a sentence: `RefuseATitle` -> `Refuse a title`, `OpenAPI` -> `Open API`."""
    found = words(name)
    if " " not in name:
        found = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in found.split())
    return found[:1].upper() + found[1:]


def read_suite(title, text):
    """Read a JUnit report as a specification.

    Returns {title, groups: [{title, cases: [{title, outcome, said, trace}]}], passed, failed, skipped, seconds, junit},
    where `junit` is what junit2html made of it.
    """
    junit = Junit(xmlstring=text)
    cases = [case for suite in junit.suites for case in suite.all()]
    groups, outcomes = {}, Counter()
    for case in cases:
        outcome = {CaseResult.PASSED: "passed", CaseResult.SKIPPED: "skipped"}.get(case.outcome(), "failed")
        outcomes[outcome] += 1
        # nose names module and class (test_list.ListItems); mocha what the specification says, in words;
        # Playwright the file.
        name = (case.testclass.name or "").removesuffix(".js")
        title_of = sentence(name if " " in name else name.rpartition(".")[2])
        group = groups.setdefault(name, {"title": title_of, "cases": []})
        said, trace = case.failure_msg or "", case.failure or ""
        group["cases"].append({"title": words(case.name), "outcome": outcome, "said": said, "trace": trace})
    return {
        "title": title,
        "groups": list(groups.values()),
        "seconds": sum(case.duration or 0 for case in cases),
        "junit": junit,
        **{name: outcomes[name] for name in ("passed", "failed", "skipped")},
    }


def read_coverage(text):
    """Read coverage's XML: {lines, branches: (covered, valid), files: [(name, percent)] of what is not whole}."""
    root = ElementTree.fromstring(text)  # noqa: S314  # nosec B314
    files = [(found.get("filename"), 100 * float(found.get("line-rate"))) for found in root.iter("class")]
    return {
        "lines": (int(root.get("lines-covered")), int(root.get("lines-valid"))),
        "branches": (int(root.get("branches-covered")), int(root.get("branches-valid"))),
        "files": sorted((name, percent) for name, percent in files if percent < 100),
    }


def read_images(text):
    """Read the layers of images, newest first.

    Returns [{role, name, id, bytes, layers: [{bytes, text, of}]}] with the oldest layer first; `of` is the role of the
    first image that has the layer, in the order of the text: an image stands on those before it.
    """
    images, owners = {}, {}
    for line in text.splitlines():
        role, name, number, size, instruction = line.split("\t", 4)
        image = images.setdefault(role, {"role": role, "name": name, "id": number, "layers": []})
        image["layers"].insert(0, {"bytes": int(size), "text": instruction})
    for image in images.values():
        history = ()
        for layer in image["layers"]:
            # Layers are the same if all steps before them are the same.
            history += ((layer["bytes"], layer["text"]),)
            layer["of"] = owners.setdefault(history, image["role"])
        image["bytes"] = sum(layer["bytes"] for layer in image["layers"])
        image["layers"] = [layer for layer in image["layers"] if layer["bytes"]]
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
    current = {stage["stage"]: stage for stage in stages if stage["current"]}
    red = [stage for stage in current.values() if stage["status"]]
    if red:
        last = red[-1]
        said = f"{last['stage']}: {last['sentence']}" if last["sentence"] else ""
        return "red", f"Red: {', '.join(stage['stage'] for stage in red)}", said
    for stage in current.values():
        if stage["note"]:
            return (
                "grey",
                f"Only a selection was tested: {stage['note']}",
                "A selection of tests opens no gate. Type: make test.",
            )
    missing = [name for name in PROOF if name not in current]
    if not missing:
        return "green", "Accepted", f"Passed: {', '.join(sorted(current, key=STAGES.index))}."
    return "grey", "Green so far", f"Not run on these sources: {', '.join(missing)}."


def tree(commit):
    """A stage's commit in words, with a digest of uncommitted changes."""
    found, _, changes = commit.partition("+")
    return f"{found} with changes ({changes})" if changes else found


def size(number):
    """Bytes as in `docker images`: 1 MB is 1,000,000 bytes."""
    for unit, least in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= least:
            return f"{number / least:.3g} {unit}"
    return f"{number} B"


def span(seconds):
    """Seconds in words."""
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s" if seconds >= 60 else f"{seconds:.3g} s"


def show_suite(suite):
    """A suite's page by junit2html, in our colours: each test with its time and output."""
    factory = suite["junit"].loader_factory
    themes = [PackageLoader("junit2htmlreport", "templates/default"), PackageLoader("junit2htmlreport", "templates")]
    factory.baseloaders["ours"] = ChoiceLoader([TEMPLATES, *themes])
    factory.select_loader("ours")
    suite["junit"].loader_factory = factory
    page = HTMLReport()
    page.load(suite["junit"], suite["title"])
    return str(page)


def make(files):
    """Make the pages: {name: text}, from {name: bytes}. Raises ValueError for an invalid file."""

    def read(name, reader, *arguments):
        if not files.get(name):
            return None
        try:
            return reader(*arguments, files[name].decode())
        except (ParserError, ElementTree.ParseError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"expected {name} as its stage writes it, found: {error}") from error

    notes = [read(name, json.loads) for name in files if name.startswith("reports/stages/")]
    stages, newest = look_at_stages([note for note in notes if note])
    suites = {name: read(f"reports/{name}.xml", read_suite, title) for name, title in SUITES.items()}
    others = files.get("facts/files", b"").decode().splitlines()
    environment = Environment(loader=TEMPLATES, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"size": size, "span": span, "sentence": sentence, "tree": tree}
    index = environment.get_template("index.html").render(
        verdict=judge(stages) if stages else ("grey", "No stage has run", ""),
        newest=newest,
        here=files.get("facts/here", b"").decode().strip(),
        stages=stages,
        old={stage["stage"]: stage["commit"] for stage in stages if not stage["current"]},
        suites={name: suite for name, suite in suites.items() if suite},
        # A selection of tests measures no coverage; the file is of the last whole run.
        coverage=None if any(stage["note"] for stage in stages) else read("reports/coverage.xml", read_coverage),
        coverage_page="coverage/index.html" in others,
        images=read("facts/images.tsv", read_images),
        sums=read("target/SHA256SUMS", lambda text: [line.split() for line in text.splitlines()]),
        record=read("target/release.json", json.loads),
        lint=read("reports/lint.tsv", lambda text: [line.split("\t") for line in text.splitlines()]),
        screenshots=sorted(name for name in others if name.startswith("screenshots/")),
        others=[name for name in others if name in PAGES],
    )
    return {"index.html": index, **{f"{name}.html": show_suite(suite) for name, suite in suites.items() if suite}}


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
