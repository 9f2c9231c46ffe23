# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What stands in front of the sensor: a film, or a seeded scene with a clock drawn into it.

A scene gives picture `number` of an endless run, scaled to what the sensor was set to. Pictures
are BGR arrays as OpenCV makes them. docs/simulator.md §3.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.errors import BadSceneError

Picture = NDArray[np.uint8]
_FREE_RATE_MHZ = 25_000
_MAX_RATE_MHZ = 240_000
_MAX_PIXELS = 7680 * 4320
_BACKDROP = (96, 88, 80)


class Scene(Protocol):
    """An endless run of pictures at a rate of its own."""

    rate_mhz: int

    def picture(self, number: int) -> Picture:
        """Picture `number`; numbers only rise, but may leave some out."""

    def close(self) -> None:
        """Let go of files."""


class Film:
    """A film, over and over; OpenCV reads it frame by frame."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise BadSceneError(path, "no such file")
        self._path = path
        self._film = cv2.VideoCapture(str(path))
        rate = self._film.get(cv2.CAP_PROP_FPS)
        self.rate_mhz = round(rate * 1000) if rate and 0 < rate * 1000 <= _MAX_RATE_MHZ else 25_000
        self._frames = 0  # known once the end was reached
        self._position = -1
        self._shown = self._read()
        if self._shown is None:
            self._film.release()
            raise BadSceneError(path, "OpenCV reads no frame of it")
        if self._shown.shape[0] * self._shown.shape[1] > _MAX_PIXELS:
            raise BadSceneError(path, "its frames are larger than 8K")

    def _read(self) -> Any:
        good, picture = self._film.read()
        if good:
            self._position += 1
            return picture
        return None

    def _rewind(self) -> None:
        self._frames = self._position + 1
        self._film.release()
        self._film = cv2.VideoCapture(str(self._path))
        self._position = -1
        self._shown = self._read()
        if self._shown is None:
            raise BadSceneError(self._path, "it can't be read again")

    def picture(self, number: int) -> Picture:
        """Frame `number` of the endless run."""
        while True:
            wanted = number % self._frames if self._frames else number
            if wanted < self._position:
                self._rewind()
                continue
            while self._position < wanted - 1 and self._film.grab():
                self._position += 1
            if self._position < wanted:
                shown = self._read()
                if shown is None:
                    self._rewind()
                    continue
                self._shown = shown
            picture: Picture = self._shown
            return picture

    def close(self) -> None:
        """Let go of the file."""
        self._film.release()


class Synthetic:
    """Figures that walk before a wall, and a clock: the same for the same seed."""

    def __init__(self, seed: int, size: tuple[int, int] = (640, 480)) -> None:
        self.rate_mhz = _FREE_RATE_MHZ
        self._width, self._height = size
        grain = np.random.default_rng(seed).integers(0, 24, (self._height, self._width, 1))
        self._wall = (np.array(_BACKDROP) + grain).astype(np.uint8)
        chance = random.Random(seed)  # noqa: S311 - a scene, not a key
        self._figures = [
            (
                chance.randrange(self._width),
                chance.randrange(2, 9) * chance.choice((-1, 1)),
                chance.randrange(self._height // 3, self._height * 3 // 4),
                (chance.randrange(256), chance.randrange(256), chance.randrange(256)),
            )
            for _ in range(6)
        ]

    def picture(self, number: int) -> Picture:
        """Picture `number`, with the time since the beginning written into it."""
        picture = self._wall.copy()
        for start, step, top, colour in self._figures:
            x = (start + step * number) % self._width
            cv2.rectangle(picture, (x, top), (x + 28, top + 80), colour, -1)
            cv2.circle(picture, (x + 14, top - 14), 13, colour, -1)
        seconds, thousandths = divmod(number * 1_000_000 // self.rate_mhz, 1000)
        clock = f"{seconds // 60:02}:{seconds % 60:02}.{thousandths:03}  #{number}"
        cv2.putText(picture, clock, (12, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (255, 255, 255), 2)
        return picture

    def close(self) -> None:
        """Nothing is held."""


def open_scene(name: str, seed: int) -> Scene:
    """`synthetic`, or the path of a film. BadSceneError."""
    return Synthetic(seed) if name == "synthetic" else Film(Path(name))


def fitted(picture: Picture, size: tuple[int, int], cover: bool = False) -> Picture:
    """The picture at the sensor's size: as it is where it fits, else scaled with its proportions.

    What is left over is black, or cut off where `cover` is set.
    """
    height, width = picture.shape[:2]
    if (width, height) == size:
        return picture
    across, down = size[0] / width, size[1] / height
    scale = max(across, down) if cover else min(across, down)
    scaled_size = (max(1, round(width * scale)), max(1, round(height * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(picture, scaled_size, interpolation=way)
    canvas = np.zeros((size[1], size[0], 3), np.uint8)
    left, top = (size[0] - scaled_size[0]) // 2, (size[1] - scaled_size[1]) // 2
    if cover:
        return np.ascontiguousarray(scaled[-top : size[1] - top, -left : size[0] - left])
    canvas[top : top + scaled_size[1], left : left + scaled_size[0]] = scaled
    return canvas
