# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Who has run since the watchdog was last fed: it is fed only when everyone has."""

from micropython import const

TIME = const(1)
CONTROLS = const(2)
SIGNALS = const(4)
WORK = const(8)
_ALL = const(15)


class Liveness:
    """Each component checks in once it has done its unit."""

    def __init__(self) -> None:
        self._seen = 0

    def check_in(self, who: int) -> None:
        """One component has run."""
        self._seen |= who

    def take(self) -> bool:
        """True where all have run since it was last true."""
        if self._seen != _ALL:
            return False
        self._seen = 0
        return True
