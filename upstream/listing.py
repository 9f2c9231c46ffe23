# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What arrived, as JSON for staff's programs and as words for the page. No content of footage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from evidence.limits import UNCERTAINTY_UNKNOWN_US
from upstream import catalogue
from upstream.catalogue import Recording

_CLASHES = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_JSON_FIELDS: Final = (
    *("camera", "epoch", "number", "started_utc_us", "started_uncertainty_us", "duration_us"),
    *("segments", "bytes", "frames", "events", "dropped_frames"),
    *("recording_ms", "light_ms", "beeps_sounded", "beeps_heard"),
    *("recovered", "marked", "received_utc_us", "latest_utc_us"),
)


def as_json(arrival: int, recording: Recording) -> dict[str, object]:
    """One recording of `GET /v1/recordings`. Each segment that is listed has its receipt."""
    named: dict[str, object] = {"arrival": arrival, "id": recording.id.hex()}
    named |= {field: getattr(recording, field) for field in _JSON_FIELDS}
    picture = recording.picture
    named |= {"width": picture.width, "height": picture.height, "rate": picture.rate}
    return named | {"complete": recording.ended}


@dataclass(frozen=True, slots=True)
class Line:
    """One recording in words."""

    id: str
    camera: str
    number: int
    started: str
    uncertainty: str
    duration: str
    segments: str
    size: str
    frames: str
    dropped: str
    light: str
    light_seen: bool
    beeps: str
    beeps_heard: bool
    state: str
    state_kind: str
    notes: tuple[str, ...]
    received: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Recordings of a camera that have numbers below its last one and are not here."""

    camera: str
    epoch: int
    missing: int
    last: int


@dataclass(frozen=True, slots=True)
class Clash:
    """Bytes that were kept beside others, or could not be taken up: a person must look."""

    camera: str
    recording: str
    segment: int
    cause: str


@dataclass(frozen=True, slots=True)
class Page:
    """All that one view of the page shows."""

    lines: tuple[Line, ...]
    recordings: int
    complete: int
    conflicts: int
    clashes: tuple[Clash, ...]
    gaps: tuple[Gap, ...]
    older: int | None


def page(connection: Connection, limit: int, before: int | None) -> Page:
    """The page's view, the last arrived first."""
    rows = catalogue.arrived(connection, limit + 1, before=before)
    shown = rows[:limit]
    table, clashes = catalogue.recordings, catalogue.conflicts
    in_all = connection.execute(select(func.count()).select_from(table)).scalar_one()
    ended = select(func.count()).select_from(table).where(table.c.ended)
    complete = connection.execute(ended).scalar_one()
    last = connection.execute(
        select(clashes).order_by(clashes.c.entry.desc()).limit(_CLASHES)
    ).all()
    conflicting = {row.recording for row in last}
    return Page(
        lines=tuple(line(recording, recording.id in conflicting) for _, recording in shown),
        recordings=in_all,
        complete=complete,
        conflicts=connection.execute(select(func.count()).select_from(clashes)).scalar_one(),
        clashes=tuple(_clash(row) for row in last),
        gaps=_gaps(connection),
        older=shown[-1][0] if len(rows) > limit else None,
    )


def line(recording: Recording, in_conflict: bool) -> Line:
    """A recording in words."""
    state, kind = ("complete", "good") if recording.ended else ("still arriving", "waiting")
    if in_conflict:
        state, kind = "conflict", "bad"
    notes = ["marked"] * recording.marked + ["tail recovered"] * recording.recovered
    return Line(
        id=recording.id.hex()[:8],
        camera=f"{recording.camera}/{recording.epoch}",
        number=recording.number,
        started=utc(recording.started_utc_us),
        uncertainty=uncertainty(recording.started_uncertainty_us),
        duration=duration(recording.duration_us),
        segments=f"{recording.segments:,}",
        size=size(recording.bytes),
        frames=f"{recording.frames:,}",
        dropped=f"{recording.dropped_frames:,} dropped" if recording.dropped_frames else "",
        light=light(recording),
        light_seen=recording.light_ms > 0,
        beeps=f"{recording.beeps_heard:,} of {recording.beeps_sounded:,} beeps heard",
        beeps_heard=recording.beeps_heard >= recording.beeps_sounded,
        state=state,
        state_kind=kind,
        notes=tuple(notes),
        received=utc(recording.latest_utc_us),
    )


def light(recording: Recording) -> str:
    """What the camera's sense input saw of its own light while it recorded."""
    recorded_s = f"{recording.recording_ms / 1000:,.1f} s"
    if recording.recording_ms == 0:
        return "not measured"
    return (
        f"{recording.light_ms / 1000:,.1f} of {recorded_s}"
        if recording.light_ms
        else (f"never, in {recorded_s}")
    )


def size(count: int) -> str:
    """Bytes in words."""
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count / 1e3:,.1f} kB"


def utc(value_us: int) -> str:
    """A time to the second, as far as a calendar has it."""
    try:
        moment = _EPOCH + timedelta(microseconds=value_us)
    except OverflowError:
        return "not a time"
    return f"{moment:%Y-%m-%d %H:%M:%S}" if value_us else "unknown"


def uncertainty(value_us: int) -> str:
    """The uncertainty of a camera's time in words."""
    if value_us == UNCERTAINTY_UNKNOWN_US:
        return "clock not set"
    return f"± {value_us / 1e6:,.3f} s" if value_us < 1_000_000 else f"± {value_us / 1e6:,.0f} s"


def duration(value_us: int) -> str:
    """Hours, minutes and seconds, with tenths where there are no hours."""
    tenths = value_us // 100_000
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{tenths // 10:02}"
    return f"{minutes}:{tenths // 10:02}.{tenths % 10}"


def _clash(row: Row[Any]) -> Clash:
    words = {
        "other-bytes": "two different segments of one identity",
        "ticket-used-twice": "its key ticket is another recording's",
        "number-used-twice": "its recording number is another recording's",
    }
    camera = f"{row.camera}/{row.epoch}"
    return Clash(camera, row.recording.hex()[:8], row.segment, words.get(row.cause, row.cause))


def _gaps(connection: Connection) -> tuple[Gap, ...]:
    """Numbers are contiguous across a camera's life, so that one that is missing is missed."""
    table = catalogue.recordings
    last, count = func.max(table.c.number), func.count()
    query = (
        select(table.c.camera, table.c.epoch, last, count)
        .group_by(table.c.camera, table.c.epoch)
        .having(count < last)
        .order_by(table.c.camera, table.c.epoch)
        .limit(100)
    )
    rows = connection.execute(query)
    return tuple(Gap(camera, epoch, top - here, top) for camera, epoch, top, here in rows)
