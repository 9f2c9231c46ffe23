# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The server's clock, which fails closed.

Times that go into the log never fall. A system clock that stands further behind the log than the
slack stops acceptance with a named error, and service resumes when it is right again.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from upstream.errors import UnavailableError


def system_us() -> int:
    """Microseconds since 1970 by the system's clock."""
    return time.time_ns() // 1000


class Clock:
    """Time in microseconds since 1970, not below what was written last."""

    def __init__(self, slack_s: int, read_us: Callable[[], int] = system_us) -> None:
        self._slack_us = slack_s * 1_000_000
        self._read_us = read_us

    def now_us(self, floor_us: int) -> int:
        """Now, given the time of the last log entry."""
        now_us = self._read_us()
        if now_us < floor_us - self._slack_us:
            raise UnavailableError(
                "The server's clock stands behind its own log.",
                "Set the server's clock; it accepts again by itself.",
            )
        return max(now_us, floor_us)
