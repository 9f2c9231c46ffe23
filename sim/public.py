# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What someone in front of the camera notices: light, flashing, beeps, by their times alone.

Pure: events and the time are given. Light and sound come from the world behind the outputs, so a
covered lamp is dark here however hard it is driven. docs/simulator.md §5.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

FLASH_GAP_US = 1_600_000  # a light that did not change for so long is not flashing


class Flashing:
    """Whether a light flashes: it changed twice, and not long ago."""

    def __init__(self) -> None:
        self.on = False
        self._changes: deque[int] = deque(maxlen=2)

    def set(self, on: bool, at_us: int) -> None:
        """The light at a time."""
        if on != self.on:
            self.on = on
            self._changes.append(at_us)

    def flashing(self, now_us: int) -> bool:
        """Whether it flashes."""
        if len(self._changes) < 2:
            return False
        first, last = self._changes
        return max(last - first, now_us - last) < FLASH_GAP_US

    def until_us(self) -> int | None:
        """When it stops to count as flashing unless it changes; None where it does not flash."""
        return self._changes[-1] + FLASH_GAP_US if len(self._changes) == 2 else None


@dataclass(frozen=True)
class Notice:
    """What is to be noticed at one moment."""

    light_on: bool
    light_flashing: bool
    beeps: int
    last_beep_utc_us: int | None
    vibrating: bool


class Public:
    """Someone in front of the camera, and the lamp's drive beside it."""

    def __init__(self) -> None:
        self.light = Flashing()
        self.driven = Flashing()  # the output pin: what the firmware means to do
        self._sounding = False
        self._beeps = 0
        self._last_beep_us: int | None = None
        self._vibrating = False

    def heard(self, light_on: bool, tone_hz: int, at_us: int) -> None:
        """Light and sound as they are from `at_us` on."""
        self.light.set(light_on, at_us)
        if tone_hz and not self._sounding:
            self._beeps += 1
            self._last_beep_us = at_us
        self._sounding = tone_hz > 0

    def driven_to(self, role: str, level: bool, at_us: int) -> None:
        """An output pin as it is from `at_us` on."""
        if role == "LIGHT":
            self.driven.set(level, at_us)
        elif role == "VIBRATION":
            self._vibrating = level

    def dark(self) -> None:
        """The power is gone."""
        self.light = Flashing()
        self.driven = Flashing()
        self._sounding = self._vibrating = False

    def notice(self, now_us: int) -> Notice:
        """What is to be noticed now."""
        return Notice(
            light_on=self.light.on,
            light_flashing=self.light.flashing(now_us),
            beeps=self._beeps,
            last_beep_utc_us=self._last_beep_us,
            vibrating=self._vibrating,
        )
