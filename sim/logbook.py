# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""`camera.log`: what the firmware writes to its console, with times; bounded.

A full log becomes `camera.log.1`. Lines are cut at 2,048 bytes, so a console that spews can't
fill memory or disk.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from pathlib import Path

_LINE_BYTES = 2048
_FILE_BYTES = 4 * 1024 * 1024


class Logbook:
    """The open log; `lines` holds the last ones."""

    def __init__(self, path: Path) -> None:
        self.lines: deque[str] = deque(maxlen=200)
        self._path = path
        self._rest = b""
        self._file = path.open("ab", buffering=0)

    def feed(self, some: bytes) -> list[str]:
        """Bytes from the console; the lines that they finished."""
        *whole, self._rest = (self._rest + some).split(b"\n")
        if len(self._rest) > _LINE_BYTES:
            whole.append(self._rest)
            self._rest = b""
        lines = [line[:_LINE_BYTES].decode(errors="replace").rstrip("\r") for line in whole]
        for line in lines:
            self.note(line)
        return lines

    def note(self, line: str) -> None:
        """Write one line."""
        self.lines.append(line)
        now = datetime.now(UTC).strftime("%H:%M:%S.%f")[:-3]
        self._file.write(f"{now} {line}\n".encode())
        if self._file.tell() > _FILE_BYTES:
            self._file.close()
            self._path.replace(self._path.with_name(self._path.name + ".1"))
            self._file = self._path.open("ab", buffering=0)

    def close(self) -> None:
        """Close the file, with what was left of a last line."""
        if self._rest:
            self.feed(b"\n")
        self._file.close()
