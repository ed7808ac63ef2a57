"""Turn this tree into a service of your own: rename NAME APP.

NAME is the project, its images and its database; APP the Django application, its item and its address.
"""

import importlib.util
import keyword
import re
from collections.abc import Callable
from pathlib import Path

from pipeline import files
from pipeline.commands.git import git
from pipeline.configuration import RESERVED_ENDINGS
from pipeline.errors import VerdictError
from pipeline.stages import Context

# The current names. (This line is renamed too, so rename can be repeated.)
OLD_NAME, OLD_APP = "todobackend", "todo"
# The older course's workflow, measured results and the history stay as they are.
KEPT = ("bench/course/", "bench/plots/", "bench/results.json", "CHANGELOG.md", "LICENSE")
OWNER = "YEAR WHO OWNS IT"
CHANGELOG = """# Changelog

What a user notices, newest first. Versions are those of `src/{name}/__init__.py`.

## 0.1.0, not yet released
"""
TAKEN = {"test", "tests", "src", "manage", "api"}


def run(context: Context, name: str = "", app: str = "") -> None:
    check(context, name, app)
    context.info(f"Renaming {OLD_NAME} to {name}, and {OLD_APP} to {app}...")
    tracked = context.capture(git(context.root, "ls-files", "-z")).output.split("\0")
    rewrite = replacements(name, app)
    for file in (file for file in tracked if file and not file.startswith(KEPT)):
        rename_text(context.root / file, rewrite)
        if OLD_NAME in file and name != OLD_NAME:
            new = context.root / file.replace(OLD_NAME, name)
            new.parent.mkdir(parents=True, exist_ok=True)
            context.must(git(context.root, "mv", file, str(new.relative_to(context.root))))
    if app != OLD_APP:
        context.must(git(context.root, "mv", f"src/{OLD_APP}", f"src/{app}"))
    # Files outside of git (byte code) would look like a package of the old name.
    for old in {OLD_NAME, OLD_APP} - {name, app}:
        files.remove(context.root / "src" / old)
    begin_anew(context, name)
    context.success(
        f"Renamed to {name}, with the application {app}: git status shows where. LICENSE asks for the owner. "
        "Containers and images of the old name stay; another checkout's make distclean removes them. "
        "Next: make lint FIX=yes, as names of another length break lines elsewhere; then make release"
    )


def check(context: Context, name: str, app: str) -> None:
    """Raise VerdictError for invalid names and a checkout with changes, before anything is changed."""
    if not (name and app):
        raise VerdictError(
            f"expected two names, found NAME='{name}' and APP='{app}'. "
            "Type for example: make rename NAME=bookshop APP=basket"
        )
    changes = context.capture(git(context.root, "status", "--porcelain"))
    if changes.status != 0:
        raise VerdictError("expected a checkout of git, found none, or no git. Type: git status")
    if changes.output:
        raise VerdictError(
            "expected a clean checkout, so that git diff shows what was renamed, found changes. "
            f"Commit or stash them, then: make rename NAME={name} APP={app}"
        )
    for knob, value in (("NAME", name), ("APP", app)):
        if not re.fullmatch("[a-z][a-z0-9]{1,19}", value):
            raise VerdictError(
                f"expected {knob} of small letters and digits (it becomes a Python package, an image and a database), "
                f"found '{value}'. Type for example: make rename NAME=bookshop APP=basket"
            )
        if knob == "NAME" and RESERVED_ENDINGS.search(value):
            raise VerdictError(
                f"expected NAME not to end as an environment's name does (dev, lab), found '{value}'. Choose another."
            )
        if is_taken(context, value):
            raise VerdictError(
                f"expected {knob} to be a name that Python has not given away, found '{value}'. Choose another."
            )
        file = stands_in(context, knob, value)
        if file and value not in (OLD_NAME, OLD_APP):
            raise VerdictError(
                f"expected {knob} to be a word that the tree does not use yet (to rename it again would change that "
                f"too), found '{value}' in {file}. Choose another."
            )
    if name == app:
        raise VerdictError(
            f"expected two different names (each is a Python package in src/), found '{name}' twice. Choose another."
        )
    if name == OLD_APP or app == OLD_NAME:
        raise VerdictError(
            f"expected names that are not taken in src/, found {name} and {app} beside {OLD_NAME} and {OLD_APP}. "
            "Choose others."
        )


def is_taken(context: Context, name: str) -> bool:
    """Whether a name is a keyword, a module of Python's, or a package that the application installs."""
    if keyword.iskeyword(name) or name in TAKEN or importlib.util.find_spec(name) is not None:
        return True
    locks = [context.root / f"src/requirements/{lock}.txt" for lock in ("release", "test")]
    packages = {line.split("==")[0].replace("-", "_") for lock in locks for line in lock.read_text().splitlines()}
    return bool({name, f"django{name}", f"django_{name}"} & packages)


def stands_in(context: Context, knob: str, value: str) -> str:
    """Return a file that contains a word, "" for none: NAME anywhere, APP where rename would change it."""
    word = value if knob == "NAME" else f"(^|[^A-Za-z0-9-]){value}(s|items?)?($|[^A-Za-z0-9-])"
    # Locks contain names of packages.
    places = ("src", "specs", "client", "ansible", "docker", "base-image", ":!*.txt", ":!*package-lock.json")
    found = context.capture(git(context.root, "grep", "-liE", word, "--", *places)).output
    return found.split("\n")[0]


def begin_anew(context: Context, name: str) -> None:
    """Start a new changelog, and add the owner to the licence, once."""
    licence, changelog = context.root / "LICENSE", context.root / "CHANGELOG.md"
    text = licence.read_text()
    if text.count("Copyright (c)") == 1:
        # The licence requires the template's own notice.
        licence.write_text(text.replace("Copyright (c)", f"Copyright (c) {OWNER}\nCopyright (c)", 1))
        changelog.write_text(CHANGELOG.format(name=name))


def replacements(name: str, app: str) -> Callable[[str], str]:
    """Return a function that renames a text.

    It replaces the project's name anywhere, and the application's as a word:
    todo, todos, TodoItem, todo_order. Words with a dash belong to others, as the page's style (todo-list).
    """
    old = OLD_APP
    rules = (
        (re.escape(OLD_NAME), name),
        (re.escape(OLD_NAME.upper()), name.upper()),
        (rf"(?<![A-Za-z0-9-]){old}(s?)(?![a-zA-Z0-9-])", rf"{app}\1"),
        (rf"(?<![A-Za-z0-9-]){old}(items?)(?![a-zA-Z0-9])", rf"{app}\1"),
        (rf"(?<![A-Za-z0-9]){old.upper()}(S?)(?![A-Za-z0-9])", rf"{app.upper()}\1"),
        (rf"{old.capitalize()}(?=Item|Config|Router)", app.capitalize()),
    )

    def rewrite(text: str) -> str:
        for pattern, new in rules:
            text = re.sub(pattern, new, text)
        return text

    return rewrite


def rename_text(file: Path, rewrite: Callable[[str], str]) -> None:
    if file.is_symlink() or not file.is_file():
        return
    content = file.read_bytes()
    if b"\0" not in content:
        # latin-1 maps each byte to a character, so bytes that are no UTF-8 stay.
        text = content.decode("latin-1")
        renamed = rewrite(text)
        if renamed != text:
            file.write_bytes(renamed.encode("latin-1"))
