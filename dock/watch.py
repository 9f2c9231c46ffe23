# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Ends a session in which something is due and does not come: the link's only clock.

Two bounds on whatever is due: it may not be still for long, and it may not take long in all.
docs/link.md §3.
"""

import asyncio
import math
from collections.abc import Callable

from dock.errors import LinkError, Silent


class Watch:
    """`due` and `done` say what is waited for, `moved` that bytes came; `fail` ends it."""

    def __init__(self, still_ms: int, fail: Callable[[LinkError], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._still_s = still_ms / 1000
        self._fail = fail
        self._moved_s = 0.0
        self._end_s = math.inf  # nothing is due
        self._what = ""
        self._timer: asyncio.TimerHandle | None = None

    def due(self, what: str, whole_ms: int) -> None:
        """From now, `what` is due, all of it within `whole_ms`."""
        self._moved_s = self._loop.time()
        self._end_s = self._moved_s + whole_ms / 1000
        self._what = what
        if self._timer is None:
            self._arm()

    def moved(self) -> None:
        """Something came."""
        self._moved_s = self._loop.time()

    def done(self) -> None:
        """Nothing is due any more."""
        self._end_s = math.inf
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        first_s = min(self._end_s, self._moved_s + self._still_s)
        self._timer = self._loop.call_at(first_s, self._look)

    def _look(self) -> None:
        self._timer = None
        now_s = self._loop.time()
        if now_s >= self._end_s or now_s >= self._moved_s + self._still_s:
            self._fail(Silent(self._what))
        else:
            self._arm()
