# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What the spool knows of each segment: one SQLite table, one writer, a rollback journal.

A row's state only says what is durable already: bytes are synced and renamed before the row
changes. docs/link.md §4.

    partial ─► whole ─► verified ─► receipted ─► acknowledged
                 └────────┴─► quarantined ─► partial (pulled again, a few times)
"""

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dock.messages import Entry
from dock.trust import Segment

PARTIAL, WHOLE, VERIFIED = "partial", "whole", "verified"
RECEIPTED, ACKNOWLEDGED, QUARANTINED = "receipted", "acknowledged", "quarantined"
HELD = (PARTIAL, WHOLE, VERIFIED)  # the states whose bytes stand in the spool

_SCHEMA = """
CREATE TABLE IF NOT EXISTS segments (
  camera TEXT, epoch INTEGER, recording BLOB, segment INTEGER,
  number INTEGER NOT NULL, length INTEGER NOT NULL, marked INTEGER NOT NULL,
  state TEXT NOT NULL, durable INTEGER NOT NULL, digest BLOB NOT NULL,
  certificate BLOB NOT NULL, receipt BLOB, pulls INTEGER NOT NULL DEFAULT 1,
  reason TEXT NOT NULL DEFAULT '', changed_s INTEGER NOT NULL,
  PRIMARY KEY (camera, epoch, recording, segment)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_state ON segments (state, number, segment);
"""
_COLUMNS = (
    "camera, epoch, recording, segment, number, length, marked, state, durable, digest, "
    "certificate, receipt, pulls, reason"
)
_KEY = "camera = ? AND epoch = ? AND recording = ? AND segment = ?"


@dataclass(frozen=True, slots=True)
class Row:
    """A segment's row. `durable` bytes have the SHA-256 `digest`; whole, that is all of them."""

    key: Segment
    number: int
    length: int
    marked: bool
    state: str
    durable: int
    digest: bytes
    certificate: bytes
    receipt: bytes | None
    pulls: int
    reason: str


class Journal:
    """The table. Used by the spool's one thread alone; each change is durable when it returns."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = TRUNCATE")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA trusted_schema = OFF")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def find(self, key: Segment) -> Row | None:
        """The row of a segment, if there is one."""
        rows = self._rows(f"WHERE {_KEY}", _key(key))
        return next(rows, None)

    def begin(self, key: Segment, entry: Entry, certificate: bytes) -> None:
        """A segment will be pulled, from its beginning."""
        self._write(
            "INSERT INTO segments (camera, epoch, recording, segment, number, length, marked, "
            "state, durable, digest, certificate, changed_s) VALUES (?,?,?,?,?,?,?,?,0,x'',?,?) "
            "ON CONFLICT DO UPDATE SET number = excluded.number, length = excluded.length, "
            "marked = excluded.marked, state = excluded.state, durable = 0, digest = x'', "
            "certificate = excluded.certificate, receipt = NULL, pulls = pulls + 1, "
            "changed_s = excluded.changed_s",
            (
                *_key(key),
                *(entry.number, entry.length, int(entry.marked), PARTIAL, certificate, _now_s()),
            ),
        )

    def checkpoint(self, key: Segment, durable: int, digest: bytes) -> None:
        """This many bytes are durable, and have this digest."""
        self._update(key, "durable = ?, digest = ?", (durable, digest))

    def set_state(self, key: Segment, state: str, reason: str = "") -> None:
        """The segment has come to another state."""
        self._update(key, "state = ?, reason = ?", (state, reason))

    def set_whole(self, key: Segment, digest: bytes) -> None:
        """All bytes are durable in their place."""
        self._update(key, "state = ?, durable = length, digest = ?", (WHOLE, digest))

    def set_receipt(self, key: Segment, receipt: bytes) -> None:
        """Upstream holds it; the receipt is kept until the camera has answered, and then on."""
        self._update(key, "state = ?, receipt = ?", (RECEIPTED, receipt))

    def forget(self, key: Segment) -> None:
        """Drop the row."""
        self._write(f"DELETE FROM segments WHERE {_KEY}", _key(key))  # noqa: S608

    def forget_acknowledged(self, before_s: int) -> None:
        """Drop what was acknowledged before a time."""
        self._write(
            "DELETE FROM segments WHERE state = ? AND changed_s < ?", (ACKNOWLEDGED, before_s)
        )

    def in_states(self, *states: str) -> list[Row]:
        """All rows in one of these states."""
        marks = ", ".join("?" * len(states))
        return list(self._rows(f"WHERE state IN ({marks})", states))

    def of_camera(self, camera: str, epoch: int, *states: str) -> list[Row]:
        """A camera's rows in one of these states, in the order of its recordings."""
        marks = ", ".join("?" * len(states))
        return list(
            self._rows(
                f"WHERE camera = ? AND epoch = ? AND state IN ({marks}) ORDER BY number, segment",
                (camera, epoch, *states),
            )
        )

    def waiting(self, limit: int) -> list[Row]:
        """The first verified segment of each recording: marked recordings first, then oldest."""
        return list(
            self._rows(
                "AS a WHERE state = ? AND NOT EXISTS (SELECT 1 FROM segments AS b WHERE "
                "b.camera = a.camera AND b.epoch = a.epoch AND b.recording = a.recording "
                "AND b.segment < a.segment AND b.state IN (?, ?, ?)) ORDER BY "
                "(SELECT MAX(marked) FROM segments AS b WHERE b.camera = a.camera "
                "AND b.epoch = a.epoch AND b.recording = a.recording) DESC, number, changed_s "
                "LIMIT ?",
                (VERIFIED, *HELD, limit),
            )
        )

    def counts(self) -> dict[str, int]:
        """How many segments there are in each state."""
        return dict(self._db.execute("SELECT state, COUNT(*) FROM segments GROUP BY state"))

    def held_bytes(self) -> int:
        """What the segments in the spool take or will take, once they are whole."""
        marks = ", ".join("?" * len(HELD))
        query = f"SELECT COALESCE(SUM(length), 0) FROM segments WHERE state IN ({marks})"  # noqa: S608
        return int(self._db.execute(query, HELD).fetchone()[0])

    def _rows(self, where: str, values: tuple[object, ...]) -> Iterator[Row]:
        query = f"SELECT {_COLUMNS} FROM segments {where}"  # noqa: S608 - fixed texts alone
        for row in self._db.execute(query, values):
            key = Segment(*row[:4])
            yield Row(key, row[4], row[5], bool(row[6]), *row[7:])

    def _update(self, key: Segment, what: str, values: tuple[object, ...]) -> None:
        query = f"UPDATE segments SET {what}, changed_s = ? WHERE {_KEY}"  # noqa: S608
        self._write(query, (*values, _now_s(), *_key(key)))

    def _write(self, query: str, values: tuple[object, ...]) -> None:
        self._db.execute(query, values)


def _key(key: Segment) -> tuple[str, int, bytes, int]:
    return key.camera, key.epoch, key.recording, key.segment


def _now_s() -> int:
    return int(time.time())
