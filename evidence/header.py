# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The segment header: who recorded, under which keys, in which form. docs/format.md §4.

A header record is "CDRh", the recording id, a length and dcbor; its digest stands in every seal of
the segment, so that no byte of it can change.
"""

from dataclasses import dataclass, replace
from hashlib import sha256
from struct import Struct
from typing import Final

from evidence import cbor
from evidence.errors import NOWHERE, BadMagic, Foreign, HeaderTooLong, Place, Truncated
from evidence.fields import UINT16, UINT32, VERSION, Fields
from evidence.limits import HEADER_RECORD_BYTES

MAGIC: Final = b"CDRh"
PICTURE: Final = 1
EVENT: Final = 3
KINDS: Final = (PICTURE, EVENT)

_PREFIX = Struct(">4s16sI")
_KEYS = tuple(range(1, 18))


@dataclass(frozen=True, slots=True)
class Picture:
    """JPEG frames of width by height pixels, `rate` of them in 1,000 s."""

    width: int
    height: int
    rate: int


@dataclass(frozen=True, slots=True)
class SegmentHeader:
    """The fields of a segment header, in the order of their keys from 2."""

    force: str
    camera: str
    epoch: int
    boot: int
    recording_id: bytes
    number: int
    segment: int
    previous_seal: bytes
    ticket_id: bytes
    wrapped_key: bytes
    evidence_digest: bytes
    picture: Picture
    pre_event_ms: int
    firmware_digest: bytes
    order_digest: bytes | None
    marked: bool

    def constants_digest(self) -> bytes:
        """H over what is the same in every segment of a recording (fields 1–7 and 10–16)."""
        same = replace(self, segment=0, previous_seal=bytes(32), marked=False)
        return sha256(same.encode()).digest()

    def encode(self) -> bytes:
        """The dcbor of the header."""
        picture: cbor.Value = ["jpeg", self.picture.width, self.picture.height, self.picture.rate]
        values: list[cbor.Value] = [
            *(VERSION, self.force, self.camera, self.epoch, self.boot),
            *(self.recording_id, self.number, self.segment, self.previous_seal),
            *(self.ticket_id, self.wrapped_key, self.evidence_digest),
            {PICTURE: picture, EVENT: ["event"]},
            *(self.pre_event_ms, self.firmware_digest, self.order_digest, self.marked),
        ]
        return cbor.encode(dict(zip(_KEYS, values, strict=True)))

    def record(self) -> bytes:
        """The header record. Raises EvidenceError where a field is out of bounds."""
        body = self.encode()
        record = _PREFIX.pack(MAGIC, self.recording_id, len(body)) + body
        read_header(record)
        return record

    def digest(self) -> bytes:
        """The header digest: H of the whole record."""
        return sha256(self.record()).digest()


def read_header(data: bytes | memoryview, place: Place = NOWHERE) -> tuple[SegmentHeader, int]:
    """The header record at the beginning of `data`, and its length in bytes."""
    if len(data) < _PREFIX.size:
        if bytes(data[:4]) != MAGIC[: len(data)]:
            raise BadMagic("a header record was expected", place)
        raise Truncated("a header record", place.forward(len(data)))
    magic, recording_id, length = _PREFIX.unpack_from(data)
    if magic != MAGIC:
        raise BadMagic("a header record was expected", place)
    end = _PREFIX.size + length
    if end > HEADER_RECORD_BYTES:
        raise HeaderTooLong(f"its length says {end}", place.forward(20))
    if end > len(data):
        raise Truncated("a header record", place.forward(len(data)))
    inside = place.forward(_PREFIX.size)
    value = cbor.decode(data[_PREFIX.size : end], HEADER_RECORD_BYTES, inside)
    header = _header(value, inside)
    if header.recording_id != recording_id:
        raise Foreign("the header record's recording id is not its field 6", place.forward(4))
    return header, end


def _header(value: cbor.Value, place: Place) -> SegmentHeader:
    taken = Fields.of_map(value, _KEYS, "a segment header", place)
    taken.version()
    return SegmentHeader(
        force=taken.name("force"),
        camera=taken.name("camera"),
        epoch=taken.uint("epoch", UINT32),
        boot=taken.uint("boot number", UINT32),
        recording_id=taken.bstr("recording id", 16),
        number=taken.uint("recording number", UINT32, 1),
        segment=taken.uint("segment", UINT16),
        previous_seal=taken.bstr("previous seal digest", 32),
        ticket_id=taken.bstr("ticket id", 16),
        wrapped_key=taken.bstr("wrapped key", 80),
        evidence_digest=taken.bstr("digest of the evidence key", 32),
        picture=_codecs(taken.value(), place),
        pre_event_ms=taken.uint("pre-event length", UINT32),
        firmware_digest=taken.bstr("firmware digest", 32),
        order_digest=taken.bstr_or_null("digest of the last order", 32),
        marked=taken.boolean("marked"),
    )


def _codecs(value: cbor.Value, place: Place) -> Picture:
    codecs = Fields.of_map(value, KINDS, "codecs", place)
    picture = Fields(codecs.value(), 4, "the picture codec", place)
    event = Fields(codecs.value(), 1, "the event codec", place)
    event.constant("name", "event")
    picture.constant("name", "jpeg")
    return Picture(
        width=picture.uint("width", 8192, 1),
        height=picture.uint("height", 8192, 1),
        rate=picture.uint("rate", 240_000, 1),
    )
