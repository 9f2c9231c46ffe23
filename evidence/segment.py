# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Verifies one segment against a camera's evidence key, without any secret. docs/format.md §8.

What comes out as a VerifiedSegment has every byte under a seal of that key, through a leaf, the
header's digest or the chain of seals. Work is bounded by the bytes: two hashes a chunk and one
signature a group; nothing is copied but headers.
"""

from dataclasses import replace
from hashlib import sha256
from struct import Struct
from typing import NoReturn

from evidence import chunk, seal
from evidence.chunk import HEADER_BYTES, TAG_BYTES
from evidence.errors import (
    BadDigest,
    BadMagic,
    BadSequence,
    BadStructure,
    BadTime,
    Foreign,
    GroupTooLong,
    Place,
    SegmentTooLong,
    Truncated,
    located,
)
from evidence.fields import UINT64
from evidence.header import KINDS, read_header
from evidence.limits import (
    CHUNK_BYTES,
    GROUP_CHUNKS,
    GROUP_US,
    SEGMENT_BYTES,
    SEGMENT_GROUPS,
    SEGMENT_US,
    UNCERTAINTY_UNKNOWN_US,
)
from evidence.seal import END, NO_SEAL, RECOVERED, Indicator, Seal, read_seal_record
from evidence.statements import CameraCertificate
from evidence.verified import VerifiedChunk, VerifiedGroup, VerifiedSegment

_IDENTITY = Struct(">4s16sII")
_CHUNK = Struct(">28sIB3sIQQI")
_RESERVED = bytes(3)
_NOTHING_MEASURED = Indicator()
NO_TIMES = (0, 0, UNCERTAINTY_UNKNOWN_US)

__all__ = ["VerifiedChunk", "VerifiedGroup", "VerifiedSegment", "verify_segment"]


def verify_segment(
    data: bytes | bytearray | memoryview,
    evidence_public: bytes,
    certificate: CameraCertificate | None = None,
) -> VerifiedSegment:
    """Check a segment's exact bytes against an evidence public key (32 bytes).

    With a certificate, the header's names and epoch must be its. Raises EvidenceError, whose
    place names segment, group, chunk and byte offset as far as they are known.
    """
    return _SegmentReader(memoryview(data), evidence_public, certificate).read()


class _SegmentReader:
    """Walks the records of one segment; its state is what the next record must follow."""

    def __init__(
        self, data: memoryview, evidence_public: bytes, certificate: CameraCertificate | None
    ) -> None:
        if len(data) > SEGMENT_BYTES:
            raise SegmentTooLong(f"{len(data)} bytes", Place(offset=SEGMENT_BYTES))
        self._data = data
        self._key = evidence_public
        self._header, self._offset = read_header(data, Place(offset=0))
        self._header_digest = sha256(data[: self._offset]).digest()
        with located(segment=self._header.segment, offset=0):
            self._check_header(certificate)
        first = 0 if self._header.segment == 0 else None
        self._group: int | None = first
        self._next_chunk: int | None = first
        self._first_mono: int | None = None
        self._last: VerifiedChunk | None = None
        self._previous = self._header.previous_seal
        self._last_seal: Seal | None = None

    def read(self) -> VerifiedSegment:
        """All groups, to the last byte."""
        groups: list[VerifiedGroup] = []
        with located(segment=self._header.segment):
            while self._offset < len(self._data) or not groups:
                if self._last_seal is not None and self._last_seal.has(END):
                    what = "something stands behind the recording's end"
                    raise BadSequence(what, self._place(self._offset))
                if len(groups) == SEGMENT_GROUPS:
                    raise SegmentTooLong("it has more groups", self._place(self._offset))
                groups.append(self._read_group())
        return VerifiedSegment(self._header, self._header_digest, tuple(groups), self._data)

    def _check_header(self, certificate: CameraCertificate | None) -> None:
        header = self._header
        if header.evidence_digest != sha256(self._key).digest():
            raise Foreign("the header names another evidence key")
        if header.segment == 0 and header.previous_seal != NO_SEAL:
            raise BadDigest("segment 0 names a seal before it")
        if certificate is None:
            return
        if certificate.public_key != self._key:
            raise Foreign("the certificate is of another evidence key")
        for label in ("force", "camera", "epoch"):
            if getattr(header, label) != getattr(certificate, label):
                raise Foreign(f"the header's {label} is not the certificate's")

    def _read_group(self) -> VerifiedGroup:
        start = self._offset
        if self._group is None and self._begins(start, chunk.MAGIC):
            self._take_first_indices(start)
        chunks, leaves = self._read_chunks()
        return self._read_seal(start, chunks, leaves)

    def _begins(self, offset: int, magic: bytes) -> bool:
        return bytes(self._data[offset : offset + 4]) == magic

    def _take_first_indices(self, offset: int) -> None:
        """A later segment's first chunk says where it goes on; its recording checks that."""
        header = chunk.ChunkHeader.peek(self._data[offset:], self._place(offset))
        self._group, self._next_chunk = header.group, header.index

    def _read_chunks(self) -> tuple[tuple[VerifiedChunk, ...], bytes]:
        """The chunks up to the group's seal, and their leaves digest.

        The one hot loop: a chunk that passes costs a single comparison of each field; why one
        does not pass is found out by _refuse_chunk.
        """
        data, offset, index = self._data, self._offset, self._next_chunk
        identity = self._identity()
        last_mono, latest_mono = self._mono_bounds()
        chunks: list[VerifiedChunk] = []
        leaves = [b"\x01"]
        total, unpack = len(data) - HEADER_BYTES, _CHUNK.unpack_from
        while offset <= total and len(chunks) < GROUP_CHUNKS:
            found, number, kind, reserved, length, mono, utc, uncertainty = unpack(data, offset)
            if found != identity:
                break
            body = offset + HEADER_BYTES
            end = body + length + TAG_BYTES
            if (
                number != index
                or kind not in KINDS
                or reserved != _RESERVED
                or not 0 < length <= CHUNK_BYTES
                or length & 15
                or end > len(data)
                or not last_mono <= mono <= latest_mono
            ):
                self._refuse_chunk(offset, chunks)
            digest = sha256(data[body : end - TAG_BYTES]).digest()
            leaf = b"".join((b"\0", data[offset:body], data[end - TAG_BYTES : end], digest))
            leaves.append(sha256(leaf).digest())
            if not chunks:
                latest_mono = min(self._segment_start(mono) + SEGMENT_US, mono + GROUP_US)
            chunks.append(
                VerifiedChunk(offset, number, kind, length, mono, utc, uncertainty, digest)
            )
            last_mono, index, offset = mono, number + 1, end
        if not self._begins(offset, seal.MAGIC):
            self._refuse_chunk(offset, chunks)
        self._offset, self._next_chunk = offset, index
        return tuple(chunks), sha256(b"".join(leaves)).digest()

    def _identity(self) -> bytes:
        """The first 28 bytes of every chunk of the group."""
        if self._group is None:
            return b""
        header = self._header
        return _IDENTITY.pack(chunk.MAGIC, header.recording_id, header.segment, self._group)

    def _mono_bounds(self) -> tuple[int, int]:
        """The monotonic times between which the group's first chunk lies."""
        if self._last is None or self._first_mono is None:
            return 0, UINT64
        return self._last.mono_us, self._first_mono + SEGMENT_US

    def _segment_start(self, mono_us: int) -> int:
        """The monotonic time of the segment's first chunk, which may be this one."""
        if self._first_mono is None:
            self._first_mono = mono_us
        return self._first_mono

    def _refuse_chunk(self, offset: int, chunks: list[VerifiedChunk]) -> NoReturn:
        """Say what is wrong with the record at `offset`, in the order of §8."""
        place = replace(self._place(offset), chunk=(self._next_chunk or 0) + len(chunks))
        left = self._data[offset : offset + 4]
        if left != chunk.MAGIC[: len(left)]:
            raise BadMagic("a chunk or a seal was expected", place)
        if len(chunks) == GROUP_CHUNKS:
            raise GroupTooLong("it goes on behind its last allowed chunk", place)
        if not left:
            raise Truncated("a group, before its seal", place)
        self._check_identity(chunk.ChunkHeader.peek(self._data[offset:], place), place)
        header = chunk.ChunkHeader.unpack(self._data[offset:], place)
        if offset + HEADER_BYTES + header.length + TAG_BYTES > len(self._data):
            raise Truncated("a chunk", place.forward(len(self._data) - offset))
        last = chunks[-1] if chunks else self._last
        if last is not None and header.mono_us < last.mono_us:
            raise BadTime("a chunk is before the one ahead of it", place.forward(40))
        if chunks and header.mono_us > chunks[0].mono_us + GROUP_US:
            raise GroupTooLong("a chunk is too late for its group", place.forward(40))
        raise SegmentTooLong("a chunk is too late for its segment", place.forward(40))

    def _check_identity(self, header: chunk.ChunkHeader, place: Place) -> None:
        if header.recording_id != self._header.recording_id:
            raise Foreign("a chunk of another recording", place.forward(4))
        for label, found, expected, at in (
            ("segment", header.segment, self._header.segment, 20),
            ("group", header.group, self._group, 24),
            ("index", header.index, place.chunk, 28),
        ):
            if found != expected:
                raise BadSequence(f"a chunk's {label} is not {expected}", place.forward(at))

    def _read_seal(
        self, start: int, chunks: tuple[VerifiedChunk, ...], leaves: bytes
    ) -> VerifiedGroup:
        place = self._place(self._offset)
        record = read_seal_record(self._data, self._offset, place)
        if record.recording_id != self._header.recording_id:
            raise Foreign("a seal of another recording", place.forward(4))
        sealed = record.verify(self._key, place)
        if self._group is None:
            self._group, self._next_chunk = sealed.group, sealed.first_chunk
        self._last = chunks[-1] if chunks else self._last
        self._check_seal(sealed, chunks, place)
        if sealed.leaves_digest != leaves:
            raise BadDigest("the group's chunks are not those sealed", self._place(start))
        self._check_times(sealed, chunks, place)
        group = VerifiedGroup(sealed.group, start, chunks, sealed, record.digest)
        self._offset += record.length
        self._previous, self._last_seal = record.digest, sealed
        self._group += 1
        return group

    def _check_seal(self, sealed: Seal, chunks: tuple[VerifiedChunk, ...], place: Place) -> None:
        header = self._header
        if sealed.recording_id != header.recording_id:
            raise Foreign("a seal of another recording", place)
        first = chunks[0].number if chunks else self._next_chunk
        for label, found, expected in (
            ("segment", sealed.segment, header.segment),
            ("group", sealed.group, self._group),
            ("first chunk", sealed.first_chunk, first),
            ("number of chunks", sealed.chunks, len(chunks)),
        ):
            if found != expected:
                raise BadSequence(f"a seal's {label} is {found}, not {expected}", place)
        if sealed.header_digest != self._header_digest:
            raise BadDigest("the header is not the one sealed", Place(offset=0))
        if sealed.previous_seal != self._previous:
            raise BadDigest("the seal before is not the one that this seal names", place)
        if not chunks and not sealed.has(END):
            raise BadStructure("a group without chunks that is not the end", place)

    def _check_times(self, sealed: Seal, chunks: tuple[VerifiedChunk, ...], place: Place) -> None:
        if self._last is not None and sealed.mono_us < self._last.mono_us:
            raise BadTime("a seal is before its last chunk", place)
        if not sealed.has(RECOVERED):
            return
        if not sealed.has(END) or sealed.indicator != _NOTHING_MEASURED:
            raise BadStructure("a recovered seal that is no end, or that measured", place)
        expected: tuple[int, int, int] | None = None
        if chunks:
            expected = chunks[-1].mono_us, chunks[-1].utc_us, chunks[-1].uncertainty_us
        elif self._last_seal is not None:
            expected = self._last_seal.times
        elif self._header.segment == 0:
            expected = NO_TIMES
        if expected is not None and sealed.times != expected:
            raise BadStructure("a recovered seal's times are not those before it", place)

    def _place(self, offset: int) -> Place:
        return Place(segment=self._header.segment, group=self._group, offset=offset)
