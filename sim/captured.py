# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""`captured.json`: what the sensor gave, written by the sensor's own side alone (DESIGN §11).

A JSON list that is valid whenever it is read: a record goes out in one write over the closing
bracket, and the file grows by pages of blanks so that a write seldom changes its length. A list
that is there already is continued, as the recordings on the card are.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType

from sim.errors import BadImageError

_PAGE_BYTES = 4096


class Captured:
    """The open list; `count` is the index of the next frame."""

    def __init__(self, path: Path) -> None:
        self.count = 0
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            self._end = self._resume(path)
        except BadImageError:
            os.close(self._fd)
            raise

    def _resume(self, path: Path) -> int:
        text = path.read_bytes()
        if not text.strip():
            self._write(b"[\n]", 0)
            return 1
        try:
            rows = json.loads(text)
        except ValueError as error:
            raise BadImageError(path, error) from error
        if not isinstance(rows, list):
            raise BadImageError(path, "not a list")
        self.count = len(rows)
        return len(text[: text.rindex(b"]")].rstrip())

    def _write(self, text: bytes, at: int) -> None:
        end = at + len(text) + 1
        if end > os.fstat(self._fd).st_size:
            text += b" " * (-end % _PAGE_BYTES)
        os.pwrite(self._fd, text + b"\n", at)

    def append(self, utc_us: int, jpeg_sha256: str) -> int:
        """Add a frame; its index."""
        index = self.count
        row = json.dumps({"index": index, "utc_us": utc_us, "jpeg_sha256": jpeg_sha256})
        text = (",\n" if index else "\n") + row
        self._write(text.encode() + b"\n]", self._end)
        self._end += len(text)
        self.count += 1
        return index

    def close(self) -> None:
        """Cut the blanks off and make the list durable."""
        if self._fd >= 0:
            os.ftruncate(self._fd, self._end + 3)
            os.fsync(self._fd)
            os.close(self._fd)
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
