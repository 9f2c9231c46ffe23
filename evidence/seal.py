# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The seal: what a camera's evidence key signs at the end of each group. docs/format.md §7."""

from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence import cbor, cose
from evidence.errors import NOWHERE, BadMagic, Place, SealTooLong, Truncated
from evidence.fields import UINT16, UINT32, UINT64, VERSION, Fields
from evidence.limits import GROUP_CHUNKS, SEAL_BYTES

MAGIC: Final = b"CDRs"
DOMAIN: Final = "candour-v1/seal"
PREFIX_BYTES: Final = 24
NO_SEAL: Final = bytes(32)

END: Final = 1
RECOVERED: Final = 2
MUTED: Final = 4
COVERT: Final = 8
_ALL_FLAGS = 15

_PREFIX = Struct(">4s16sI")


@dataclass(frozen=True, slots=True)
class Indicator:
    """What light and beeper did since the last seal, as the firmware measured it."""

    recording_ms: int = 0
    light_ms: int = 0
    beeps_sounded: int = 0
    beeps_heard: int = 0

    def values(self) -> list[cbor.Value]:
        """The array that stands in a seal."""
        return [self.recording_ms, self.light_ms, self.beeps_sounded, self.beeps_heard]


@dataclass(frozen=True, slots=True)
class Seal:
    """The fields of a seal, in their order behind the version."""

    recording_id: bytes
    segment: int
    group: int
    first_chunk: int
    chunks: int
    header_digest: bytes
    leaves_digest: bytes
    commitments_digest: bytes
    previous_seal: bytes
    mono_us: int
    utc_us: int
    uncertainty_us: int
    dropped_frames: int
    indicator: Indicator
    flags: int

    def has(self, flag: int) -> bool:
        """Whether one of END, RECOVERED, MUTED, COVERT is set."""
        return self.flags & flag != 0

    @property
    def times(self) -> tuple[int, int, int]:
        """(mono_us, utc_us, uncertainty_us)."""
        return self.mono_us, self.utc_us, self.uncertainty_us

    def encode(self) -> bytes:
        """The payload that is signed."""
        return cbor.encode(
            [
                *(VERSION, self.recording_id, self.segment, self.group),
                *(self.first_chunk, self.chunks, self.header_digest, self.leaves_digest),
                *(self.commitments_digest, self.previous_seal, *self.times),
                *(self.dropped_frames, self.indicator.values(), self.flags),
            ]
        )

    @classmethod
    def decode(cls, payload: bytes, place: Place = NOWHERE) -> "Seal":
        """The seal whose payload this is; no signature is looked at."""
        fields = Fields(cbor.decode(payload, SEAL_BYTES, place), 16, "a seal", place)
        fields.version()
        return cls(
            recording_id=fields.bstr("recording id", 16),
            segment=fields.uint("segment", UINT16),
            group=fields.uint("group", UINT32),
            first_chunk=fields.uint("index of the first chunk", UINT32),
            chunks=fields.uint("number of chunks", GROUP_CHUNKS),
            header_digest=fields.bstr("header digest", 32),
            leaves_digest=fields.bstr("leaves digest", 32),
            commitments_digest=fields.bstr("commitments digest", 32),
            previous_seal=fields.bstr("previous seal digest", 32),
            mono_us=fields.uint("monotonic time", UINT64),
            utc_us=fields.uint("time", UINT64),
            uncertainty_us=fields.uint("uncertainty", UINT32),
            dropped_frames=fields.uint("dropped frames", UINT32),
            indicator=_indicator(fields.value(), place),
            flags=fields.uint("flags", _ALL_FLAGS),
        )

    def record(self, private_key: Ed25519PrivateKey) -> bytes:
        """The seal record, signed. Raises EvidenceError where a field is out of bounds."""
        payload = self.encode()
        self.decode(payload)
        message = cose.sign1(private_key, DOMAIN, payload)
        return _PREFIX.pack(MAGIC, self.recording_id, len(message)) + message


def _indicator(value: cbor.Value, place: Place) -> Indicator:
    fields = Fields(value, 4, "an indicator proof", place)
    return Indicator(
        recording_ms=fields.uint("time of recording", UINT32),
        light_ms=fields.uint("time of light", UINT32),
        beeps_sounded=fields.uint("beeps sounded", UINT32),
        beeps_heard=fields.uint("beeps heard", UINT32),
    )


@dataclass(frozen=True, slots=True)
class SealRecord:
    """A seal record as it was found: the message is not verified yet."""

    recording_id: bytes
    message: bytes
    digest: bytes
    length: int

    def verify(self, public_key: bytes, place: Place) -> Seal:
        """The seal, signed by this evidence key; `place` is the record's."""
        inside = place.forward(PREFIX_BYTES)
        payload = cose.verify1(public_key, DOMAIN, self.message, SEAL_BYTES, inside)
        return Seal.decode(payload, inside.forward(cose.payload_offset(self.message, payload)))


def read_seal_record(data: bytes | memoryview, offset: int, place: Place) -> SealRecord:
    """The seal record at `offset`; `place` is where it begins."""
    if len(data) - offset < PREFIX_BYTES:
        raise Truncated("a seal record", place.forward(len(data) - offset))
    magic, recording_id, length = _PREFIX.unpack_from(data, offset)
    if magic != MAGIC:
        raise BadMagic("a seal was expected", place)
    if length > SEAL_BYTES:
        raise SealTooLong(f"its length says {length}", place.forward(20))
    end = offset + PREFIX_BYTES + length
    if end > len(data):
        raise Truncated("a seal record", place.forward(len(data) - offset))
    record = bytes(data[offset:end])
    return SealRecord(
        recording_id, record[PREFIX_BYTES:], sha256(record).digest(), PREFIX_BYTES + length
    )
