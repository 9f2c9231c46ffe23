# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The messages of a session (docs/link.md §3): bounded reading, strict forms, plain writing."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from dock.errors import ProtocolError
from dock.tls import Channel
from evidence import cbor
from evidence.errors import EvidenceError, Place
from evidence.fields import UINT16, UINT32, Fields
from evidence.limits import SEGMENT_BYTES

STATUS, INDEX, DATA, RESULT = 1, 2, 3, 4
LIST, GET, ORDER = 16, 17, 18
BYE = 31

RECEIPT, TICKETS, TIME = 1, 2, 3
OBEYED, REFUSED, FOREIGN, STALE, UNMATCHED, FAULT = range(6)

DONE, PROTOCOL, STOPPING, CARD, WEARER = range(5)
_BYE_WORDS = {
    DONE: "it is done",
    PROTOCOL: "it found this dock out of place",
    STOPPING: "it is stopping",
    CARD: "its card failed",
    WEARER: "its wearer wants it",
}

MESSAGE_BYTES = 4096
ORDER_BYTES = 4080  # leaves room for the message around it
_ENTRIES = 32
_RUN_BYTES = 1 << 18
_HERE = Place()
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Entry:
    """A segment on a card, as the camera lists it."""

    recording: bytes
    number: int
    segment: int
    length: int
    marked: bool
    last: bool


@dataclass(frozen=True, slots=True)
class Run:
    """The header of raw bytes: where they belong."""

    recording: bytes
    segment: int
    offset: int
    length: int


class Messages:
    """Reads the camera's messages and writes the dock's over one channel."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._buffer = memoryview(bytearray(MESSAGE_BYTES))

    async def receive(self) -> tuple[int, list[cbor.Value]]:
        """The next message's type and its fields behind the type."""
        await self._channel.read_exactly(self._buffer[:4])
        length = int.from_bytes(self._buffer[:4], "big")
        if not 0 < length <= MESSAGE_BYTES:
            raise ProtocolError(f"a message of {length} bytes")
        await self._channel.read_exactly(self._buffer[:length])
        try:
            value = cbor.decode(self._buffer[:length], MESSAGE_BYTES)
        except EvidenceError as error:
            raise ProtocolError(f"a message that is not deterministic CBOR ({error})") from error
        match value:
            case [int(kind), *fields] if not isinstance(kind, bool):
                return kind, fields
        raise ProtocolError("a message without a type")

    async def receive_raw(self, view: memoryview) -> int:
        """Some of the raw bytes behind a data message: at least one, at most a record."""
        return await self._channel.read_into(view)

    def list_above(self, number: int, segment: int) -> None:
        """Ask what the card holds above this recording number and segment."""
        self._send([LIST, number, segment])

    def get(self, run: Run) -> None:
        """Ask for a run."""
        self._send([GET, run.recording, run.segment, run.offset, run.length])

    def order(self, kind: int, order: bytes) -> None:
        """Hand on an order."""
        self._send([ORDER, kind, order])

    def bye(self, code: int) -> None:
        """Say bye."""
        self._send([BYE, code])

    def _send(self, value: list[cbor.Value]) -> None:
        body = cbor.encode(value)
        self._channel.write(len(body).to_bytes(4, "big") + body)


def read_status(fields: list[cbor.Value]) -> tuple[bytes, bytes]:
    """Signed status and signed camera certificate."""
    match fields:
        case [bytes(status), bytes(certificate)]:
            return status, certificate
    raise ProtocolError("a status of a wrong form")


def read_index(fields: list[cbor.Value]) -> tuple[list[Entry], bool]:
    """The entries, by rising (number, segment), and whether more follow."""
    match fields:
        case [list(rows), bool(more)] if len(rows) <= _ENTRIES:
            entries = [_read(_entry, row) for row in rows]
        case _:
            raise ProtocolError("an index of a wrong form")
    places = [(entry.number, entry.segment) for entry in entries]
    if any(a >= b for a, b in pairwise(places)) or (more and not entries):
        raise ProtocolError("an index that does not rise")
    return entries, more


def _entry(value: cbor.Value) -> Entry:
    row = Fields(value, 6, "an entry", _HERE)
    return Entry(
        recording=row.bstr("recording", 16),
        number=row.uint("number", UINT32),
        segment=row.uint("segment", UINT16),
        length=row.uint("length", SEGMENT_BYTES, 1),
        marked=row.boolean("marked"),
        last=row.boolean("last"),
    )


def read_run(fields: list[cbor.Value]) -> Run:
    """The header of a run."""
    return _read(_run, fields)


def _run(value: cbor.Value) -> Run:
    row = Fields(value, 4, "a data message", _HERE)
    return Run(
        recording=row.bstr("recording", 16),
        segment=row.uint("segment", UINT16),
        offset=row.uint("offset", UINT32),
        length=row.uint("length", _RUN_BYTES, 1),
    )


def read_result(fields: list[cbor.Value]) -> tuple[int, int]:
    """Kind of the order and the result's code."""
    return _read(_result, fields)


def bye_reason(fields: list[cbor.Value]) -> str:
    """Why the camera left."""
    code = _read(_bye, fields)
    return _BYE_WORDS.get(code, f"code {code}")


def _result(value: cbor.Value) -> tuple[int, int]:
    row = Fields(value, 2, "a result", _HERE)
    return row.uint("kind", UINT32), row.uint("code", FAULT)


def _bye(value: cbor.Value) -> int:
    return Fields(value, 1, "a bye", _HERE).uint("code", UINT32)


def _read(form: Callable[[cbor.Value], Part], value: cbor.Value) -> Part:
    """Read one form; what it refuses ends the session."""
    try:
        return form(value)
    except EvidenceError as error:
        raise ProtocolError(error.message) from error
