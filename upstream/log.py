# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The append-only, hash-chained log: what was registered, and who asked for what and why.

An entry is `dcbor([1, seq, previous hash, utc_us, kind, body])`, its hash H of that; the first
one's previous hash is 32 zero bytes. An entry is durable before its effect: it is committed alone,
or in one transaction with the catalogue's row. The database itself refuses to change or remove
one, and the whole chain is checked at every start. docs/format.md §10.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, Connection, Integer, LargeBinary, MetaData, Table, func, select

from evidence import cbor
from evidence.errors import EvidenceError
from upstream.clock import Clock
from upstream.errors import DataDamagedError

tables = MetaData()
entries = Table(
    "entries",
    tables,
    Column("seq", Integer, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("entry", LargeBinary, nullable=False),
)
RULES: Final = tuple(
    f"CREATE TRIGGER IF NOT EXISTS entries_no_{verb} BEFORE {verb} ON entries "
    "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
    for verb in ("update", "delete")
)
_FIRST = bytes(32)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, decoded."""

    seq: int
    previous: bytes
    utc_us: int
    kind: str
    body: tuple[cbor.Value, ...]
    hash: bytes


def parse(data: bytes) -> Entry:
    """An entry from its bytes; raises DataDamagedError."""
    try:
        value = cbor.decode(data)
    except EvidenceError as error:
        raise DataDamagedError("An entry of the log is not readable.") from error
    match value:
        case [1, int(seq), bytes(previous), int(utc_us), str(kind), list(body)]:
            return Entry(seq, previous, utc_us, kind, tuple(body), hashlib.sha256(data).digest())
    raise DataDamagedError("An entry of the log has not the form of one.")


class Log:
    """Appends to the chain within a transaction that the caller commits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def append(self, connection: Connection, kind: str, body: list[cbor.Value]) -> Entry:
        """The new last entry. It exists when the caller's transaction is durable, not before."""
        last = self._last(connection)
        seq = last.seq + 1 if last else 1
        utc_us = self._clock.now_us(last.utc_us if last else 0)
        data = cbor.encode([1, seq, last.hash if last else _FIRST, utc_us, kind, body])
        entry = parse(data)
        connection.execute(entries.insert().values(seq=seq, hash=entry.hash, entry=data))
        return entry

    def check(self, connection: Connection) -> int:
        """Walk the whole chain; the number of entries. Raises DataDamagedError where it breaks."""
        count, previous, utc_us = 0, _FIRST, 0
        rows = connection.execute(select(entries).order_by(entries.c.seq)).yield_per(1000)
        for row in rows:
            entry = parse(row.entry)
            chained = entry.previous == previous and entry.utc_us >= utc_us
            if not chained or (entry.seq, entry.hash) != (row.seq, row.hash):
                raise DataDamagedError(f"The log's chain breaks at entry {count + 1}.")
            if entry.seq != count + 1:
                raise DataDamagedError(f"Entry {count + 1} of the log is missing.")
            count, previous, utc_us = entry.seq, entry.hash, entry.utc_us
        return count

    def now_us(self, connection: Connection) -> int:
        """The time that an entry appended now would carry."""
        last = self._last(connection)
        return self._clock.now_us(last.utc_us if last else 0)

    def _last(self, connection: Connection) -> Entry | None:
        top = select(func.max(entries.c.seq)).scalar_subquery()
        data = connection.execute(select(entries.c.entry).where(entries.c.seq == top)).scalar()
        return parse(data) if data is not None else None
