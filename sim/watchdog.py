# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The board's watchdog, and an end to resets that never end. On the room's event loop.

docs/simulator.md §4.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

RESETS, WITHIN_S = 10, 20.0


class Watchdog:
    """Barks when it was started and is not fed for its time."""

    def __init__(self, bark: Callable[[], None]) -> None:
        self._bark = bark
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._time_s = 0.0

    def start(self, time_s: float) -> None:
        """Bark `time_s` from now, unless it is fed."""
        self._time_s = time_s
        self.feed()

    def feed(self) -> None:
        """Its time begins anew."""
        self.stop()
        self._timer = self._loop.call_later(self._time_s, self._bark)

    def stop(self) -> None:
        """The board is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Resets:
    """Counts resets; `endless` is told by ten within 20 s."""

    def __init__(self) -> None:
        self.count = 0
        self._times: deque[float] = deque(maxlen=RESETS)

    def endless(self, now_s: float) -> bool:
        """Count one; whether it is one too many."""
        self.count += 1
        self._times.append(now_s)
        return len(self._times) == RESETS and now_s - self._times[0] < WITHIN_S
