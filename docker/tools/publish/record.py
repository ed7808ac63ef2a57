#!/usr/bin/env python3
"""Write release.json, the record of a release, into the working directory, beside its SHA256SUMS.

    record.py KEY=VALUE... PART=IMAGE...

Keys: version, commit, tags (separated by spaces), base (the base image's id), parent (the parent's name),
packages_as_of (of docker/parents/pins.env), platform (as in linux/amd64), index.
Other names are parts of the release (app, nginx, ...) with their image by digest: repository@sha256:...
"""

import datetime
import json
import sys
from pathlib import Path

KEYS = ("version", "commit", "tags", "base", "parent", "packages_as_of", "platform", "index")


def record(pairs, sums, now):
    """The record (dict) from the arguments (dict of str), the text of SHA256SUMS and the time (datetime, UTC).

    Raises ValueError if a part has no digest, because a tag can move.
    """
    images = {name: image for name, image in pairs.items() if name not in KEYS}
    for name, image in images.items():
        if "@sha256:" not in image:
            raise ValueError(f"expected {name} by digest, found {image!r}")
    return {
        "version": pairs["version"],
        "commit": pairs["commit"],
        "published": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tags": pairs["tags"].split(),
        "images": images,
        "base": {"image": pairs["base"], "parent": pairs["parent"], "packages_as_of": pairs["packages_as_of"]},
        "platform": pairs["platform"],
        "index": pairs["index"] or None,
        "wheels": {name: digest for digest, name in (line.split() for line in sums.splitlines())},
    }


if __name__ == "__main__":
    given = dict(argument.split("=", 1) for argument in sys.argv[1:])
    written = record(given, Path("SHA256SUMS").read_text(), datetime.datetime.now(datetime.UTC))
    # Atomically.
    half = Path("release.json.new")
    half.write_text(json.dumps(written, indent=2) + "\n")
    half.replace("release.json")
