"""How a verb fails. A message says what was expected, what was found, and what to type."""

from __future__ import annotations

# The end of the message of a build that failed.
NETWORK_HINT = (
    "A full disk shows in: docker system df. "
    "If it is the network: docs/troubleshooting.md says which variables name a proxy, a certificate or an index."
)


class PipelineError(Exception):
    """A failure to show to the user. Without a message it was shown already."""

    status = 2


class VerdictError(PipelineError):
    """A verdict: a knob, the machine, the source or the release is not as it must be."""

    status = 1


class InfrastructureError(PipelineError):
    """No verdict: Docker, the network or the machine failed."""


class RedTestsError(VerdictError):
    """Tests are red; which they are was shown."""


class ReportedError(VerdictError):
    """A verdict of a command that printed its own message."""
