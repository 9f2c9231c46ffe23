# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""JPEG frames to an H.264 film (MP4) at the times at which they were taken.

The only module that encodes: PyAV's wheel carries x264 under the GPL. As many frames come out as
went in: one that cannot be decoded is shown grey and counted. A frame's time in the film is its
monotonic time from the first, to the microsecond; frames are not reordered, so that no edit list
shifts them. The file appears whole or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from tools.media.errors import MediaError

WRITE_ERRORS = (OSError, av.FFmpegError)

_TIME_BASE = Fraction(1, 1_000_000)
_MAX_PIXELS = 8192 * 8192
_KEY_SECONDS = 2
_LONGEST_LAST_US = 1_000_000
_LONGEST_PAUSE_US = 1_800_000_000  # a sample's duration has 31 bits
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_X264 = {"preset": "veryfast", "crf": "18", "bf": "0"}
# JPEG files are sRGB in the matrix of BT.601 (JFIF); ITU-T H.273 gives the numbers.
_BT709_PRIMARIES, _SRGB_TRANSFER, _BT601_MATRIX, _LIMITED_RANGE = 1, 13, 6, 1


@dataclass(frozen=True, slots=True)
class Film:
    """What was written. `damaged` are the places of frames that could not be decoded."""

    frames: int
    width: int
    height: int
    duration_us: int
    damaged: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class About:
    """What the film's own tags say; `rate` is the nominal number of frames in 1,000 s."""

    rate: int
    title: str = ""
    comment: str = ""
    began_utc_us: int | None = None


class FilmWriter:
    """Writes one film; `add` each frame in its order, then `finish`. Leaving undoes the rest."""

    def __init__(self, path: Path, about: About) -> None:
        self._path = path
        self._part = path.with_name(f".{path.name}.part")
        self._about = about
        self._decoder: Any = av.CodecContext.create("mjpeg", "r")
        self._decoder.options = {"max_pixels": str(_MAX_PIXELS)}
        self._decoder.thread_count = 1
        self._container: Any = None
        self._stream: Any = None
        self._held: Any = None
        self._waiting: list[int] = []
        self._damaged: list[int] = []
        self._count = 0
        self._first_us = 0
        self._last_pts = 0
        self._step_us = max(1, 1_000_000_000 // about.rate)

    def add(self, jpeg: bytes, mono_us: int) -> None:
        """One frame, at a time that is not before the one ahead of it."""
        pts = self._time_of(mono_us)
        picture = self._decoded(jpeg)
        if picture is None:
            self._damaged.append(self._count)
        self._count += 1
        if picture is None and self._stream is None:
            self._waiting.append(pts)
        else:
            self._show(picture, pts)

    def finish(self) -> Film:
        """The film is whole and in its place, durable."""
        if self._stream is None:
            what = "none of them can be decoded" if self._count else "there are none"
            raise MediaError(what)
        for packet in self._stream.encode(None):
            self._mux(packet)
        self._held.duration = last_us = min(self._step_us, _LONGEST_LAST_US)
        self._container.mux(self._held)
        self._container.close()
        self._container = None
        with self._part.open("rb") as file:
            os.fsync(file.fileno())
        self._part.replace(self._path)
        return Film(
            frames=self._count,
            width=self._stream.codec_context.width,
            height=self._stream.codec_context.height,
            duration_us=self._last_pts + last_us,
            damaged=tuple(self._damaged),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._container is not None:
            with suppress(av.FFmpegError, OSError):
                self._container.close()
        self._part.unlink(missing_ok=True)

    def _time_of(self, mono_us: int) -> int:
        """Microseconds from the first frame; they rise, and no pause is longer than MP4 holds."""
        if self._count == 0:
            self._first_us, self._last_pts = mono_us, 0
            return 0
        wanted = mono_us - self._first_us
        pts = min(max(wanted, self._last_pts + 1), self._last_pts + _LONGEST_PAUSE_US)
        if wanted > pts:
            self._first_us = mono_us - pts
        self._step_us = pts - self._last_pts
        self._last_pts = pts
        return pts

    def _decoded(self, jpeg: bytes) -> Any:
        """The picture of one JPEG in the film's size, or None."""
        if not jpeg:
            return None
        try:
            pictures = self._decoder.decode(av.Packet(jpeg))
        except (av.FFmpegError, ValueError):
            return None
        if len(pictures) != 1:
            return None
        shape = _even(pictures[0].width), _even(pictures[0].height)
        return pictures[0] if self._stream is None or shape == self._shape else None

    def _show(self, picture: Any, pts: int) -> None:
        if self._stream is None:
            self._begin(picture)
        frame = self._grey() if picture is None else _encodable(picture)
        frame.pts = pts
        frame.time_base = _TIME_BASE
        # JPEG frames say that they are key frames; the encoder is to decide.
        frame.pict_type = 0
        for packet in self._stream.encode(frame):
            self._mux(packet)

    def _begin(self, picture: Any) -> None:
        """The film's size is that of its first picture; what came before it is grey."""
        self._container = av.open(
            str(self._part), "w", format="mp4", options={"movflags": "faststart"}
        )
        self._container.metadata.update(self._tags())
        rate = Fraction(self._about.rate, 1000)
        stream: Any = self._container.add_stream("libx264", rate=rate, options=_X264)
        stream.width, stream.height = _even(picture.width), _even(picture.height)
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = _TIME_BASE
        stream.codec_context.gop_size = max(1, round(_KEY_SECONDS * rate))
        stream.codec_context.color_primaries = _BT709_PRIMARIES
        stream.codec_context.color_trc = _SRGB_TRANSFER
        stream.codec_context.colorspace = _BT601_MATRIX
        stream.codec_context.color_range = _LIMITED_RANGE
        self._stream = stream
        self._shape = stream.width, stream.height
        for pts in self._waiting:
            self._show(None, pts)

    def _grey(self) -> Any:
        grey = np.full((*reversed(self._shape), 3), 128, np.uint8)
        return _encodable(av.VideoFrame.from_ndarray(grey, format="rgb24"))

    def _mux(self, packet: Any) -> None:
        """One packet is held back: the last one's duration is known at the end alone."""
        if self._held is not None:
            self._held.duration = packet.pts - self._held.pts
            self._container.mux(self._held)
        self._held = packet

    def _tags(self) -> dict[str, str]:
        return dict(_tags(self._about))


def _tags(about: About) -> Iterator[tuple[str, str]]:
    if about.title:
        yield "title", about.title
    if about.comment:
        yield "comment", about.comment
    with suppress(OverflowError):
        if about.began_utc_us is not None:
            began = _EPOCH + timedelta(microseconds=about.began_utc_us)
            yield "creation_time", f"{began:%Y-%m-%dT%H:%M:%S.%fZ}"


def _even(size: int) -> int:
    """H.264 in 4:2:0 has even sides: an odd one is made longer by its last row or column."""
    return size + size % 2


def _encodable(picture: Any) -> Any:
    """The picture in 4:2:0 of the range that films have, padded to even sides."""
    if picture.width % 2 or picture.height % 2:
        pixels = picture.to_ndarray(format="rgb24")
        padding = ((0, picture.height % 2), (0, picture.width % 2), (0, 0))
        picture = av.VideoFrame.from_ndarray(np.pad(pixels, padding, mode="edge"), format="rgb24")
    return picture.reformat(
        format="yuv420p",
        src_colorspace=Colorspace.ITU601,
        dst_colorspace=Colorspace.ITU601,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
    )
