# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What the demo says when a step fails: which step, what, and where to look."""

from __future__ import annotations


class DemoError(Exception):
    """A step did not do what it shows: {what}."""

    def __init__(self, what: str, next_step: str) -> None:
        self.what = what
        self.next_step = next_step
        super().__init__(what)
