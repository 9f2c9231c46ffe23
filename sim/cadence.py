# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""When a sensor's frames are there: pure arithmetic on times that are given.

A sensor makes a frame each period whether or not anyone fetches it. The newest that was not
fetched waits in the driver's buffers; what they can't hold is skipped and counted, as a real
sensor does it. docs/simulator.md §3.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Slot:
    """One frame: its number since the sensor woke, when it is there, how many were lost before."""

    number: int
    due_us: int
    skipped: int


class Cadence:
    """The frames of a stream that began at `start_us`, at `rate_mhz` frames in 1,000 s."""

    def __init__(self, rate_mhz: int, start_us: int) -> None:
        if rate_mhz <= 0:
            raise ValueError("a rate is above 0")
        self._rate_mhz = rate_mhz
        self._start_us = start_us
        self._last = -1

    def due_us(self, number: int) -> int:
        """When frame `number` is there; its place does not drift however long the stream is."""
        return self._start_us + (number + 1) * 1_000_000_000 // self._rate_mhz

    def next(self, now_us: int, waiting: int = 1) -> Slot:
        """The frame that a snapshot at `now_us` gets, which may be due in the future.

        `waiting` finished frames find room. One more, and all but the newest are dropped, so
        that a snapshot always returns a recent frame (OpenMV `CSI.framebuffers`).
        """
        newest = (now_us - self._start_us) * self._rate_mhz // 1_000_000_000 - 1
        if now_us >= self.due_us(newest + 1):  # due times are rounded down
            newest += 1
        number = self._last + 1 if newest - self._last <= waiting else newest
        skipped = number - self._last - 1
        self._last = number
        return Slot(number, self.due_us(number), skipped)
