# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What must hold before a key may be drawn or a recording begun; each check fails closed.

The random source is judged by its wiring, not by statistics: it must be there, give what is
asked for, differ from draw to draw, and not begin as it did at the boot before. There is no other
source to fall back to.
"""

import hashlib

from micropython import const

from recorder.errors import ClockFailed, RandomFailed

_DRAW_BYTES = const(32)
_DRAWS = const(4)
_LEAST_VALUES = const(8)  # of 32 random bytes: fewer come once in 10^24 draws
_CLOCK_READS = const(1000000)


def check_random(random, last_boot: bytes | None) -> bytes:
    """The digest of the first draw, to be kept for the next boot. RandomFailed otherwise."""
    seen = []
    for _ in range(_DRAWS):
        try:
            drawn = random(_DRAW_BYTES)
        except (OSError, NotImplementedError, AttributeError) as error:
            raise RandomFailed("no answer: %r" % error)
        if not isinstance(drawn, bytes) or len(drawn) != _DRAW_BYTES:
            raise RandomFailed("not as many bytes as asked for")
        if len(set(drawn)) < _LEAST_VALUES:
            raise RandomFailed("stuck")
        if drawn in seen:
            raise RandomFailed("repeats itself")
        seen.append(drawn)
    first = hashlib.sha256(seen[0]).digest()
    if first == last_boot:
        raise RandomFailed("begins as at the last boot")
    return first


def check_clock(clock) -> None:
    """The monotonic clock moves. ClockFailed otherwise."""
    start = clock.ticks_us()
    for _ in range(_CLOCK_READS):
        if clock.ticks_diff(clock.ticks_us(), start) > 0:
            return
    raise ClockFailed("stands still")
