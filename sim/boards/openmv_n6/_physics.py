# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Light and sound between the outputs and the senses: what the world does, not what a pin says.

A lamp's light reaches the public unless the lamp is broken or covered; a photodiode sees that
light through an RC filter, with the daylight and with noise. A piezo rings best at its resonance;
a peak detector hears it, with the street. Pure: time and seed are given. docs/simulator.md §5.
"""

import math

from micropython import const

_FULL_U16 = const(65535)
_LAMP_U16 = const(30000)  # the lamp at the photodiode, full on
_DAYLIGHT_U16 = const(3000)
_LIGHT_NOISE_U16 = const(250)
_LIGHT_TAU_US = const(4000)
_PIEZO_U16 = const(28000)  # the piezo at its peak detector, at resonance
_STREET_U16 = const(900)
_SOUND_NOISE_U16 = const(300)
_ATTACK_US = const(3000)
_DECAY_US = const(15000)
_RESONANCE_HZ = const(2700)
_WIDTH_HZ = const(500)
_AUDIBLE = 0.05


class Noise:
    """A small seeded generator whose state fits 31-bit integers."""

    def __init__(self, seed: int) -> None:
        self._state = seed % 65536 or 1

    def within(self, amplitude: int) -> int:
        """A value in -amplitude ... amplitude."""
        self._state = self._state * 75 % 65537
        return (self._state * 2 - 65537) * amplitude // 65537


class Lag:
    """First-order lag: follows its target with a time constant up and another down."""

    def __init__(self, up_us: int, down_us: int) -> None:
        self._up_us = up_us
        self._down_us = down_us
        self._from = 0.0
        self._target = 0.0
        self._since_us = 0

    def aim(self, target: float, now_us: int) -> None:
        """Begin to move to `target` from where it stands now."""
        self._from = self.at(now_us)
        self._target = target
        self._since_us = now_us

    def at(self, now_us: int) -> float:
        """Where it stands."""
        tau_us = self._up_us if self._target > self._from else self._down_us
        passed = max(0, now_us - self._since_us) / tau_us
        if passed > 20:
            return self._target
        return self._target + (self._from - self._target) * math.exp(-passed)


class Lamp:
    """The light on the front, its photodiode, and what can be wrong with them."""

    FAULTS = ("ok", "open", "shorted", "covered")

    def __init__(self, noise: Noise) -> None:
        self._noise = noise
        self._lag = Lag(_LIGHT_TAU_US, _LIGHT_TAU_US)
        self._drive = 0.0
        self.fault = "ok"
        self.daylight_u16 = _DAYLIGHT_U16

    def drive(self, power: float, now_us: int) -> None:
        """Current through the lamp, 0 ... 1; a broken wire carries none, a short all of it."""
        self._drive = power
        self._lag.aim(self._emitted(), now_us)

    def break_(self, fault: str, now_us: int) -> None:
        """Put a fault in, or `ok`."""
        if fault not in self.FAULTS:
            raise ValueError(fault)
        self.fault = fault
        self._lag.aim(self._emitted(), now_us)

    def _emitted(self) -> float:
        return {"open": 0.0, "shorted": 1.0}.get(self.fault, self._drive)

    def seen(self) -> bool:
        """What a person in front of the camera sees."""
        return self.fault != "covered" and self._emitted() > _AUDIBLE

    def sense_u16(self, now_us: int) -> int:
        """The photodiode: under a cover there is neither daylight nor lamp to see."""
        let_in = 0.02 if self.fault == "covered" else 1.0
        light = self._lag.at(now_us) * _LAMP_U16 + self.daylight_u16
        value = int(light * let_in) + self._noise.within(_LIGHT_NOISE_U16)
        return min(max(value, 0), _FULL_U16)


class Piezo:
    """The beeper and the peak detector behind it."""

    FAULTS = ("ok", "dead")

    def __init__(self, noise: Noise) -> None:
        self._noise = noise
        self._lag = Lag(_ATTACK_US, _DECAY_US)
        self._power = 0.0
        self._freq_hz = 0
        self.fault = "ok"

    def drive(self, freq_hz: int, duty: float, now_us: int) -> None:
        """A square wave; a duty of one half is loudest, of 0 or 1 silent."""
        off_hz = (freq_hz - _RESONANCE_HZ) / _WIDTH_HZ
        self._power = math.sin(math.pi * duty) / (1 + off_hz * off_hz)
        self._freq_hz = freq_hz
        self._lag.aim(self._emitted(), now_us)

    def break_(self, fault: str, now_us: int) -> None:
        """Put a fault in, or `ok`."""
        if fault not in self.FAULTS:
            raise ValueError(fault)
        self.fault = fault
        self._lag.aim(self._emitted(), now_us)

    def _emitted(self) -> float:
        return 0.0 if self.fault == "dead" else self._power

    def heard_hz(self) -> int:
        """What a person in front of the camera hears; 0 for silence."""
        return self._freq_hz if self._emitted() > _AUDIBLE else 0

    def sense_u16(self, now_us: int) -> int:
        """The peak detector."""
        value = int(self._lag.at(now_us) * _PIEZO_U16) + _STREET_U16
        value += self._noise.within(_SOUND_NOISE_U16)
        return min(max(value, 0), _FULL_U16)
