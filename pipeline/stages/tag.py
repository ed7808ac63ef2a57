"""Tag the accepted release: tag [TAG...]; by default, by rule."""

import re
from collections.abc import Sequence

from pipeline.commands.git import git
from pipeline.configuration import PARTS
from pipeline.errors import VerdictError
from pipeline.stages import Context, accept

TAG = re.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
OCI = "org.opencontainers.image."


def run(context: Context, *words: str) -> None:
    for word in words:
        check(context, word)
    accept.require(context)
    configuration = context.configuration
    version, revision = label(context, "version"), label(context, "revision")
    commit, dirty = revision.removesuffix("-dirty")[:12], revision.endswith("-dirty")
    if dirty:
        context.info(
            f"The release was built from commit {commit} with changes that are not committed: it gets -dirty tags only"
        )
    tags = words or by_rule(context, version, revision)
    for tag in tags:
        if dirty and not re.search(r"-dirty(\.|$)", tag):
            raise VerdictError(
                f"expected a committed tree for the tag '{tag}', found changes on top of {commit}. "
                f"Commit them, then: {context.make('release')}; or: {context.make('tag', f'{tag}-dirty')}"
            )
    for tag in tags:
        for part in PARTS:
            context.engine.tag(configuration.image(part, "accepted"), f"{configuration.repository(part)}:{tag}")
        context.info(f"Tagged {configuration.repository('app')}:{tag}, and its {' '.join(PARTS[1:])}")
    context.success(f"Tagging complete. Next: {context.make('publish')}")


def check(context: Context, word: str) -> None:
    if word in context.given("TARGETS").split():
        raise VerdictError(f"expected a tag, found '{word}', which is a target of the Makefile. Choose another name.")
    if not TAG.fullmatch(word):
        raise VerdictError(
            "expected a tag of letters, digits, '_', '.' and '-' (128 at most, not starting with '.' or '-'), "
            f"found '{word}'. Correct it."
        )


def label(context: Context, name: str) -> str:
    return context.engine.label(context.image("app", "accepted"), OCI + name)


def by_rule(context: Context, version: str, revision: str) -> Sequence[str]:
    """Return the default tags (docs/deploying.md, "Names")."""
    if revision == "unknown":
        raise VerdictError(
            "expected the release to be built from a git commit, found none. "
            f"Commit, then: {context.make('release')}; or name it: {context.make('tag', version)}"
        )
    commit = revision.removesuffix("-dirty")[:12]
    if revision.endswith("-dirty"):
        return [f"{commit}-dirty"]

    def ask(*arguments: str) -> str:
        return context.capture(git(context.root, *arguments)).output

    tags = [version, commit]
    # On main: built from main's current commit.
    if ask("symbolic-ref", "--quiet", "--short", "HEAD") == "main" and ask("rev-parse", "HEAD") == revision:
        tags += [f"{commit}-develop", "develop"]
        if re.fullmatch(r"[0-9]+(\.[0-9]+)*", version):
            tags.append("latest")
    return tags
