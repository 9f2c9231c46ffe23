# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""How a room is set up, and what can be seen of its camera from outside.

Nothing here is read from the firmware's memory: pins, wires, log lines and the scene alone.
docs/simulator.md §2.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from sim.images import CARD_BYTES
from sim.process import Build

HEAP_BYTES = 16 * 1024 * 1024  # N6, DESIGN §11

Power = Literal["on", "off", "dead"]


@dataclass(frozen=True)
class RoomConfig:
    """A room: its folder, what stands before the lens, the card and flash, and the cable."""

    folder: Path
    scene: str = "synthetic"
    flash: Path | None = None  # flash.img in the folder
    card: Path | None = None  # card.img in the folder
    card_bytes: int = CARD_BYTES  # of a card that is made
    bits: int | None = None  # 32 where that MicroPython is, else 64
    heap_bytes: int = HEAP_BYTES
    seed: int = 1
    cover: bool = False  # cut the picture to the sensor's shape instead of framing it in black
    docked: bool = False
    rate_bytes_s: float | None = None  # of the cable, each direction
    cut_after_bytes: int | None = None  # pull the cable behind so many bytes to the dock
    rtc_behind_s: int = 0  # how far the camera's calendar clock is behind at the first boot
    build: Build = field(default_factory=Build)

    def __post_init__(self) -> None:
        if self.rate_bytes_s is not None and self.rate_bytes_s < 100:
            raise ValueError("a cable carries at least 100 bytes a second")
        if self.cut_after_bytes is not None and self.cut_after_bytes < 1:
            raise ValueError("a cable is cut behind a byte, from 1 on")


@dataclass(frozen=True)
class RoomState:
    """What can be seen of a camera at one moment."""

    power: Power
    bits: int
    pid: int | None
    boots: int
    resets: int
    exit_code: int | None
    docked: bool
    usb: str | None
    recording: bool
    light_on: bool
    light_flashing: bool
    beeps: int
    last_beep_utc_us: int | None
    vibrating: bool
    frames_given: int
    frames_skipped: int
    to_dock_bytes: int
    to_camera_bytes: int
    cable_cuts: int
    light_fault: str
    beeper_fault: str
    last_log: str

    def as_json(self) -> dict[str, Any]:
        """A JSON object's members."""
        return asdict(self)
