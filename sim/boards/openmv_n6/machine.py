# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Stand-in for the N6's `machine`: the part that the firmware's hal uses, as the port gives it.

The unix port's own `machine` is an extensible builtin, so this file wins by the search path.
Reset, watchdog and the battery of the clock belong to the room. docs/simulator.md §4.
"""

import select
import sys
import time

import _line
from _pins import ADC, PWM, Pin  # noqa: F401 - the module's face
from _sdcard import SDCard  # noqa: F401

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5

_awake = select.poll()
_awake.register(sys.stdin, select.POLLIN)


def reset() -> None:
    """Begin again at boot: the room takes the power away and gives it back."""
    _line.tell("reset")
    while True:
        _line.wait()


def reset_cause() -> int:
    """Why the last reset happened."""
    return _line.order["cause"]


def unique_id() -> bytes:
    """Twelve bytes that differ from board to board."""
    return bytes.fromhex(_line.order["unique_id"])


def idle() -> None:
    """Wait for an interrupt: something on USB, or the next tick."""
    _awake.poll(1)


def lightsleep(time_ms: int) -> None:
    """Wait that long."""
    time.sleep_ms(time_ms)


class WDT:
    """The watchdog, which can't be stopped; the room resets a board that does not feed it."""

    def __init__(self, id: int = 0, timeout: int = 5000) -> None:
        self._every_ms = timeout // 8
        self._told_ms = time.ticks_ms()
        _line.tell("watchdog", timeout)

    def feed(self) -> None:
        """Hold the reset off; the room is told eight times a timeout, which is enough."""
        now_ms = time.ticks_ms()
        if time.ticks_diff(now_ms, self._told_ms) >= self._every_ms:
            self._told_ms = now_ms
            _line.tell("fed")


class RTC:
    """The clock with a battery: what it is set to outlives a power cut, but not the room."""

    def datetime(self, when: tuple | None = None) -> tuple | None:
        """(year, month, day, weekday, hours, minutes, seconds, subseconds): read or set."""
        now_us = time.time_ns() // 1000
        if when is None:
            seconds, subseconds_us = divmod(now_us + _line.order["rtc_us"], 1000000)
            at = time.gmtime(seconds)
            return (at[0], at[1], at[2], at[6], at[3], at[4], at[5], subseconds_us)
        # mktime is UTC here: the room sets TZ
        year, month, day, _, hours, minutes, seconds, subseconds_us = when
        seconds = time.mktime((year, month, day, hours, minutes, seconds, 0, 0, 0))
        _line.order["rtc_us"] = seconds * 1000000 + subseconds_us - now_us
        _line.tell("rtc", _line.order["rtc_us"])
        return None
