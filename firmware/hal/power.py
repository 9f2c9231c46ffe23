# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Power: the dock's supply, the watchdog and the restart."""

import machine
from machine import Pin
from micropython import const

_WATCHDOG_MS = const(8000)


class Power:
    """The watchdog runs from the first `feed` on and can't be stopped."""

    def __init__(self, vbus: str) -> None:
        self._vbus = Pin(vbus, Pin.IN)
        self._watchdog = None

    def docked(self) -> bool:
        """True while a dock supplies 5 V."""
        return self._vbus.value() == 1

    def feed(self) -> None:
        """Hold the watchdog off for another 8 s."""
        if self._watchdog is None:
            self._watchdog = machine.WDT(timeout=_WATCHDOG_MS)
        self._watchdog.feed()

    def idle(self) -> None:
        """Wait for the next interrupt: a tick at the latest."""
        machine.idle()

    def restart(self) -> None:
        """Begin again at boot; does not return on a board."""
        machine.reset()

    def cause(self) -> int:
        """Why the last reset happened, in the port's own numbers."""
        return machine.reset_cause()
