# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What the demo checks beside showing it: each raises DemoError with what was found instead."""

from __future__ import annotations

import json
import random
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import av

from tools.demo.errors import DemoError
from tools.demo.leaks import search, words_of

_CLOCK_US = 50_000  # between the scene's clock and the camera's: reading, encoding, scheduling


def same_frames(captured: Path, opened: Path) -> int:
    """Frames written by `open` are what the lens gave, in order; how many. DemoError."""
    given = [row["jpeg_sha256"] for row in json.loads(captured.read_text())]
    files = sorted(opened.glob("*.jpg"))
    got = [sha256(file.read_bytes()).hexdigest() for file in files]
    if given != got:
        at = next(
            (i for i, pair in enumerate(zip(given, got, strict=False)) if len({*pair}) > 1), 0
        )
        raise DemoError(
            f"{len(got)} frames came out and {len(given)} were captured; first difference at {at}",
            f"compare {captured} with {opened}",
        )
    return len(got)


def same_times(captured: Path, film: Path) -> float:
    """The film has each frame at its time; the largest difference in ms. DemoError."""
    rows: list[dict[str, Any]] = json.loads(captured.read_text())
    given = [row["utc_us"] - rows[0]["utc_us"] for row in rows]
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        codec = stream.codec_context.name
        shown = [
            round(packet.pts * packet.time_base * 1_000_000)
            for packet in container.demux(stream)
            if packet.pts is not None
        ]
    shown = [at - min(shown) for at in sorted(shown)]
    if len(shown) != len(given) or codec != "h264":
        raise DemoError(f"the film has {len(shown)} frames of {codec}", f"look at {film}")
    worst: int = max(abs(a - b) for a, b in zip(given, shown, strict=True))
    if worst > _CLOCK_US:
        raise DemoError(f"a frame is {worst / 1000:.0f} ms off its time", f"look at {film}")
    return worst / 1000


def no_pictures(files: list[Path], opened: Path) -> int:
    """No byte of a picture stands in the files; how many bytes were searched. DemoError."""
    words = words_of(picture.read_bytes() for picture in sorted(opened.glob("*.jpg")))
    for leak in search(files, words):
        raise DemoError(
            f"{leak.file.name} holds bytes of a picture at {leak.offset}", "report it: SECURITY.md"
        )
    return sum(file.stat().st_size for file in files)


def flipped_copy(bundle: Path, into: Path, seed: int) -> str:
    """Copy a bundle and flip one bit of one segment's byte; says which."""
    shutil.copytree(bundle, into)
    chance = random.Random(seed)  # noqa: S311 - a seeded choice, not a secret
    file = chance.choice(sorted(into.rglob("*.seg")))
    data = bytearray(file.read_bytes())
    at = chance.randrange(len(data))
    data[at] ^= 1 << chance.randrange(8)
    file.write_bytes(data)
    return f"byte {at:,} of {file.relative_to(into)}"
