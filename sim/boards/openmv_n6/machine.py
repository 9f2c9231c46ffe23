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

_BEFORE_MONTH = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
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


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970; the 32-bit port's own calendar ends in 2038, the chip's in 2099."""
    days = (year - 1970) * 365 + (year - 1969) // 4 + _BEFORE_MONTH[month - 1] + day - 1
    return days + (1 if month > 2 and year % 4 == 0 else 0)


def _date(days: int) -> tuple:
    year = 1971 + days * 4 // 1461
    while days < _days(year, 1, 1):
        year -= 1
    month = 12
    while days < _days(year, month, 1):
        month -= 1
    return (year, month, days - _days(year, month, 1) + 1)


class RTC:
    """The clock with a battery: what it is set to outlives a power cut, but not the room."""

    def datetime(self, when: tuple | None = None) -> tuple | None:
        """(year, month, day, weekday, hours, minutes, seconds, subseconds): read or set."""
        now_us = time.time_ns() // 1000
        if when is None:
            seconds, subseconds_us = divmod(now_us + _line.order["rtc_us"], 1000000)
            days, second = divmod(seconds, 86400)
            hours, minutes = second // 3600, second // 60 % 60
            return _date(days) + ((days + 3) % 7 + 1, hours, minutes, second % 60, subseconds_us)
        year, month, day, _, hours, minutes, seconds, subseconds_us = when
        seconds += _days(year, month, day) * 86400 + hours * 3600 + minutes * 60
        _line.order["rtc_us"] = seconds * 1000000 + subseconds_us - now_us
        _line.tell("rtc", _line.order["rtc_us"])
        return None
