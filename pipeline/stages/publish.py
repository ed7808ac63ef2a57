"""Publish the accepted release: wheels to the package index, images and the record to the registry, by every tag.

All checks come before anything is sent.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pipeline import evidence, files, images, registry
from pipeline.commands import docker
from pipeline.commands.git import git
from pipeline.configuration import PARTS
from pipeline.errors import InfrastructureError, ReportedError, VerdictError
from pipeline.stages import Context, accept, tag
from pipeline.stages.parents import STAND_IN

# These tags move with each release. Every other tag never moves.
MOVES_ON = re.compile(r"latest|develop|.*-dirty(\..*)?")

# The files of the edge's and the agent's images, which stay the same over many releases.
EDGE = (
    "docker/deploy/edge.conf",
    *(f"docker/release/{name}.conf" for name in ("common", "errors", "headers")),
    *(f"docker/release/{name}" for name in ("Dockerfile", "rootfs.sh", "nginx.sh", "healthcheck.sh")),
)
AGENT = ("ansible", "base-image")


def run(context: Context) -> None:
    """Check, upload the wheels, push the images, write the record."""
    with evidence.stage(context, "publish") as stage:
        tags = check(context)
        given = images.index_variables(context.runner.user_environment)
        publish_wheels(context, given)
        digests = push_images(context, tags)
        write_record(context, tags, digests, given)
        context.success(
            f"Published in {stage.seconds} s; target/release.json says what. Next: {context.make('deploy')}"
        )


def check(context: Context) -> list[str]:
    """Return the tags to publish. Raises VerdictError for a release that has not passed or would replace another."""
    configuration = context.configuration
    host = configuration.knob("DOCKER_REGISTRY")
    accept.require(context)
    check_parents(context)
    tags = tags_of(context, "app")
    if not tags:
        raise VerdictError(
            f"expected the accepted release to have a name in {host}/{configuration.knob('ORG_NAME')}, found none. "
            f"Type: {context.make('tag')}"
        )
    wheels = context.capture(git(context.root, "hash-object", "target/SHA256SUMS")).output
    if wheels != context.engine.label(configuration.image("app", "accepted"), "todobackend.wheels"):
        raise VerdictError(
            "expected target/ to hold the wheels of the accepted release, found others. "
            f"Type: {context.make('release')}"
        )
    context.info(f"Asking what {host} has already...")
    for name in (name for name in tags if not MOVES_ON.fullmatch(name)):
        for part in PARTS:
            full = f"{configuration.repository(part)}:{name}"
            there = in_registry(context, full)
            if there and context.engine.image_id(configuration.image(part, "accepted")) not in there:
                raise VerdictError(
                    f"expected {full} to be new, found it published with another content ({there[0]}). What is "
                    "published is not replaced: raise the version in src/todobackend/__init__.py, "
                    "commit, then "
                    f"{context.make('release')}; or take the tag away: docker rmi {full}"
                )
    return tags


def check_parents(context: Context) -> None:
    """Refuse a release on parents made on this machine without STAND_INS=yes: others expect a registry's."""
    made_here = [name for name in context.parents().values() if name.startswith(STAND_IN)]
    if made_here and context.knob("STAND_INS") != "yes":
        raise VerdictError(
            "expected a release that stands on a registry's images, found that it stands on "
            f"{' and '.join(made_here)}, made on this machine. Let the engine reach a registry, then: "
            f"{context.make('release', 'PARENTS=pull')}; or publish it as it is: "
            f"{context.make('publish', 'STAND_INS=yes')}"
        )


def tags_of(context: Context, part: str) -> list[str]:
    accepted = context.image(part, "accepted")
    names = context.lines(docker.image_field("{{range .RepoTags}}{{println .}}{{end}}", accepted))
    start = f"{context.configuration.repository(part)}:"
    return sorted(name[len(start) :] for name in names if name.startswith(start))


def in_registry(context: Context, name: str) -> list[str]:
    """Return the digests that the registry has for a name, the manifest's and the configuration's; [] for none.

    Most engines use the latter as an image's id. Not `docker manifest inspect`: it says "no such manifest" for any
    unexpected response of a registry.
    """
    inspect = ("docker", "buildx", "imagetools", "inspect")
    answer = context.capture((*inspect, name), errors=True)
    if answer.status != 0:
        if ": not found" in answer.output:
            return []
        raise registry.failure(context, f"an answer of {context.knob('DOCKER_REGISTRY')} on {name}", answer.output)
    raw = context.capture((*inspect, "--raw", name)).output
    own = re.findall("^Digest: *(.*)$", answer.output, re.MULTILINE)
    return own[:1] + re.findall('"digest": *"(sha256:[0-9a-f]*)"', raw)[:1]


def push(context: Context, name: str) -> str:
    """Push an image; return its digest in the registry."""
    answer = context.runner.show(("docker", "push", name), lambda _line: False)
    if answer.status != 0:
        raise registry.failure(context, f"to push {name}", answer.output)
    found = re.findall("^.*: digest: (sha256:[0-9a-f]*) .*$", answer.output, re.MULTILINE)
    if not found:
        raise InfrastructureError(
            f"expected docker push to tell the digest of {name}, found none. Look at: docker push"
        )
    return str(found[-1])


def publish_wheels(context: Context, given: dict[str, str]) -> None:
    """Upload the wheels, if there is an index."""
    images.build_publisher(context)
    if not given.get("PACKAGE_INDEX_URL"):
        context.info("PACKAGE_INDEX_URL is not set: the wheels stay in target/")
        return
    on_wheels(context, given, "check")
    context.info("Uploading the wheels...")
    on_wheels(context, given, "publish")


def on_wheels(context: Context, given: dict[str, str], verb: str, folder: Path | None = None) -> None:
    """Run docker/tools/publish/wheels.py, which prints its own errors."""
    command = images.with_publisher(context, folder or context.root / "target", "wheels.py", verb)
    if context.run(command, given) != 0:
        raise ReportedError


def push_images(context: Context, tags: Sequence[str]) -> dict[str, str]:
    context.info("Pushing the images...")
    repository, found = context.configuration.repository, {}
    for part in PARTS:
        for name in tags:
            digest = push(context, f"{repository(part)}:{name}")
            context.detail(f"{repository(part)}:{name} {digest}")
            found[part] = f"{repository(part)}@{digest}"
    images.build_agent(context)
    images.build(context, "the edge", "edge")
    built, mysql = context.configuration.image, context.parent("MYSQL_PARENT")
    found["edge"] = keep(context, "edge", built("edge"), recipe(context, *EDGE))
    found["agent"] = keep(context, "agent", built("agent"), recipe(context, *AGENT))
    if mysql.startswith(STAND_IN):  # no registry has it
        found["db"] = keep(context, "db", mysql, f"{mysql.rpartition(':')[2]}-{context.parent('PACKAGES_AS_OF')}")
    else:
        found["db"] = context.capture(docker.image_field("{{index .RepoDigests 0}}", mysql)).output
    for name in ("edge", "agent", "db"):
        if "@sha256:" not in found[name]:
            raise InfrastructureError(f"expected the digest of {name}, found '{found[name]}'. Read above.")
        context.detail(found[name])
    return found


def recipe(context: Context, *places: str) -> str:
    """Return a short digest of an image's input: files, parent, the day of Debian's packages."""
    given = f"{context.parent('DEBIAN_PARENT')} {context.parent('PACKAGES_AS_OF')}"
    return files.digest(context.root, *places, given=given)[:12]


def keep(context: Context, part: str, image: str, name: str) -> str:
    """Return an image's name with its digest. An image that the registry has under this tag is used as it is.

    So a release without a change of the image keeps the running containers.
    """
    full = f"{context.configuration.repository(part)}:{name}"
    there = in_registry(context, full)
    if not there:
        context.engine.tag(image, full)
        there = [push(context, full)]
        context.engine.must("docker", "rmi", full)
    return f"{context.configuration.repository(part)}@{there[0]}"


def write_record(context: Context, tags: Sequence[str], digests: dict[str, str], given: dict[str, str]) -> None:
    """Write target/release.json, and push it as an image by every tag."""
    context.info("Writing the record...")
    configuration = context.configuration
    accepted = configuration.image("app", "accepted")
    facts = {
        "version": tag.label(context, "version"),
        "commit": tag.label(context, "revision"),
        "tags": " ".join(tags),
        "base": context.engine.image_id(configuration.image("base")),
        "parent": context.parent("DEBIAN_PARENT"),
        "packages_as_of": context.parent("PACKAGES_AS_OF"),
        "platform": context.capture(docker.image_field("{{.Os}}/{{.Architecture}}", accepted)).output,
        # The address may contain a user and a password.
        "index": re.sub("//[^/]*@", "//", given.get("PACKAGE_INDEX_URL", "")),
        **digests,
    }
    pairs = [f"{name}={value}" for name, value in facts.items()]
    writer = images.with_publisher(context, context.root / "target", "record.py", *pairs)
    context.must(writer, "the record to be written", extra=given)
    record = first_record(context, tags) or build_record(context)
    repository = configuration.repository("record")
    for name in tags:
        context.engine.tag(record, f"{repository}:{name}")
        context.detail(f"{repository}:{name} {push(context, f'{repository}:{name}')}")


def first_record(context: Context, tags: Sequence[str]) -> str:
    """Return the id of an earlier record of this release, "" for none, and put it into target/.

    The images are the same, or `check` would have refused; so the record's time and tags stay.
    """
    repository = context.configuration.repository("record")
    for name in (name for name in tags if not MOVES_ON.fullmatch(name)):
        if in_registry(context, f"{repository}:{name}"):
            with tempfile.TemporaryDirectory() as folder:
                registry.fetch_record(context, name, Path(folder))
                text = (Path(folder) / "release.json").read_text()
            (context.root / "target/release.json").write_text(text)
            return context.engine.image_id(f"{repository}:{name}")
    return ""


def build_record(context: Context) -> str:
    context.must(context.compose("images", "build", "--quiet", "record"), "the record to build")
    return context.engine.image_id(context.image("record"))
