"""The failures of a verb. A message says what was expected, what was found, and what to type."""

# The end of the message of a build that failed.
NETWORK_HINT = (
    "A full disk shows in: docker system df. "
    "If it is the network: docs/troubleshooting.md says which variables name a proxy, a certificate or an index."
)


class PipelineError(Exception):
    """A failure. If the message is empty, the user has seen one already."""

    status = 2


class VerdictError(PipelineError):
    """A failed check of a knob, the machine, the source or the release."""

    status = 1


class InfrastructureError(PipelineError):
    """No verdict: Docker, the network or the machine failed."""


class RedTestsError(VerdictError):
    """Failed tests, which the user has seen."""


class ReportedError(VerdictError):
    """A failed command that printed its own message."""
