# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Films: as many frames as went in, each at its own time to the microsecond, in true colours."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from tools.media.errors import MediaError
from tools.media.mp4 import About, Film, FilmWriter

ABOUT = About(25_000, "title", "comment", 1_780_000_000_000_000)


def jpeg(width: int, height: int, shade: int = 0) -> bytes:
    """A picture with a gradient and colours."""
    image = np.zeros((height, width, 3), np.uint8)
    image[:, :, 0] = np.linspace(0, 255, width)[None, :]
    image[:, :, 1] = np.linspace(0, 255, height)[:, None]
    image[:, :, 2] = shade % 256
    coded, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 90])
    assert coded
    return bytes(data.tobytes())


def film(path: Path, frames: list[tuple[bytes, int]], about: About = ABOUT) -> Film:
    """A film of these frames."""
    with FilmWriter(path, about) as writer:
        for data, mono_us in frames:
            writer.add(data, mono_us)
        return writer.finish()


def shown(path: Path) -> tuple[list[int], list[Any]]:
    """Times in microseconds and pictures, as a player decodes them."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        base = stream.time_base
        assert base is not None
        frames = list(container.decode(stream))
        return [round((frame.pts or 0) * base * 1_000_000) for frame in frames], frames


def test_every_frame_stands_at_its_own_time(tmp_path: Path, rng: random.Random) -> None:
    times = [1_000_000]
    for _ in range(119):
        times.append(times[-1] + rng.randrange(1, 200_000))
    path = tmp_path / "film.mp4"
    made = film(path, [(jpeg(640, 272, n), at) for n, at in enumerate(times)])
    pts, frames = shown(path)
    assert pts == [at - times[0] for at in times]
    assert (made.frames, len(frames), made.damaged) == (120, 120, ())
    assert made.duration_us == times[-1] - times[0] + times[-1] - times[-2]
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert container.metadata["creation_time"].startswith("2026-05-28T20:26:40")
        assert container.metadata["title"] == "title"
        kinds = [int(frame.pict_type) for frame in frames]
        assert (kinds[0], set(kinds)) == (1, {1, 2})


def test_a_pause_is_half_an_hour_at_most(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    times = [0, 1_500_000_000, 5_000_000_000, 5_000_040_000]
    film(path, [(jpeg(64, 48), at) for at in times])
    assert shown(path)[0] == [0, 1_500_000_000, 3_300_000_000, 3_300_040_000]


def test_frames_of_one_moment_all_stay(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    film(path, [(jpeg(64, 48, n), 7) for n in range(5)])
    assert shown(path)[0] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("width", "height"), [(640, 272), (641, 271), (1, 1), (16, 9), (1280, 720)]
)
def test_any_size_is_shown(tmp_path: Path, width: int, height: int) -> None:
    path = tmp_path / "film.mp4"
    made = film(path, [(jpeg(width, height, 200), n * 40_000) for n in range(3)])
    assert (made.width, made.height) == (width + width % 2, height + height % 2)
    assert len(shown(path)[1]) == 3


def test_colours_are_those_of_the_jpeg(tmp_path: Path) -> None:
    path, picture = tmp_path / "film.mp4", jpeg(320, 240, 180)
    film(path, [(picture, n * 40_000) for n in range(2)])
    expected = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert expected is not None
    frame = shown(path)[1][0]
    assert (frame.colorspace, frame.color_range) == (6, 1)
    got = frame.to_ndarray(format="bgr24")
    assert np.abs(got.astype(int) - expected.astype(int)).mean() < 3


@pytest.mark.parametrize("broken", [b"", b"\xff\xd8\xff\xd9", b"no jpeg", jpeg(64, 48)])
def test_a_frame_that_cannot_be_shown_is_grey_and_counted(tmp_path: Path, broken: bytes) -> None:
    path = tmp_path / "film.mp4"
    good = jpeg(320, 240, 250)
    order = [broken, good, broken, good] if broken != jpeg(64, 48) else [good, good, broken, good]
    made = film(path, [(data, n * 40_000) for n, data in enumerate(order)])
    damaged = tuple(n for n, data in enumerate(order) if data is broken)
    assert made.damaged == damaged
    pts, frames = shown(path)
    assert pts == [0, 40_000, 80_000, 120_000]
    grey = frames[2].to_ndarray(format="bgr24").astype(int)
    assert abs(grey - 128).mean() < 4


@pytest.mark.parametrize("frames", [[], [b"nothing"]])
def test_no_picture_makes_no_film(tmp_path: Path, frames: list[bytes]) -> None:
    path = tmp_path / "film.mp4"
    with pytest.raises(MediaError):
        film(path, [(data, 0) for data in frames])
    assert list(tmp_path.iterdir()) == []


def test_leaving_early_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with FilmWriter(path, ABOUT) as writer:
        for number in range(80):
            writer.add(jpeg(64, 48), number)
        assert [each.name for each in tmp_path.iterdir()] == [".film.mp4.part"]
    assert list(tmp_path.iterdir()) == []
