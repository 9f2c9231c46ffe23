# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""`captured.json`: what the sensor gave, written by the sensor's own side alone (DESIGN §11).

A JSON list that is valid whenever it is read, and seldom written whole: the closing bracket
stands far behind blanks, a row is one write into the blanks of one page, and when they are used
up a new file with twice the room takes the old one's name. A list that is there already is
continued, as the recordings on the card are.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any

from sim.errors import BadImageError

_PAGE_BYTES = 4096  # what a reader beside sees change at once
_LEAST_ROOM_BYTES = 16 * _PAGE_BYTES


class Captured:
    """The open list; `count` is the index of the next frame."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1
        rows = _rows(path) if path.exists() and path.stat().st_size else []
        self.count = len(rows)
        self._open(rows)

    def _open(self, rows: list[Any]) -> None:
        """Put a file with these rows and as much room again in the old one's place."""
        text = _text(rows)
        room = b" " * max(_LEAST_ROOM_BYTES, len(text))
        fd = self._replace(text + room + b"\n]\n")
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._at, self._end = fd, len(text), len(text) + len(room)

    def _replace(self, whole: bytes) -> int:
        new = self._path.with_name(self._path.name + ".new")
        fd = os.open(new, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            os.write(fd, whole)
            new.replace(self._path)
        except OSError:
            os.close(fd)
            raise
        return fd

    def append(self, utc_us: int, jpeg_sha256: str) -> int:
        """Add a frame; its index."""
        index = self.count
        row = json.dumps({"index": index, "utc_us": utc_us, "jpeg_sha256": jpeg_sha256})
        text = (",\n" + row if index else row).encode()
        if len(text) > _PAGE_BYTES - self._at % _PAGE_BYTES:
            self._at += -self._at % _PAGE_BYTES
        if self._at + len(text) > self._end:
            self._open(_rows(self._path))
            return self.append(utc_us, jpeg_sha256)
        os.pwrite(self._fd, text, self._at)
        self._at += len(text)
        self.count += 1
        return index

    def close(self) -> None:
        """Take the blanks out and make the list durable."""
        if self._fd < 0:
            return
        fd = self._replace(_text(_rows(self._path)) + b"\n]\n")
        os.fsync(fd)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        os.fsync(folder)
        for done in (fd, folder, self._fd):
            os.close(done)
        self._fd = -1

    def __enter__(self) -> Captured:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _rows(path: Path) -> list[Any]:
    try:
        rows = json.loads(path.read_bytes())
    except ValueError as error:
        raise BadImageError(path, error) from error
    if not isinstance(rows, list):
        raise BadImageError(path, "not a list")
    return rows


def _text(rows: list[Any]) -> bytes:
    """The list without its end."""
    return b"[\n" + ",\n".join(json.dumps(row) for row in rows).encode()
