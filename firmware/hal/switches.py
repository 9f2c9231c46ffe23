# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Inputs: the two buttons, and what light and beeper really did.

The senses are inputs of their own (a photodiode in the lens of the light, a tap on the piezo
behind a peak detector), never a reading of the output pin.
"""

from machine import ADC, Pin


class Buttons:
    """Two push buttons to ground, with the pin's own pull-up; not debounced."""

    def __init__(self, record: str, mark: str) -> None:
        self._record = Pin(record, Pin.IN, pull=Pin.PULL_UP)
        self._mark = Pin(mark, Pin.IN, pull=Pin.PULL_UP)

    def record(self) -> bool:
        """True while the record button is down."""
        return self._record.value() == 0

    def mark(self) -> bool:
        """True while the marker button is down."""
        return self._mark.value() == 0


class Sense:
    """The two analogue sense inputs, 0..65535."""

    def __init__(self, light: str, beeper: str) -> None:
        self._light = ADC(Pin(light))
        self._beeper = ADC(Pin(beeper))

    def light_u16(self) -> int:
        """Brightness at the light's lens."""
        return self._light.read_u16()

    def beeper_u16(self) -> int:
        """Amplitude at the piezo."""
        return self._beeper.read_u16()
