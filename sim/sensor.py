# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The room's side of the image sensor: answers `csi`'s requests, one thread a boot.

A frame exists at its own time and is given only when it is asked for. Where a JPEG is handed
over, `captured.json` says so first: nobody downstream writes there. docs/simulator.md §3.
"""

from __future__ import annotations

import hashlib
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import cv2

from sim.cadence import Cadence, Slot
from sim.captured import Captured
from sim.errors import BadSceneError
from sim.scene import Picture, Scene, fitted

_REQUEST = struct.Struct(">4sIII")
_ANSWER = struct.Struct(">4sIQ")
_MAX_SIDE = 8192
_FIFO_FROM = 4  # OpenMV queues frames from four buffers on; below that the newest alone waits


class Clock(Protocol):
    """Monotonic microseconds, and waiting for one of them."""

    def now_us(self) -> int:
        """Now."""

    def wait_until_us(self, due_us: int, line: socket.socket) -> bool:
        """Wait; False as soon as the line has something to read or was closed."""


class RealClock:
    """The machine's clock."""

    def now_us(self) -> int:
        """Now."""
        return time.monotonic_ns() // 1000

    def wait_until_us(self, due_us: int, line: socket.socket) -> bool:
        """Wait; False as soon as the line has something to read or was closed."""
        left_s = max(0.0, (due_us - self.now_us()) / 1e6)
        return not select.select([line], [], [], left_s)[0]


@dataclass
class Tally:
    """Frames given as JPEG, and frames that nobody fetched in their time."""

    given: int = 0
    skipped: int = 0


class Sensor:
    """What outlives a boot: the scene, the list of what was given, the counts."""

    def __init__(
        self,
        scene: Scene,
        captured: Captured,
        changed: Callable[[], None],
        *,
        cover: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self.tally = Tally()
        self.scene = scene
        self.captured = captured
        self.changed = changed
        self.cover = cover
        self.clock = clock or RealClock()
        self.utc_ahead_us = time.time_ns() // 1000 - self.clock.now_us()
        self.shown = 0  # pictures of the scene that went by in earlier streams

    def serve(self, line: socket.socket) -> None:
        """Answer until the line closes; one thread at a time."""
        boot = _Stream(self, line)
        try:
            while request := _read_exactly(line, _REQUEST.size):
                boot.answer(*_REQUEST.unpack(request)[:3])
        except (ConnectionError, TimeoutError):
            pass  # the board lost its power
        finally:
            boot.stop()
            line.close()

    def start(self, line: socket.socket) -> threading.Thread:
        """Serve in a thread of its own."""
        thread = threading.Thread(target=self.serve, args=(line,), name="sensor", daemon=True)
        thread.start()
        return thread


class _Stream:
    """The sensor during one boot: its registers, and the frame that the driver holds."""

    def __init__(self, sensor: Sensor, line: socket.socket) -> None:
        self._sensor = sensor
        self._line = line
        self._size = (640, 480)
        self._rate_hz = 0
        self._cadence: Cadence | None = None
        self._started_at = 0
        self._held: tuple[Picture, Slot] | None = None

    def answer(self, word: bytes, a: int, b: int) -> None:
        """One request of the stand-in; each of SNAP and JPEG has one answer."""
        if word == b"SNAP":
            self._snap(a - 1 if a >= _FIFO_FROM else 1)
        elif word == b"JPEG":
            self._jpeg(min(max(a, 1), 100), b)
        elif word == b"SIZE" and 0 < a <= _MAX_SIDE and 0 < b <= _MAX_SIDE:
            self._size = (a, b)
        elif word == b"RATE":
            self._rate_hz = a
            self.stop()
        elif word == b"STOP":
            self.stop()

    def _rate_mhz(self) -> int:
        own = self._sensor.scene.rate_mhz
        return min(self._rate_hz * 1000, own) if self._rate_hz else own

    def stop(self) -> None:
        """The stream ends: the scene waits where it is."""
        if self._held:
            self._sensor.shown = self._picture_number(self._held[1].number) + 1
        self._cadence = self._held = None

    def _picture_number(self, frame: int) -> int:
        """Which picture a frame shows: a sensor slower than the film leaves some out."""
        own = self._sensor.scene.rate_mhz
        return self._started_at + frame * own // self._rate_mhz()

    def _snap(self, waiting: int) -> None:
        sensor = self._sensor
        if self._cadence is None:
            self._cadence = Cadence(self._rate_mhz(), sensor.clock.now_us())
            self._started_at = sensor.shown
        slot = self._cadence.next(sensor.clock.now_us(), waiting)
        if not sensor.clock.wait_until_us(slot.due_us, self._line):
            self._line.sendall(_ANSWER.pack(b"FAIL", 0, 0))
            return
        try:
            picture = sensor.scene.picture(self._picture_number(slot.number))
        except BadSceneError:
            self._line.sendall(_ANSWER.pack(b"FAIL", 1, 0))
            return
        self._held = (fitted(picture, self._size, sensor.cover), slot)
        sensor.tally.skipped += slot.skipped
        self._line.sendall(_ANSWER.pack(b"FRAM", slot.number + 1, self._utc_us(slot)))

    def _utc_us(self, slot: Slot) -> int:
        return slot.due_us + self._sensor.utc_ahead_us

    def _jpeg(self, quality: int, limit_bytes: int) -> None:
        if self._held is None:
            self._line.sendall(_ANSWER.pack(b"FAIL", 2, 0))
            return
        picture, slot = self._held
        good, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        jpeg = coded.tobytes()
        if not good or len(jpeg) > limit_bytes:
            self._line.sendall(_ANSWER.pack(b"FAIL", 3, 0))
            return
        sensor = self._sensor
        digest = hashlib.sha256(jpeg).hexdigest()
        index = sensor.captured.append(self._utc_us(slot), digest)
        sensor.tally.given += 1
        sensor.changed()
        self._line.sendall(_ANSWER.pack(b"JPEG", len(jpeg), index) + jpeg)


def _read_exactly(line: socket.socket, count: int) -> bytes:
    """So many bytes, or none where the line has closed."""
    got = b""
    while len(got) < count:
        some = line.recv(count - len(got))
        if not some:
            return b""
        got += some
    return got
