"""Make a virtual environment from locks, and keep it until a lock changes: python-env FOLDER LOCK..."""

import hashlib
import os
import shutil
import sys

from pipeline.errors import NETWORK_HINT, VerdictError
from pipeline.stages import Context, engine

NAMES = ("python3", "python3.14", "python3.13", "python3.12", "python3.11")
OLDEST = "import sys; print(sys.version); sys.exit(sys.version_info < (3, 11))"


def run(context: Context, folder: str, *locks: str) -> None:
    make(context, folder, *locks)


def make(context: Context, folder: str, *locks: str) -> str:
    """Make the environment, unless it is of these locks; return the path of its Python, from the checkout."""
    python, version = find_python(context)
    path = context.root / folder
    made_from = path / "locks"
    content = b"".join((context.root / lock).read_bytes() for lock in locks)
    digest = hashlib.sha256(content + version.encode()).hexdigest()
    its_python = f"{folder}/bin/python"
    if made_from.exists() and made_from.read_text() == digest:
        return its_python
    context.info(f"Making {folder}/ from {' '.join(locks)}...")
    shutil.rmtree(path, ignore_errors=True)
    if context.capture([python, "-m", "venv", folder]).status != 0:
        shutil.rmtree(path, ignore_errors=True)
        install_venv(context, python)
        context.must([python, "-m", "venv", folder], f"'{python} -m venv' to work")
    requirements = [part for lock in locks for part in ("-r", lock)]
    pip = [its_python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    # The user's pip.conf may say user = true, which an environment refuses.
    context.must([*pip, *requirements], "pip to install the locked packages", NETWORK_HINT, extra={"PIP_USER": "no"})
    made_from.write_text(digest)
    return its_python


def find_python(context: Context) -> tuple[str, str]:
    """Return the first Python that Django runs on, and its version. Raises VerdictError for none."""
    for name in NAMES:
        answer = context.capture([name, "-c", OLDEST])
        if answer.status == 0:
            return name, answer.output
    raise VerdictError(
        f"expected Python 3.11 or newer, found {sys.version.split()[0]}. "
        f"Install it, or use Docker: {context.make('test')}"
    )


def install_venv(context: Context, python: str) -> None:
    """Install the package in which Debian keeps venv."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise VerdictError(
            f"expected '{python} -m venv' to work, found that it does not. "
            "On Debian or Ubuntu type: sudo apt-get install python3-venv"
        )
    context.info("Installing python3-venv from the distribution's packages")
    engine.update_lists(context)
    engine.apt_install(context, "python3-venv")
