# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What the sense inputs really saw and heard: the figures of a seal's indicator proof.

Levels are 0..65535. What is believed errs towards the public: light counts only where it stands
out from the dark of the off phase before it, a beep only where it stands out from the silence
before it. So a sense that is stuck at one level proves nothing.
"""

from micropython import const

_LIGHT_STEP_U16 = const(8000)
_BEEP_STEP_U16 = const(8000)
_SETTLE_US = const(40000)  # photodiode and peak detector follow their source by then
_BAD_CYCLES = const(2)
_MS = const(1000)


class LightProof:
    """Milliseconds of light that were seen; `failed` after two flashes that were not."""

    def __init__(self) -> None:
        self.begin(0)

    def begin(self, dark_u16: int) -> None:
        """Recording begins; `dark_u16` is the level before the light goes on."""
        self._dark_u16 = dark_u16
        self._in_phase_us = 0
        self._seen_phase_us = 0
        self._sum = 0
        self._samples = 0
        self._bad = 0
        self._seen_us = 0
        self.failed = False

    def sample(self, lit: bool, level_u16: int, passed_us: int) -> None:
        """One reading; the light was `lit` for the `passed_us` before it."""
        self._in_phase_us += passed_us
        if lit:
            if level_u16 - self._dark_u16 >= _LIGHT_STEP_U16:
                self._seen_us += passed_us
                self._seen_phase_us += passed_us
        elif self._in_phase_us >= _SETTLE_US:
            self._sum += level_u16
            self._samples += 1

    def end_phase(self, lit: bool) -> None:
        """The light is switched now; it was `lit`."""
        if lit:
            self._bad = self._bad + 1 if self._seen_phase_us * 2 < self._in_phase_us else 0
            self.failed = self._bad >= _BAD_CYCLES
        elif self._samples:
            self._dark_u16 = self._sum // self._samples
        self._in_phase_us = self._seen_phase_us = 0
        self._sum = self._samples = 0

    def take_ms(self) -> int:
        """Milliseconds of light seen since the last time."""
        seen_ms = self._seen_us // _MS
        self._seen_us -= seen_ms * _MS
        return seen_ms


class BeepProof:
    """Beeps sounded, and those of them that were heard; `failed` after one that was not."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Recording begins."""
        self._counting = False
        self._quiet_u16 = -1
        self._in_state_us = 0
        self._on = False
        self._loud = 0
        self._samples = 0
        self._sounded = 0
        self._heard = 0
        self.failed = False

    def sound(self) -> None:
        """A beep begins that counts."""
        self._counting = True

    def sample(self, on: int, level_u16: int, passed_us: int) -> None:
        """One reading; the tone was `on` for the `passed_us` before it."""
        if bool(on) != self._on:
            if self._on:
                self._end_beep()
            self._on = bool(on)
            self._in_state_us = 0
        self._in_state_us += passed_us
        if self._on:
            self._samples += 1
            self._loud += self._quiet_u16 >= 0 and level_u16 - self._quiet_u16 >= _BEEP_STEP_U16
        elif self._in_state_us >= _SETTLE_US or self._quiet_u16 < 0:
            self._quiet_u16 = level_u16

    def take(self) -> tuple[int, int]:
        """(sounded, heard) since the last time; a beep counts when it has ended."""
        taken = (self._sounded, self._heard)
        self._sounded = self._heard = 0
        return taken

    def _end_beep(self) -> None:
        if self._counting:
            heard = self._loud * 2 >= self._samples and self._samples > 0
            self._sounded += 1
            self._heard += heard
            self.failed = not heard
        self._counting = False
        self._loud = self._samples = 0
