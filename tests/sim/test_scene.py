# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Scenes: a film plays over and over, a drawn one is the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from sim.errors import BadSceneError
from sim.scene import Film, Picture, Synthetic, fitted, open_scene


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Ten grey frames, each brighter than the one before."""
    path = tmp_path / "film.avi"
    out = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20.0, (64, 32))
    for level in range(10):
        out.write(np.full((32, 64, 3), level * 20, np.uint8))
    out.release()
    return path


def _level(picture: Picture) -> int:
    return round(float(picture.mean()) / 20)


def test_a_film_plays_over_and_over(film: Path) -> None:
    scene = Film(film)
    assert scene.rate_mhz == 20_000
    assert [_level(scene.picture(n)) for n in range(25)] == [n % 10 for n in range(25)]
    scene.close()


def test_frames_of_a_film_can_be_left_out(film: Path) -> None:
    scene = Film(film)
    numbers = [0, 3, 3, 9, 10, 17, 48, 49, 123]
    assert [_level(scene.picture(n)) for n in numbers] == [n % 10 for n in numbers]
    scene.close()


def test_what_is_no_film_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSceneError, match="no such file"):
        open_scene(str(tmp_path / "none.mp4"), 1)
    (tmp_path / "text.mp4").write_text("no film")
    with pytest.raises(BadSceneError, match="no frame"):
        open_scene(str(tmp_path / "text.mp4"), 1)


def test_a_drawn_scene_follows_its_seed_and_moves() -> None:
    first, same, other = Synthetic(7), Synthetic(7), Synthetic(8)
    assert np.array_equal(first.picture(40), same.picture(40))
    assert not np.array_equal(first.picture(40), other.picture(40))
    assert not np.array_equal(first.picture(40), first.picture(41))


def test_a_picture_that_fits_is_left_as_it_is() -> None:
    picture = Synthetic(1).picture(0)
    assert fitted(picture, (640, 480)) is picture


@pytest.mark.parametrize("size", [(640, 480), (160, 120), (1280, 800)])
def test_a_picture_keeps_its_proportions(size: tuple[int, int]) -> None:
    white = np.full((272, 640, 3), 255, np.uint8)
    framed = fitted(white, size)
    assert framed.shape == (size[1], size[0], 3)
    assert not framed[0].any()
    assert framed[size[1] // 2].all()
    assert int((framed[:, size[0] // 2, 0] == 255).sum()) == round(272 * size[0] / 640)
    covered = fitted(white, size, cover=True)
    assert covered.shape == framed.shape
    assert covered.all()
