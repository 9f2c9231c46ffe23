# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What tells people that they are recorded, and the proof that it did (DESIGN section 4).

While recording the light flashes at 1 Hz and the beeper sounds every 15 s. Light and beeper are
believed only by their sense inputs: the light must be seen on against the dark of its own off
phase, so that one that is stuck, dead, covered or out-shone counts nothing; a beep must be heard
over the silence before it. A fault is shown to the wearer by vibration, and recording goes on.
"""

from micropython import const

from recorder.proof import BeepProof, LightProof

_MS = const(1000)
_PHASE_US = const(500000)
_BEEP_EVERY_US = const(15000000)
_REMIND_AFTER_US = const(10000000)
_WARN_EVERY_US = const(15000000)

_BEEP = const(1)
_SHAKE = const(2)

# Each pattern: (milliseconds, outputs) one after another.
START = ((150, _BEEP | _SHAKE), (200, 0), (150, _BEEP | _SHAKE))
EVERY = ((150, _BEEP),)
REMIND = ((400, _SHAKE),)
STOP = ((600, _BEEP | _SHAKE),)
MARK = ((80, _SHAKE),)
REFUSED = ((80, _BEEP | _SHAKE), (80, 0)) * 3
WARNING = ((120, _SHAKE), (120, 0)) * 3
_QUEUE = const(4)


class Signals:
    """Light, beeper and vibration of a board, stepped by the loop."""

    def __init__(self, board) -> None:
        self._light = board.light
        self._beeper = board.beeper
        self._vibration = board.vibration
        self._sense = board.sense
        self._light_proof = LightProof()
        self._beep_proof = BeepProof()
        self._patterns = []
        self._step_index = 0
        self._step_us = 0
        self._outputs = 0
        self._recording = False
        self._lit = False
        self._phase_us = 0
        self._beep_us = 0
        self._age_us = 0
        self._warn_us = 0
        self._recorded_us = 0

    @property
    def faults(self) -> tuple[bool, bool]:
        """(light, beeper): True where it is not doing what it should, while recording."""
        if not self._recording:
            return False, False
        return self._light_proof.failed, self._beep_proof.failed

    def start(self) -> None:
        """Recording begins: two beeps with vibration, and the light."""
        self._light_proof.begin(self._sense.light_u16())
        self._beep_proof.begin()
        self._recording = True
        self._phase_us = self._beep_us = self._age_us = self._recorded_us = 0
        self._warn_us = _WARN_EVERY_US
        self._show(True)
        self.play(START)

    def stop(self, pattern: tuple = STOP) -> None:
        """Recording has ended."""
        self._recording = False
        self._show(False)
        self.play(pattern)

    def play(self, pattern: tuple) -> None:
        """Play a pattern, behind those that play already."""
        if len(self._patterns) < _QUEUE:
            self._patterns.append(pattern)

    def take_proof(self) -> list[int]:
        """[ms of recording, ms of light seen on, beeps sounded, beeps heard] since the last."""
        recorded_ms = self._recorded_us // _MS
        self._recorded_us -= recorded_ms * _MS
        sounded, heard = self._beep_proof.take()
        return [recorded_ms, self._light_proof.take_ms(), sounded, heard]

    def step(self, passed_us: int) -> None:
        """Move light and patterns on and read the senses. Allocates nothing."""
        if self._recording:
            self._recorded_us += passed_us
            self._light_proof.sample(self._lit, self._sense.light_u16(), passed_us)
            self._flash(passed_us)
            self._remind(passed_us)
        self._beep_proof.sample(self._outputs & _BEEP, self._sense.beeper_u16(), passed_us)
        self._play_on(passed_us)

    def _flash(self, passed_us: int) -> None:
        self._phase_us += passed_us
        if self._phase_us >= _PHASE_US:
            self._phase_us %= _PHASE_US
            self._light_proof.end_phase(self._lit)
            self._show(not self._lit)

    def _show(self, lit: bool) -> None:
        self._lit = lit
        self._light.set(lit)

    def _remind(self, passed_us: int) -> None:
        self._beep_us += passed_us
        if self._beep_us >= _BEEP_EVERY_US:
            self._beep_us -= _BEEP_EVERY_US
            self.play(EVERY)
        if self._age_us < _REMIND_AFTER_US:
            self._age_us += passed_us
            if self._age_us >= _REMIND_AFTER_US:
                self.play(REMIND)
        self._warn_us += passed_us
        if self._warn_us >= _WARN_EVERY_US:
            if self._light_proof.failed or self._beep_proof.failed:
                self._warn_us = 0
                self.play(WARNING)
            else:
                self._warn_us = _WARN_EVERY_US

    def _play_on(self, passed_us: int) -> None:
        if not self._patterns:
            return
        pattern = self._patterns[0]
        if self._step_index == 0 and self._step_us == 0:
            self._put(pattern[0][1])
        self._step_us += passed_us
        if self._step_us < pattern[self._step_index][0] * _MS:
            return
        self._step_us = 0
        self._step_index += 1
        if self._step_index < len(pattern):
            self._put(pattern[self._step_index][1])
            return
        self._put(0)
        self._step_index = 0
        del self._patterns[0]

    def _put(self, outputs: int) -> None:
        if self._recording and outputs & _BEEP and not self._outputs & _BEEP:
            self._beep_proof.sound()
        self._outputs = outputs
        self._beeper.set(bool(outputs & _BEEP))
        self._vibration.set(bool(outputs & _SHAKE))
