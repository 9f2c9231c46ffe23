# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""An opened recording as a folder: one file a frame, exactly the bytes that the camera took.

The folder appears whole or not at all. `frames.json` and `events.json` tell the times.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from evidence.errors import EvidenceError
from evidence.header import PICTURE
from evidence.opening import MARKER, read_event
from tools.staff.errors import FilesError, OutputError
from tools.staff.server import Chunk

_EVENTS = {MARKER: "marker"}


def check_free(folder: Path) -> None:
    """The folder is not there, or empty: nothing that exists is overwritten."""
    try:
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise OutputError(f"The place cannot be looked at: {error.strerror}.") from error
    if taken:
        raise OutputError("The folder exists and is not empty.")


def write(folder: Path, chunks: Iterable[Chunk], progress: Callable[[], None]) -> int:
    """Write all frames into a new folder; how many. `progress` is called for each."""
    folder = folder.absolute()
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    frames: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    try:
        part.mkdir(parents=True)
        for chunk in chunks:
            if chunk.kind != PICTURE:
                events.append({"event": _event(chunk.plaintext), **_times(chunk)})
                continue
            name = f"{len(frames):06}.jpg"
            (part / name).write_bytes(chunk.plaintext)
            digest = sha256(chunk.plaintext).hexdigest()
            frames.append({"index": len(frames), "file": name, **_times(chunk), "sha256": digest})
            progress()
        (part / "frames.json").write_text(json.dumps(frames, indent=1) + "\n")
        (part / "events.json").write_text(json.dumps(events, indent=1) + "\n")
        part.rename(folder)
    except OSError as error:
        raise FilesError(f"The frames cannot be written: {error.strerror}.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return len(frames)


def _times(chunk: Chunk) -> dict[str, int]:
    return {
        "chunk": chunk.index,
        "mono_us": chunk.mono_us,
        "utc_us": chunk.utc_us,
        "uncertainty_us": chunk.uncertainty_us,
    }


def _event(plaintext: bytes) -> str:
    try:
        return _EVENTS[read_event(plaintext)]
    except EvidenceError:
        return "unknown"
