# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Which segments stand where on the card, and which a receipt has released.

A log of checked records in internal flash (docs/format.md section 14) and, in RAM, one row a
segment by rising (recording number, segment). A row only moves on: opened, closed, released; a
segment that recovery found empty is dropped. Released rows are kept for a while, so that a
receipt that comes twice is known.

| bytes | field |
|---|---|
| 0 | state: 1 opened, 2 closed, 3 released, 4 dropped |
| 1 | flags: 1 marked, 2 last of its recording |
| 2 | segment, u16 |
| 4 | recording number, u32 |
| 8 | recording id |
| 24 | first page, u32 |
| 28 | length in bytes, u32 |
"""

import struct

from micropython import const

from store.errors import CardFull
from store.flashfile import RecordLog

OPENED = const(1)
CLOSED = const(2)
RELEASED = const(3)
DROPPED = const(4)
MARKED = const(1)
LAST = const(2)

_ROW = ">BBHI16sII"
_ROW_BYTES = const(32)
_ROWS_AT_MOST = const(16384)
_RELEASED_KEPT = const(512)
_LOG_SLACK = const(2048)  # records beyond the rows before the log is rewritten


class Catalogue:
    """Rows by index; an index is good until the next call that changes rows."""

    def __init__(self, path: str) -> None:
        self._log = RecordLog(path, _ROW_BYTES)
        self._rows = bytearray()
        self.count = 0
        self._last_found = 0
        self._log.load(self._apply)

    def row(self, index: int) -> tuple[int, int, int, int, bytes, int, int]:
        """(state, flags, segment, number, recording id, first page, length)."""
        return struct.unpack_from(_ROW, self._rows, index * _ROW_BYTES)

    def state(self, index: int) -> int:
        """A row's state alone, without an object."""
        return self._rows[index * _ROW_BYTES]

    def find(self, recording: bytes, segment: int) -> int:
        """The index of a segment's row, or -1; quickest for the one found last and its next."""
        rows = self._rows
        index = self._last_found
        for _ in range(self.count):
            if index >= self.count:
                index = 0
            at = index * _ROW_BYTES
            of_segment = rows[at + 3] == segment & 255 and rows[at + 2] == segment >> 8
            if of_segment and rows[at + 8 : at + 24] == recording:
                self._last_found = index
                return index
            index += 1
        return -1

    def after(self, number: int, segment: int) -> int:
        """The index of the first row above (recording number, segment)."""
        low = 0
        high = self.count
        while low < high:
            middle = (low + high) // 2
            row = self.row(middle)
            if row[3] > number or (row[3] == number and row[2] > segment):
                high = middle
            else:
                low = middle + 1
        return low

    def open(self, number: int, recording: bytes, segment: int, first_page: int) -> int:
        """Durably note where a segment will stand, before its first byte does; the row's index."""
        if self.count >= _ROWS_AT_MOST:
            for _ in self._rewrite_steps():
                pass
        if self.count >= _ROWS_AT_MOST:
            raise CardFull("catalogue")
        self._note((OPENED, 0, segment, number, recording, first_page, 0))
        return self.count - 1

    def close(self, index: int, length: int, marked: bool, last: bool) -> None:
        """Durably note a segment's length, once its last seal is on the card."""
        _, _, segment, number, recording, page, _ = self.row(index)
        flags = (MARKED if marked else 0) | (LAST if last else 0)
        self._note((CLOSED, flags, segment, number, recording, page, length))

    def release(self, index: int) -> None:
        """Durably give a segment's pages back: only for a receipt that was verified."""
        self._move(index, RELEASED)

    def drop(self, index: int) -> None:
        """Durably give up a segment in which nothing stands."""
        self._move(index, DROPPED)

    def compact_steps(self):
        """A generator that rewrites the log where it is much longer than its rows.

        No row may change until it has ended; to give it up in between costs nothing.
        """
        if self._log.count > self.count + _LOG_SLACK:
            yield from self._rewrite_steps()

    def _move(self, index: int, state: int) -> None:
        self._note((state,) + self.row(index)[1:])

    def _note(self, row: tuple) -> None:
        record = struct.pack(_ROW, *row)
        self._log.append(record)
        self._apply(memoryview(record))

    def _apply(self, record: memoryview) -> None:
        """Take a record of the log into the rows."""
        _, _, segment, number, recording, _, _ = struct.unpack_from(_ROW, record, 0)
        index = self.after(number, segment) - 1
        if index < 0 or self.row(index)[2:5] != (segment, number, recording):
            index = self.count
            self.count += 1
            if len(self._rows) < self.count * _ROW_BYTES:
                self._rows.extend(bytes(64 * _ROW_BYTES))
        start = index * _ROW_BYTES
        self._rows[start : start + _ROW_BYTES] = record

    def _rewrite_steps(self):
        self._forget_released()
        step = _ROW_BYTES
        rows = self._rows
        records = (rows[i * step : (i + 1) * step] for i in range(self.count))
        yield from self._log.rewrite_steps(records)

    def _forget_released(self) -> None:
        """Drop the oldest rows that are released or dropped, but for the last 512 of them."""
        gone = 0
        for index in range(self.count):
            gone += self.state(index) >= RELEASED
        kept = 0
        for index in range(self.count):
            if self.state(index) >= RELEASED and gone > _RELEASED_KEPT:
                gone -= 1
                continue
            source = index * _ROW_BYTES
            target = kept * _ROW_BYTES
            self._rows[target : target + _ROW_BYTES] = self._rows[source : source + _ROW_BYTES]
            kept += 1
        self.count = kept
        self._last_found = 0
