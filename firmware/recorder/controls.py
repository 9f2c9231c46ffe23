# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The wearer's buttons: one event a press, bounce and glitches left out."""

from micropython import const

_STABLE_US = const(30000)


class Button:
    """Turns a bouncing contact into presses; `down` is its state without the bounce.

    A button held down at boot is not a press.
    """

    def __init__(self, read) -> None:
        self._read = read
        self.down = read()
        self._other_us = 0

    def step(self, passed_us: int) -> bool:
        """True once, when the button has been down for 30 ms."""
        if self._read() == self.down:
            self._other_us = 0
            return False
        self._other_us += passed_us
        if self._other_us < _STABLE_US:
            return False
        self._other_us = 0
        self.down = not self.down
        return self.down


class Controls:
    """The record and the marker button; `record` and `mark` are true for the step of a press."""

    def __init__(self, buttons) -> None:
        self._record = Button(buttons.record)
        self._mark = Button(buttons.mark)
        self.record = False
        self.mark = False

    def step(self, passed_us: int) -> None:
        """Read both buttons."""
        self.record = self._record.step(passed_us)
        self.mark = self._mark.step(passed_us)
