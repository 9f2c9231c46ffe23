# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Counts frames that were lost, from the time between those that came.

The sensor's driver queues frames while the loop is busy: a long gap is then followed by short
ones. So missing frames are first suspected, and counted as lost once the pace is normal again.
"""


class Cadence:
    """`frame` for each frame, `take` for each seal. Allocates nothing."""

    def __init__(self, rate_mhz: int) -> None:
        self._period_us = 1000000000 // rate_mhz
        self.begin()

    def begin(self) -> None:
        """A recording begins; the time to its first frame is not a gap."""
        self._gap_us = -1
        self._suspected = 0
        self._lost = 0

    def pass_time(self, passed_us: int) -> None:
        """Time went by."""
        if self._gap_us >= 0:
            self._gap_us += passed_us

    def frame(self) -> None:
        """A frame came."""
        period_us = self._period_us
        gap_us = self._gap_us
        self._gap_us = 0
        if gap_us < 0:
            return
        if gap_us * 2 >= period_us * 3:
            self._suspected += (gap_us + period_us // 2) // period_us - 1
        elif gap_us * 2 < period_us:
            if self._suspected:
                self._suspected -= 1
        else:
            self._lost += self._suspected
            self._suspected = 0

    def lose(self) -> None:
        """A frame came and could not be kept."""
        self._lost += 1

    def take(self, end: bool) -> int:
        """Frames lost since the last time; at the end the suspected count too."""
        lost = self._lost
        self._lost = 0
        if end:
            lost += self._suspected
            self._suspected = 0
        return lost
