"""Debian's package manager."""

from collections.abc import Sequence


def update() -> Sequence[str]:
    return ("apt-get", "-qq", "update")


def install(*packages: str) -> Sequence[str]:
    # Packages must not ask questions.
    command = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install")
    return (*command, "-y", "-qq", "--no-install-recommends", *packages)
