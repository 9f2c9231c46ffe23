# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The camera's two clocks: monotonic since boot, and UTC with its uncertainty.

`stamp` holds both as the last 20 bytes of a chunk's header (docs/format.md section 5), and
`advance` moves it on in place: 64-bit microseconds don't fit the small integers of a 32-bit
board, and a chunk must not allocate. It must be called every 8 minutes at least, before ticks
wrap; the loop does so in each turn.

UTC comes from a signed time answer and then from the ticks; its uncertainty grows by 100 ppm.
Before the first answer after boot it is the calendar clock's, uncertainty unknown.
"""

import struct

from micropython import const

UNKNOWN = 0xFFFFFFFF
STAMP_BYTES = const(20)
_UTC_AT = const(8)
_UNCERTAINTY_AT = const(16)
_US_PER_DRIFT_US = const(10000)  # 100 ppm


class Timekeeper:
    """Takes the board's clock: `ticks_us()`, `ticks_diff(a, b)`, `utc_s()`, `floor(utc_s)`."""

    def __init__(self, clock) -> None:
        self._clock = clock
        self._last_ticks = clock.ticks_us()
        self._drift_us = 0
        self._elapsed_us = 0
        self.known = False
        self.stamp = bytearray(STAMP_BYTES)
        self._put_utc(clock.utc_s() * 1000000, UNKNOWN)

    def advance(self) -> None:
        """Move the stamp on to now."""
        ticks = self._clock.ticks_us()
        passed_us = self._clock.ticks_diff(ticks, self._last_ticks)
        if passed_us <= 0:
            return
        self._last_ticks = ticks
        self._elapsed_us += passed_us
        _add(self.stamp, _UTC_AT, passed_us)
        _add(self.stamp, 2 * _UTC_AT, passed_us)
        if self.known:
            self._drift_us += passed_us
            if self._drift_us >= _US_PER_DRIFT_US:
                self._grow()

    def turn(self) -> int:
        """Move the stamp on; the microseconds since the last turn of the loop."""
        self.advance()
        elapsed_us = self._elapsed_us
        self._elapsed_us = 0
        return elapsed_us

    def mono_us(self) -> int:
        """Microseconds since boot."""
        self.advance()
        return struct.unpack_from(">Q", self.stamp, 0)[0]

    def utc_us(self) -> int:
        """Microseconds since 1970; right only where `known`."""
        self.advance()
        return struct.unpack_from(">Q", self.stamp, _UTC_AT)[0]

    def known_utc_s(self) -> int | None:
        """Seconds since 1970, or None before the first time answer after boot."""
        return self.utc_us() // 1000000 if self.known else None

    def answer(self, utc_us: int, mono_us: int, uncertainty_us: int) -> None:
        """Take a verified time answer: it was `utc_us` when `mono_us` was."""
        since_us = max(0, self.mono_us() - mono_us)
        drift_us = since_us // _US_PER_DRIFT_US + 1
        self._put_utc(utc_us + since_us, min(uncertainty_us + drift_us, UNKNOWN))
        self._drift_us = 0
        self.known = True
        self._clock.floor(utc_us // 1000000)

    def floor(self, utc_s: int) -> None:
        """No clock may show less than the last signed time."""
        self._clock.floor(utc_s)
        if not self.known and self.utc_us() < utc_s * 1000000:
            self._put_utc(utc_s * 1000000, UNKNOWN)

    def _put_utc(self, utc_us: int, uncertainty_us: int) -> None:
        struct.pack_into(">QI", self.stamp, _UTC_AT, utc_us, uncertainty_us)

    def _grow(self) -> None:
        grown_us = self._drift_us // _US_PER_DRIFT_US
        self._drift_us -= grown_us * _US_PER_DRIFT_US
        if _add(self.stamp, STAMP_BYTES, grown_us, _UNCERTAINTY_AT):
            for index in range(_UNCERTAINTY_AT, STAMP_BYTES):
                self.stamp[index] = 0xFF


def _add(register: bytearray, end: int, amount: int, begin: int = -1) -> int:
    """Add to the big-endian number that ends before `end`; the carry out. Allocates nothing."""
    index = end - 1
    stop = end - 8 if begin < 0 else begin
    while amount and index >= stop:
        amount += register[index]
        register[index] = amount & 0xFF
        amount >>= 8
        index -= 1
    return amount
