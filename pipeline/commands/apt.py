"""Debian's package manager."""

from collections.abc import Sequence

# Packages must not ask questions.
QUIET = {"DEBIAN_FRONTEND": "noninteractive"}


def update() -> Sequence[str]:
    return ("apt-get", "-qq", "update")


def install(*packages: str) -> Sequence[str]:
    return ("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)
