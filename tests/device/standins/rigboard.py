# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A board in RAM for tests on MicroPython: the interface of hal/board.py, a clock that tests move.

Light and beeper act on their senses as on a bench: through a lamp and a piezo that can be broken.
"""

import hashlib

_TICKS_PERIOD = 1 << 29


class Draws:
    """A deterministic random source: SHA-256 of a seed and a counter."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._count = 0

    def draw(self, length_bytes: int) -> bytes:
        out = b""
        while len(out) < length_bytes:
            self._count += 1
            out += hashlib.sha256(self._seed + b"%d" % self._count).digest()
        return out[:length_bytes]


class RigClock:
    """Ticks that wrap like a 32-bit board's, moved by hand; they creep during boot."""

    def __init__(self, utc_s: int = 1767225600) -> None:
        self.now_us = 5000
        self.creep_us = 1
        self.rtc_s = utc_s
        self.floors = []

    def ticks_us(self) -> int:
        self.now_us += self.creep_us
        return self.now_us % _TICKS_PERIOD

    def ticks_diff(self, a: int, b: int) -> int:
        half = _TICKS_PERIOD // 2
        return (a - b + half) % _TICKS_PERIOD - half

    def utc_s(self) -> int:
        return self.rtc_s

    def floor(self, utc_s: int) -> None:
        self.floors.append(utc_s)
        self.rtc_s = max(self.rtc_s, utc_s)


class Output:
    """An actuator and a log of what it did."""

    def __init__(self) -> None:
        self.on = False
        self.edges = 0

    def set(self, on: bool) -> None:
        if on and not self.on:
            self.edges += 1
        self.on = on


class Buttons:
    def __init__(self) -> None:
        self.record_down = False
        self.mark_down = False

    def record(self) -> bool:
        return self.record_down

    def mark(self) -> bool:
        return self.mark_down


class Sense:
    """What a photodiode and a peak detector see.

    `light` is ok, open, shorted or covered; `beeper` is ok, dead or stuck. Allocates nothing.
    """

    def __init__(self, light: Output, beeper: Output) -> None:
        self._light = light
        self._beeper = beeper
        self.light = "ok"
        self.beeper = "ok"

    def light_u16(self) -> int:
        lit = self._light.on if self.light == "ok" else self.light == "shorted"
        return 33000 if lit else 3000

    def beeper_u16(self) -> int:
        sounds = self._beeper.on if self.beeper == "ok" else self.beeper == "stuck"
        return 28900 if sounds else 900


class Sensor:
    """Gives the frames it was given; the last view is poisoned by the next poll."""

    width = 64
    height = 48
    rate_mhz = 25000

    def __init__(self) -> None:
        self.frames = []
        self.running = False
        self._buffer = None

    def start(self) -> None:
        self.running = True

    def poll(self):
        if self._buffer is not None:
            for index in range(len(self._buffer)):
                self._buffer[index] = 0xDB
            self._buffer = None
        if not self.running or not self.frames:
            return None
        self._buffer = bytearray(self.frames.pop(0))
        return memoryview(self._buffer)

    def stop(self) -> None:
        self.running = False


class Power:
    def __init__(self) -> None:
        self.dock = False
        self.fed = 0

    def docked(self) -> bool:
        return self.dock

    def feed(self) -> None:
        self.fed += 1

    def idle(self) -> None:
        pass


class Usb:
    """Nobody at the other end."""

    def readinto(self, buf):
        return None

    def write(self, buf):
        return None


class RigBoard:
    def __init__(self, card, flash: str, seed: str, clock=None) -> None:
        self.card = card
        self.flash = flash
        self.clock = clock or RigClock()
        self.random = Draws(seed).draw
        self.light = Output()
        self.beeper = Output()
        self.vibration = Output()
        self.buttons = Buttons()
        self.sense = Sense(self.light, self.beeper)
        self.sensor = Sensor()
        self.power = Power()
        self.usb = Usb()
