# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Stand-ins for `machine.Pin`, `machine.PWM` and `machine.ADC`.

A pin has the name that the board's generated `pins` module gives it; what hangs on it comes from
that module too. An output changes the world (`_physics`) and is told to the room with its time;
the senses read the world, never the output.
"""

import time

import _line
import _physics
import pins
from micropython import const

_LOW_U16 = const(20000)  # below this an analogue level reads as 0 by a digital input

_roles = {
    getattr(pins, role): role
    for role in dir(pins)
    if role[0] != "_" and isinstance(getattr(pins, role), str)
}
_outputs = {}  # name -> (level, freq_hz, duty_u16) as last told
_lamp = _physics.Lamp(_physics.Noise(_line.order["seed"]))
_piezo = _physics.Piezo(_physics.Noise(_line.order["seed"] + 1))
_senses = {"LIGHT_SENSE": _lamp, "BEEPER_SENSE": _piezo}


def _now_us() -> int:
    return time.time_ns() // 1000


def _show() -> None:
    _line.tell("public", 1 if _lamp.seen() else 0, _piezo.heard_hz())


def _fault(device: str, fault: str) -> None:
    {"light": _lamp, "beeper": _piezo}[device].break_(fault, _now_us())
    _show()


def _daylight(level_u16: str) -> None:
    _lamp.daylight_u16 = int(level_u16)


_line.listeners["fault"] = _fault
_line.listeners["daylight"] = _daylight


def _put(name: str, level: int, freq_hz: int, duty_u16: int) -> None:
    """Set an output, change the world by it, and say so where it changed."""
    if _outputs.get(name) == (level, freq_hz, duty_u16):
        return
    _outputs[name] = (level, freq_hz, duty_u16)
    role = _roles.get(name, name)
    _line.tell("out", role, level, freq_hz, duty_u16)
    power = duty_u16 / 65535 if freq_hz else float(level)
    if role == "LIGHT":
        _lamp.drive(power, _now_us())
        _show()
    elif role == "BEEPER":
        _piezo.drive(freq_hz, power, _now_us())
        _show()


def _sense_u16(name: str) -> int:
    _line.listen()
    sense = _senses.get(_roles.get(name))
    if sense is None:
        return 65535 * _line.levels.get(_roles.get(name), 0)
    return sense.sense_u16(_now_us())


class Pin:
    """One pin; objects of the same name are the same pin."""

    IN, OUT, OPEN_DRAIN = 0, 1, 2
    PULL_UP, PULL_DOWN = 1, 2

    def __init__(
        self, id: object, mode: int = -1, pull: int | None = -1, *, value: int | None = None
    ) -> None:
        self.name = id.name if isinstance(id, Pin) else id
        if not isinstance(self.name, str):
            raise ValueError("no such pin: %r" % (id,))
        self._mode = self.IN
        self._pull = None
        self.init(mode, pull, value=value)

    def init(self, mode: int = -1, pull: int | None = -1, *, value: int | None = None) -> None:
        """Change what is given."""
        if mode != -1:
            self._mode = mode
        if pull != -1:
            self._pull = pull
        if value is not None:
            self.value(value)

    def value(self, level: int | None = None) -> int | None:
        """Read the pin, or drive it."""
        if level is not None:
            _put(self.name, 1 if level else 0, 0, 0)
            return None
        if self._mode != self.IN:
            return _outputs.get(self.name, (0,))[0]
        role = _roles.get(self.name)
        if role in _senses:
            return 1 if _sense_u16(self.name) >= _LOW_U16 else 0
        _line.listen()
        return _line.levels.get(role, 1 if self._pull == self.PULL_UP else 0)

    __call__ = value

    def on(self) -> None:
        """Drive high."""
        self.value(1)

    def off(self) -> None:
        """Drive low."""
        self.value(0)

    high, low = on, off

    def toggle(self) -> None:
        """Drive to the other level."""
        self.value(1 - _outputs.get(self.name, (0,))[0])


class PWM:
    """A square wave on a pin."""

    def __init__(self, dest: object, freq: int = 0, duty_u16: int = 0) -> None:
        self._name = Pin(dest).name
        self._freq_hz = freq
        self._duty_u16 = duty_u16
        self._put()

    def _put(self) -> None:
        _put(self._name, 0, self._freq_hz, self._duty_u16)

    def init(self, freq: int | None = None, duty_u16: int | None = None) -> None:
        """Change what is given."""
        self._freq_hz = self._freq_hz if freq is None else freq
        self._duty_u16 = self._duty_u16 if duty_u16 is None else min(max(duty_u16, 0), 65535)
        self._put()

    def freq(self, value: int | None = None) -> int | None:
        """Read the frequency, or set it."""
        if value is None:
            return self._freq_hz
        self.init(freq=value)
        return None

    def duty_u16(self, value: int | None = None) -> int | None:
        """Read the duty, or set it."""
        if value is None:
            return self._duty_u16
        self.init(duty_u16=value)
        return None

    def deinit(self) -> None:
        """Stop the wave."""
        self.init(freq=0, duty_u16=0)


class ADC:
    """An analogue input."""

    def __init__(self, id: object) -> None:
        self._name = Pin(id).name

    def read_u16(self) -> int:
        """The level, 0 ... 65535."""
        return _sense_u16(self._name)
