# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The board as the rest of the firmware sees it: one object, one attribute a device.

| attribute | methods |
|---|---|
| `buttons` | `record()`, `mark()`: True while pressed, not debounced |
| `light`, `beeper`, `vibration` | `set(on)` |
| `sense` | `light_u16()`, `beeper_u16()`: 0..65535 from the sense inputs |
| `sensor` | `width`, `height`, `rate_mhz`, `start()`, `poll()`, `stop()`: see `hal/sensor.py` |
| `card` | `open()`, `blocks` and a block device of 512-byte blocks: see `hal/card.py` |
| `usb` | stream, never blocks for input: see `hal/usb.py` |
| `clock` | `ticks_us()`, `ticks_diff(a, b)`, `utc_s()`, `floor(utc_s)`: `recorder/timekeeper.py` |
| `flash` | path of the internal flash volume |
| `power` | `docked()`, `feed()`, `idle()`, `restart()`, `cause()` |
| `random` | `random(length_bytes)` -> bytes from the hardware generator |
"""

import pins

from hal.actuators import Beeper, Switched
from hal.card import Card
from hal.clock import Clock
from hal.entropy import draw
from hal.power import Power
from hal.sensor import Sensor
from hal.switches import Buttons, Sense
from hal.usb import UsbSerial


class Board:
    """Composes the adapters; making one configures the pins and nothing else."""

    def __init__(self) -> None:
        self.buttons = Buttons(pins.RECORD_BUTTON, pins.MARK_BUTTON)
        self.light = Switched(pins.LIGHT)
        self.beeper = Beeper(pins.BEEPER)
        self.vibration = Switched(pins.VIBRATION)
        self.sense = Sense(pins.LIGHT_SENSE, pins.BEEPER_SENSE)
        self.sensor = Sensor()
        self.card = Card()
        self.usb = UsbSerial()
        self.clock = Clock()
        self.flash = "/flash"
        self.power = Power(pins.VBUS_SENSE)
        self.random = draw
