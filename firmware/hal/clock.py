# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Ticks and the calendar clock, as seconds since 1970-01-01T00:00:00Z on every port.

MicroPython's own epoch differs by port, so the calendar is read and set field by field.
"""

import time

import machine
from micropython import const

_DAYS_TO_1970 = const(719468)  # from 0000-03-01, the era's beginning below


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 of a date of the Gregorian calendar."""
    if month <= 2:
        year -= 1
        month += 12
    era_day = 365 * year + year // 4 - year // 100 + year // 400
    return era_day + (153 * (month - 3) + 2) // 5 + day - 1 - _DAYS_TO_1970


def _date(days: int) -> tuple[int, int, int]:
    """(year, month, day) of a number of days since 1970-01-01."""
    days += _DAYS_TO_1970
    era, in_era = divmod(days, 146097)
    year = (in_era - in_era // 1460 + in_era // 36524 - in_era // 146096) // 365
    in_year = in_era - (365 * year + year // 4 - year // 100)
    month = (5 * in_year + 2) // 153
    day = in_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return year + era * 400 + (1 if month <= 2 else 0), month, day


class Clock:
    """Microsecond ticks that wrap, and a calendar clock that this firmware only moves forward."""

    def __init__(self) -> None:
        self._rtc = machine.RTC()
        self.ticks_us = time.ticks_us
        self.ticks_diff = time.ticks_diff

    def utc_s(self) -> int:
        """Seconds since 1970 by the calendar clock."""
        now = self._rtc.datetime()
        return _days(now[0], now[1], now[2]) * 86400 + now[4] * 3600 + now[5] * 60 + now[6]

    def floor(self, utc_s: int) -> None:
        """Set the calendar clock forward to `utc_s` where it is behind."""
        if self.utc_s() >= utc_s:
            return
        days, second = divmod(utc_s, 86400)
        year, month, day = _date(days)
        minute = second // 60 % 60
        self._rtc.datetime(
            (year, month, day, (days + 3) % 7, second // 3600, minute, second % 60, 0)
        )
