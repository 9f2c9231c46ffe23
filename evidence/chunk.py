# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The chunk header: 60 bytes ahead of each frame's or event's ciphertext. docs/format.md §5."""

from dataclasses import dataclass
from struct import Struct
from typing import Final, Self

from evidence.errors import NOWHERE, BadMagic, BadStructure, ChunkTooLong, Place, Truncated
from evidence.header import KINDS
from evidence.limits import CHUNK_BYTES

MAGIC: Final = b"CDRc"
HEADER_BYTES: Final = 60
TAG_BYTES: Final = 32
BLOCK_BYTES: Final = 16

_LAYOUT = Struct(">4s16sIIIB3sIQQI")
_RESERVED = bytes(3)


@dataclass(frozen=True, slots=True)
class ChunkHeader:
    """Identity, kind, times and length of one chunk."""

    recording_id: bytes
    segment: int
    group: int
    index: int
    kind: int
    length: int
    mono_us: int
    utc_us: int
    uncertainty_us: int

    def pack(self) -> bytes:
        """The 60 bytes."""
        head = self.recording_id, self.segment, self.group, self.index, self.kind
        tail = self.length, self.mono_us, self.utc_us, self.uncertainty_us
        return _LAYOUT.pack(MAGIC, *head, _RESERVED, *tail)

    @classmethod
    def peek(cls, data: bytes | memoryview, place: Place = NOWHERE) -> Self:
        """The header at the beginning of `data`, its fields not judged."""
        if len(data) < HEADER_BYTES:
            raise Truncated("a chunk's header", place.forward(len(data)))
        magic, recording_id, segment, group, index, kind, _, *rest = _LAYOUT.unpack_from(data)
        if magic != MAGIC:
            raise BadMagic("a chunk was expected", place)
        return cls(recording_id, segment, group, index, kind, *rest)

    @classmethod
    def unpack(cls, data: bytes | memoryview, place: Place = NOWHERE) -> Self:
        """The header at the beginning of `data`; what can be judged of it alone is checked."""
        header = cls.peek(data, place)
        if header.kind not in KINDS:
            raise BadStructure(f"kind {header.kind} is not declared", place.forward(32))
        if data[33:36] != _RESERVED:
            raise BadStructure("the reserved bytes of a chunk are not zero", place.forward(33))
        if header.length > CHUNK_BYTES:
            raise ChunkTooLong(f"its length says {header.length}", place.forward(36))
        if header.length == 0 or header.length % BLOCK_BYTES:
            raise BadStructure(f"a ciphertext of {header.length} bytes", place.forward(36))
        return header
