#!/usr/bin/env python3
"""Upload the wheels of target/ to a package index, and download them.

    wheels.py check      fail if the index has another file with the name of a wheel
    wheels.py publish    upload the missing wheels, then check that the index returns the same files
    wheels.py fetch      download the wheels of SHA256SUMS into the working directory, by digest

Reads SHA256SUMS in the working directory, PACKAGE_INDEX_URL (where pip would read), PACKAGE_UPLOAD_URL (where twine
writes; by default the former without `simple/`), and for uploads TWINE_USERNAME and TWINE_PASSWORD.
"""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import requests
from pypi_simple import NoSuchProjectError, PyPISimple


class PublishingError(Exception):
    """An error in one sentence: expected, found, what to do."""


def run(*command, **variables):
    """Run a command; the result has `returncode` and `stdout` (both streams).

    An address may contain a password, so it is a variable: other users can read arguments.
    """
    environment = {**os.environ, **variables}
    return subprocess.run(  # noqa: S603  # no shell
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def index_url():
    """The index's address, without user and password (str)."""
    return re.sub(r"//[^/@]*@", "//", os.environ["PACKAGE_INDEX_URL"])


def wanted():
    """The wheels of this release: {file name: SHA-256 in hexadecimal digits}."""
    lines = Path("SHA256SUMS").read_text().splitlines()
    return {name.lstrip(" *"): digest for digest, _, name in (line.partition(" ") for line in lines)}


def published(names):
    """Those of these files that the index has: {name: digest}. If the index gives no digest, it is computed.

    Raises PublishingError if the index does not respond.
    """
    found = {}
    with PyPISimple(endpoint=os.environ["PACKAGE_INDEX_URL"]) as index:
        for project in sorted({name.partition("-")[0] for name in names}):
            try:
                page = index.get_project_page(project, timeout=30)
            except NoSuchProjectError:
                continue
            except requests.RequestException as error:
                raise PublishingError(
                    f"expected a package index at {index_url()}, found none that answers ({type(error).__name__}). "
                    "Set PACKAGE_INDEX_URL, or start one to try: make registry"
                ) from error
            for package in page.packages:
                if package.filename in names:
                    found[package.filename] = package.digests.get("sha256") or digest_of(index, package)
    return found


def digest_of(index, package):
    """The SHA-256 of a file of the index, by a download (str)."""
    answer = index.s.get(package.url, timeout=60)
    answer.raise_for_status()
    return hashlib.sha256(answer.content).hexdigest()


def check():
    """The names that the index lacks, sorted. Raises PublishingError if it has another file under a name."""
    wheels = wanted()
    there = published(wheels)
    for name, digest in sorted(there.items()):
        if digest != wheels[name]:
            raise PublishingError(
                f"expected {name} to be new to {index_url()}, or there with the digest {wheels[name][:12]}, "
                f"found it there with {digest[:12]}. What is published is not replaced: raise the version, then make "
                "release; for a dependency, release from the machine that published it, or take another index"
            )
    return sorted(set(wheels) - set(there))


def publish():
    """Upload the missing wheels. Raises PublishingError if twine or the index refuses, or returns other files."""
    missing = check()
    upload_url = os.environ.get("PACKAGE_UPLOAD_URL") or re.sub(r"simple/?$", "", os.environ["PACKAGE_INDEX_URL"])
    if missing:
        twine = ("twine", "upload", "--non-interactive", "--disable-progress-bar")
        answer = run(*twine, *missing, TWINE_REPOSITORY_URL=upload_url)
        if answer.returncode != 0:
            print(answer.stdout, file=sys.stderr)
            refused = re.search(r"\b40[13]\b", answer.stdout)
            found = "that it refuses the user or the password" if refused else "the error above"
            raise PublishingError(
                f"expected {index_url()} to take {len(missing)} wheels, found {found}. "
                "Set TWINE_USERNAME and TWINE_PASSWORD, then: make publish"
            )
    lacking = check()
    if lacking:
        raise PublishingError(
            f"expected {index_url()} to give what was uploaded, found it without {', '.join(lacking)}. Look at its log"
        )
    for name in sorted(wanted()):
        print(f"   {'uploaded' if name in missing else 'was there'}: {name}")


def fetch():
    """Download the listed wheels. Raises PublishingError if one is absent or has another digest."""
    asked = Path("wanted.txt")
    asked.write_text(
        "".join("{}=={} --hash=sha256:{}\n".format(*name.split("-")[:2], digest) for name, digest in wanted().items())
    )
    pip = ("pip", "download", "-q", "--disable-pip-version-check", "--no-cache-dir", "--no-deps")
    which = ("--only-binary=:all:", "--require-hashes", "--requirement", asked, "--dest", ".")
    answer = run(*pip, *which, PIP_INDEX_URL=os.environ["PACKAGE_INDEX_URL"])
    asked.unlink()
    if answer.returncode != 0:
        print(answer.stdout, file=sys.stderr)
        raise PublishingError(
            f"expected {index_url()} to have the wheels of the record with their digests, found the error above. "
            "Nothing was installed. Publish them again from where they were built: make publish"
        )


if __name__ == "__main__":
    try:
        {"check": check, "publish": publish, "fetch": fetch}[sys.argv[1]]()
    except PublishingError as error:
        sys.exit(f"FAIL: {error}.")
