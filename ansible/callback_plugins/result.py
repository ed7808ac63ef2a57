"""The result of a run as one line of JSON, for the program that started it."""

from __future__ import annotations

import json
import os
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: result
type: notification
short_description: The result of a run as JSON
description:
  - Leaves C(message), what the last task that failed has to say ("" where none did), and C(stats), what the plays set
    with P(ansible.builtin.set_stats#module).
  - It is in the file that the variable RESULT_FILE names; without one it is the last line of the output.
"""

MARK = "FAIL: "


class CallbackModule(CallbackBase):
    """Keeps the message of a failure, and writes it at the end."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "result"

    def __init__(self) -> None:
        super().__init__()
        self.message = ""

    def v2_runner_on_failed(self, result, ignore_errors=False):
        """Keep what a task says. What modules say is in the output; a message of the plays begins with a mark."""
        message = str(result.result.get("msg", ""))
        if message.startswith(MARK) and not ignore_errors:
            self.message = message.removeprefix(MARK)

    def v2_runner_item_on_failed(self, result):
        """Keep what a task says of one item of a loop."""
        self.v2_runner_on_failed(result)

    def v2_playbook_on_stats(self, stats):
        """Write the result."""
        text = json.dumps({"message": self.message, "stats": stats.custom.get("_run", {})})
        if os.environ.get("RESULT_FILE"):
            Path(os.environ["RESULT_FILE"]).write_text(text)
        else:
            self._display.display(text)
