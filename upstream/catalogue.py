# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What arrived: recordings, their segments with receipts, and conflicts.

Rows are written in the transaction of the log entry that they follow from. A recording's row says
how far it has come, so that the next segment is judged without reading those before it again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    select,
)

from evidence.header import Picture, read_header
from upstream.log import entries, tables


class _UInt64(TypeDecorator[int]):
    """A camera's u64 as 8 bytes that sort as numbers: SQLite's integers end at 2^63."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> bytes | None:
        return None if value is None else value.to_bytes(8, "big")

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> int | None:
        return None if value is None else int.from_bytes(value, "big")


recordings = Table(
    "recordings",
    tables,
    Column("arrival", Integer, primary_key=True, autoincrement=True),
    Column("id", LargeBinary(16), nullable=False, unique=True),
    Column("force", String(32), nullable=False),
    Column("camera", String(32), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("ticket", LargeBinary(16), nullable=False, unique=True),
    Column("header", LargeBinary, nullable=False),
    Column("certificate", LargeBinary, nullable=False),
    # How far it has come; the tail is what the next segment must agree with.
    Column("segments", Integer, nullable=False),
    Column("tail", LargeBinary, nullable=False),
    Column("last_mono_us", _UInt64, nullable=False),
    Column("ended", Boolean, nullable=False),
    # What the page and the list tell, summed over its seals.
    Column("started_utc_us", _UInt64, nullable=False),
    Column("started_uncertainty_us", Integer, nullable=False),
    Column("started_mono_us", _UInt64, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("frames", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    Column("dropped_frames", Integer, nullable=False),
    Column("recording_ms", Integer, nullable=False),
    Column("light_ms", Integer, nullable=False),
    Column("beeps_sounded", Integer, nullable=False),
    Column("beeps_heard", Integer, nullable=False),
    Column("recovered", Boolean, nullable=False),
    Column("marked", Boolean, nullable=False),
    Column("received_utc_us", Integer, nullable=False),
    Column("latest_utc_us", Integer, nullable=False),
    UniqueConstraint("camera", "epoch", "number"),
)
segments = Table(
    "segments",
    tables,
    Column("recording", LargeBinary(16), ForeignKey(recordings.c.id), primary_key=True),
    Column("segment", Integer, primary_key=True),
    Column("length", Integer, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("object", String(128), nullable=False),
    Column("entry", Integer, ForeignKey(entries.c.seq), nullable=False, unique=True),
    Column("receipt", LargeBinary, nullable=False),
)
conflicts = Table(
    "conflicts",
    tables,
    Column("recording", LargeBinary(16), primary_key=True),
    Column("segment", Integer, primary_key=True),
    Column("digest", LargeBinary(32), primary_key=True),
    Column("camera", String(32), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("length", Integer, nullable=False),
    Column("object", String(128), nullable=False),
    Column("cause", String(64), nullable=False),
    Column("entry", Integer, ForeignKey(entries.c.seq), nullable=False, unique=True),
)


@dataclass(frozen=True, slots=True)
class Recording:
    """A row of `recordings` without its arrival."""

    id: bytes
    force: str
    camera: str
    epoch: int
    number: int
    ticket: bytes
    header: bytes
    certificate: bytes
    segments: int
    tail: bytes
    last_mono_us: int
    ended: bool
    started_utc_us: int
    started_uncertainty_us: int
    started_mono_us: int
    bytes: int
    frames: int
    events: int
    dropped_frames: int
    recording_ms: int
    light_ms: int
    beeps_sounded: int
    beeps_heard: int
    recovered: bool
    marked: bool
    received_utc_us: int
    latest_utc_us: int

    @property
    def picture(self) -> Picture:
        """The picture codec of segment 0's header."""
        return read_header(self.header)[0].picture

    @property
    def duration_us(self) -> int:
        """From the first chunk to the last seal."""
        return self.last_mono_us - self.started_mono_us


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of `segments`."""

    recording: bytes
    segment: int
    length: int
    digest: bytes
    object: str
    entry: int
    receipt: bytes


def put_recording(connection: Connection, recording: Recording) -> None:
    """The recording's new state."""
    values = asdict(recording)
    same = recordings.c.id == recording.id
    if connection.execute(recordings.update().where(same).values(**values)).rowcount == 0:
        connection.execute(recordings.insert().values(**values))


def put_segment(connection: Connection, stored: Stored) -> None:
    """A registered segment."""
    connection.execute(segments.insert().values(**asdict(stored)))


def get_recording(connection: Connection, recording: bytes) -> Recording | None:
    """The recording of this id."""
    row = connection.execute(select(recordings).where(recordings.c.id == recording)).first()
    return _recording(row) if row is not None else None


def get_segment(connection: Connection, recording: bytes, segment: int) -> Stored | None:
    """The registered segment of this identity."""
    same = (segments.c.recording == recording) & (segments.c.segment == segment)
    row = connection.execute(select(segments).where(same)).first()
    return Stored(*row) if row is not None else None


def is_kept_conflict(
    connection: Connection, recording: bytes, segment: int, digest: bytes
) -> bool:
    """Whether exactly these bytes were kept as a conflict before."""
    query = select(conflicts.c.entry).where(
        (conflicts.c.recording == recording)
        & (conflicts.c.segment == segment)
        & (conflicts.c.digest == digest)
    )
    return connection.execute(query).first() is not None


def claimed_by(connection: Connection, recording: Recording) -> str | None:
    """Why a new recording cannot be: its ticket or its number is another recording's."""
    other = recordings.c.id != recording.id
    ticket = select(recordings.c.id).where(other & (recordings.c.ticket == recording.ticket))
    if connection.execute(ticket).first() is not None:
        return "ticket-used-twice"
    number = select(recordings.c.id).where(
        other
        & (recordings.c.camera == recording.camera)
        & (recordings.c.epoch == recording.epoch)
        & (recordings.c.number == recording.number)
    )
    return "number-used-twice" if connection.execute(number).first() is not None else None


def stored_segments(connection: Connection, recording: bytes) -> list[Stored]:
    """All registered segments of a recording, in order."""
    query = select(segments).where(segments.c.recording == recording).order_by(segments.c.segment)
    return [Stored(*row) for row in connection.execute(query)]


def arrived(
    connection: Connection, limit: int, prefix: str = "", before: int | None = None
) -> list[tuple[int, Recording]]:
    """(arrival, recording), the last arrived first; `prefix` is of the id in hexadecimal."""
    query = select(recordings).order_by(recordings.c.arrival.desc()).limit(limit)
    if prefix:
        low, high = bytes.fromhex(prefix.ljust(32, "0")), bytes.fromhex(prefix.ljust(32, "f"))
        query = query.where(recordings.c.id.between(low, high))
    if before is not None:
        query = query.where(recordings.c.arrival < before)
    return [(row.arrival, _recording(row)) for row in connection.execute(query)]


def _recording(row: Row[Any]) -> Recording:
    values = row._asdict()
    del values["arrival"]
    return Recording(**values)
