"""Tag the accepted release with names that end in BUILD_TAG (else the time, UTC): buildtag [WORD...]."""

import time

from pipeline.stages import Context, accept, tag


def run(context: Context, *words: str) -> None:
    """Tag with the words, by default with the version."""
    suffix = context.knob("BUILD_TAG") or time.strftime("%Y%m%d%H%M%S", time.gmtime())
    accept.require(context)
    if not words:
        dirty = "-dirty" if tag.label(context, "revision").endswith("-dirty") else ""
        words = (tag.label(context, "version") + dirty,)
    tag.run(context, *(f"{word}.{suffix}" for word in words))
