# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""How many bytes a wire of a given rate takes by now: pure arithmetic on times that are given.

While bytes wait, the wire is never idle: what a late wake-up missed is made up, so that the mean
rate is exact. While none wait nothing is saved up but one bus frame. Full-speed USB moves at
most 19 packets of 64 bytes in a millisecond. BUDGETS 'Link'.
"""

from __future__ import annotations

FULL_SPEED_BYTES_S = 19 * 64 * 1000
FRAME_S = 0.002
_MADE_UP_S = 0.25


class Pacer:
    """The credit of one direction of a wire, in bytes."""

    def __init__(self, rate_bytes_s: float, now_s: float, frame_s: float = FRAME_S) -> None:
        if rate_bytes_s <= 0 or frame_s <= 0:
            raise ValueError("a rate and a frame are above 0")
        self._rate_bytes_s = rate_bytes_s
        self.frame_bytes = max(1.0, rate_bytes_s * frame_s)
        self._credit = self.frame_bytes
        self._since_s = now_s
        self._busy = False

    def allowance(self, now_s: float) -> int:
        """Whole bytes that may pass now."""
        self._credit += max(0.0, now_s - self._since_s) * self._rate_bytes_s
        limit = self._rate_bytes_s * _MADE_UP_S if self._busy else self.frame_bytes
        self._credit = min(self._credit, max(limit, self.frame_bytes))
        self._since_s = now_s
        return int(self._credit)

    def passed(self, count: int, more: bool) -> None:
        """Take `count` bytes off the credit; `more` says that others still wait."""
        self._credit -= count
        self._busy = more

    def wait_s(self) -> float:
        """How long until a whole frame may pass."""
        return max(0.0, (self.frame_bytes - self._credit) / self._rate_bytes_s)
