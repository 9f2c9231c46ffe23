# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Outputs that a person notices: light, vibration, and the beeper's tone."""

from machine import PWM, Pin
from micropython import const

_TONE_HZ = const(2700)  # resonance of the piezo of the parts list
_HALF = const(32768)


class Switched:
    """A load behind a transistor: on or off."""

    def __init__(self, pin: str) -> None:
        self._pin = Pin(pin, Pin.OUT)
        self._pin.value(0)

    def set(self, on: bool) -> None:
        """Switch the load."""
        self._pin.value(1 if on else 0)


class Beeper:
    """A passive piezo, driven by a square wave."""

    def __init__(self, pin: str) -> None:
        self._pwm = PWM(Pin(pin), freq=_TONE_HZ, duty_u16=0)

    def set(self, on: bool) -> None:
        """Sound the tone, or be silent."""
        self._pwm.duty_u16(_HALF if on else 0)
