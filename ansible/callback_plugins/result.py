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
  - Writes C(message), the message of the last failed task or "", and C(stats), the values that the plays set with
    P(ansible.builtin.set_stats#module).
  - Writes to the file RESULT_FILE, or as the last line of the output.
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
        """Keep a failed task's message, if it is one of the plays': those begin with MARK."""
        message = str(result.result.get("msg", ""))
        if message.startswith(MARK) and not ignore_errors:
            self.message = message.removeprefix(MARK)

    def v2_runner_item_on_failed(self, result):
        """Keep the message of a failed loop item."""
        self.v2_runner_on_failed(result)

    def v2_playbook_on_stats(self, stats):
        """Write the result."""
        text = json.dumps({"message": self.message, "stats": stats.custom.get("_run", {})})
        if os.environ.get("RESULT_FILE"):
            Path(os.environ["RESULT_FILE"]).write_text(text)
        else:
            self._display.display(text)
