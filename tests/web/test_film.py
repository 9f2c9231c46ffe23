# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""An exported film plays in Chromium: its length, each frame at its time, its colours."""

from __future__ import annotations

import base64
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from tools.media.mp4 import About, FilmWriter

pytestmark = pytest.mark.web

TIMES_US = [0, 40_000, 90_000, 300_000, 340_000, 1_000_000, 1_033_333]
COLOURS = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (200, 200, 30), (128, 0, 128)]
COLOURS += [(250, 250, 250), (5, 5, 5)]
LOAD = """async data => {
  const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0));
  const video = document.createElement('video');
  video.muted = true;
  video.src = URL.createObjectURL(new Blob([bytes], {type: 'video/mp4'}));
  document.body.append(video);
  await new Promise((ok, no) => { video.oncanplaythrough = ok; video.onerror = no; });
  return [video.duration, video.videoWidth, video.videoHeight];
}"""
PLAY = """() => new Promise((ok, no) => {
  const video = document.querySelector('video');
  video.onended = () => ok(video.getVideoPlaybackQuality().totalVideoFrames);
  video.onerror = no;
  video.play();
})"""
LOOK = """at => new Promise(ok => {
  const video = document.querySelector('video');
  video.requestVideoFrameCallback((_, shown) => {
    const canvas = document.createElement('canvas');
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    const drawing = canvas.getContext('2d');
    drawing.drawImage(video, 0, 0);
    const middle = drawing.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data;
    ok([shown.mediaTime, ...middle.slice(0, 3)]);
  });
  video.currentTime = at;
})"""


def film(path: Path) -> bytes:
    """A film of plain colours at uneven times."""
    with FilmWriter(path, About(25_000)) as writer:
        for time_us, colour in zip(TIMES_US, COLOURS, strict=True):
            picture = np.full((272, 640, 3), colour[::-1], np.uint8)
            data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])[1]
            writer.add(bytes(data.tobytes()), 5_000_000 + time_us)
        writer.finish()
    return path.read_bytes()


def test_a_film_plays_with_every_frame_at_its_time(page: Page, tmp_path: Path) -> None:
    data = base64.b64encode(film(tmp_path / "film.mp4")).decode()
    page.goto("about:blank")
    duration, width, height = page.evaluate(LOAD, data)
    assert duration == pytest.approx(1.066666, abs=1e-4)
    assert (width, height) == (640, 272)
    assert page.evaluate(PLAY) == len(TIMES_US)
    for number in (3, 0, 5, 1, 2, 6, 4):
        after = TIMES_US[number] / 1e6 + 0.005
        media_time, *shown = page.evaluate(LOOK, after)
        assert media_time == pytest.approx(TIMES_US[number] / 1e6, abs=1e-4)
        assert shown == pytest.approx(COLOURS[number], abs=8), number
