# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The room's side of the sensor, in virtual time: frames at their times, JPEGs listed first."""

from __future__ import annotations

import hashlib
import itertools
import json
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from sim.captured import Captured
from sim.scene import Synthetic
from sim.sensor import Sensor

START_US = 5_000_000


class VirtualClock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.us = START_US

    def now_us(self) -> int:
        """Now."""
        return self.us

    def wait_until_us(self, due_us: int, line: socket.socket) -> bool:
        """Be there."""
        self.us = max(self.us, due_us)
        return True


class Eye:
    """The stand-in's end of the line."""

    def __init__(self, folder: Path, **options: bool) -> None:
        self.clock = VirtualClock()
        self.path = folder / "captured.json"
        self.captured = Captured(self.path)
        self.told = 0
        self.sensor = Sensor(
            Synthetic(3), self.captured, self._changed, clock=self.clock, **options
        )
        self.line, theirs = socket.socketpair()
        self.line.settimeout(20)
        self.thread = self.sensor.start(theirs)

    def _changed(self) -> None:
        self.told += 1

    def tell(self, word: bytes, a: int = 0, b: int = 0) -> None:
        """A request without an answer."""
        self.line.sendall(struct.pack(">4sIII", word, a, b, 0))

    def ask(self, word: bytes, a: int = 0, b: int = 0) -> tuple[bytes, int, int]:
        """A request and the head of its answer."""
        self.tell(word, a, b)
        head: tuple[bytes, int, int] = struct.unpack(">4sIQ", self._read(16))
        return head

    def jpeg(self, quality: int = 80) -> bytes:
        """The frame, compressed."""
        word, length, _ = self.ask(b"JPEG", quality, 1 << 20)
        assert word == b"JPEG"
        return self._read(length)

    def _read(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            got += self.line.recv(count - len(got))
        return got

    def rows(self) -> list[dict[str, object]]:
        """`captured.json` as it stands."""
        rows: list[dict[str, object]] = json.loads(self.path.read_bytes())
        return rows

    def close(self) -> None:
        """Power off."""
        self.line.close()
        self.thread.join(20)
        self.captured.close()


@pytest.fixture
def eye(tmp_path: Path) -> Iterator[Eye]:
    """A sensor before a drawn scene."""
    eye = Eye(tmp_path)
    yield eye
    eye.close()


def test_frames_come_at_their_times(eye: Eye) -> None:
    eye.tell(b"RATE", 25)
    times = [eye.ask(b"SNAP", 3)[2] for _ in range(5)]
    assert [b - a for a, b in itertools.pairwise(times)] == [40_000] * 4
    assert eye.clock.us == START_US + 200_000
    assert eye.sensor.tally.skipped == 0


def test_what_was_not_fetched_is_skipped(eye: Eye) -> None:
    eye.tell(b"RATE", 10)
    eye.ask(b"SNAP", 3)
    eye.clock.us += 450_000
    word, number, _ = eye.ask(b"SNAP", 3)
    assert (word, number) == (b"FRAM", 5)
    assert eye.sensor.tally.skipped == 3


def test_four_buffers_queue_three_frames(eye: Eye) -> None:
    eye.tell(b"RATE", 10)
    eye.ask(b"SNAP", 4)
    eye.clock.us += 350_000
    assert [eye.ask(b"SNAP", 4)[1] for _ in range(3)] == [2, 3, 4]
    assert eye.sensor.tally.skipped == 0


def test_a_frame_is_listed_only_as_a_jpeg_and_before_it_is_given(eye: Eye) -> None:
    _, _, utc_us = eye.ask(b"SNAP", 3)
    assert eye.rows() == []
    jpeg = eye.jpeg()
    assert eye.rows() == [
        {"index": 0, "utc_us": utc_us, "jpeg_sha256": hashlib.sha256(jpeg).hexdigest()}
    ]
    assert (eye.sensor.tally.given, eye.told) == (1, 1)


def test_jpegs_have_the_size_and_quality_that_were_asked_for(eye: Eye) -> None:
    eye.tell(b"SIZE", 320, 240)
    eye.ask(b"SNAP", 3)
    good, poor = eye.jpeg(90), eye.jpeg(20)
    assert len(poor) < len(good) / 2
    picture = cv2.imdecode(np.frombuffer(good, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (240, 320, 3)


def test_a_jpeg_without_a_frame_or_without_room_fails(eye: Eye) -> None:
    assert eye.ask(b"JPEG", 80, 1 << 20)[0] == b"FAIL"
    eye.ask(b"SNAP", 3)
    assert eye.ask(b"JPEG", 80, 100)[0] == b"FAIL"
    eye.tell(b"STOP")
    assert eye.ask(b"JPEG", 80, 1 << 20)[0] == b"FAIL"
    assert eye.rows() == []


def test_the_scene_waits_while_the_sensor_sleeps(eye: Eye) -> None:
    eye.ask(b"SNAP", 3)
    before = eye.jpeg()
    eye.tell(b"STOP")
    eye.clock.us += 60_000_000
    eye.ask(b"SNAP", 3)
    after = eye.jpeg()
    assert eye.sensor.tally.skipped == 0
    wall = Synthetic(3)
    for number, jpeg in enumerate((before, after)):
        _, same = cv2.imencode(".jpg", wall.picture(number), [cv2.IMWRITE_JPEG_QUALITY, 80])
        assert same.tobytes() == jpeg


def test_a_slower_sensor_leaves_pictures_out(eye: Eye) -> None:
    eye.tell(b"RATE", 5)
    eye.ask(b"SNAP", 3)
    eye.ask(b"SNAP", 3)
    _, same = cv2.imencode(".jpg", Synthetic(3).picture(5), [cv2.IMWRITE_JPEG_QUALITY, 80])
    assert eye.jpeg() == same.tobytes()
