"""What it means that target/ is whole, and a watch that looks at it while something else runs."""

import contextlib
import hashlib
import json
import os
import threading


def faults_of_target(checkout):
    """What is wrong with target/ at this moment; nothing where it is absent, or whole."""
    place = checkout.path("target")
    try:
        folder = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return []
    try:
        found = list(faults_in(folder))
        with contextlib.suppress(FileNotFoundError):
            # Else it left its place while we looked, and is being removed.
            if place.stat().st_ino == os.fstat(folder).st_ino:
                return found
        return []
    finally:
        os.close(folder)


def faults_in(folder):
    """Read by the folder's descriptor: by its name, it could be another one from file to file."""
    content = {}
    for name in os.listdir(folder):  # noqa: PTH208 - no Path is made of a descriptor
        with contextlib.suppress(FileNotFoundError), open(name, "rb", opener=opener_in(folder)) as file:
            content[name] = file.read()
    lines = content.pop("SHA256SUMS", b"").decode().splitlines()
    if not lines:
        yield "no SHA256SUMS"
    listed = {name: digest for digest, name in (line.split() for line in lines)}
    try:
        json.loads(content.pop("sbom.cdx.json", b""))
    except ValueError:
        yield "no whole sbom.cdx.json"
    for name in listed.keys() | content.keys():
        if name not in listed or name not in content:
            yield f"{name} {'is missing' if name in listed else 'is not listed'}"
        elif hashlib.sha256(content[name]).hexdigest() != listed[name]:
            yield f"{name} is not what is listed"


def opener_in(folder):
    return lambda name, flags: os.open(name, flags, dir_fd=folder)


class Watch(threading.Thread):
    """Look at target/ again and again while a `with` block runs."""

    def __init__(self, checkout):
        super().__init__()
        self.checkout, self.over = checkout, threading.Event()
        self.looks, self.seen = 0, set()

    def run(self):
        before = None
        while not self.over.wait(0.002):
            self.looks += 1
            # To read it all each time would take the time from what it watches.
            if (now := self.shape()) != before:
                before = now
                self.seen.add(tuple(sorted(faults_of_target(self.checkout))))

    def shape(self):
        with contextlib.suppress(FileNotFoundError), os.scandir(self.checkout.path("target")) as entries:
            return sorted((entry.inode(), entry.stat().st_size, entry.stat().st_mtime_ns) for entry in entries)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *unused):
        self.over.set()
        self.join()
