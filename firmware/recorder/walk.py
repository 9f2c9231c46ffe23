# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Reads a segment back from the card under T: how far do its records chain (docs/format.md 5, 7)?

A chunk is believed when its tag is right, a seal when its signature is; whatever does not chain
ends the walk, be it an old lap's bytes, a torn write or a forgery. A card that can't be read
raises OSError instead: nothing is concluded from it.
"""

import hashlib

from micropython import const
from sealing import cbor, cose
from sealing.errors import SealingError
from sealing.hmac256 import HmacSha256, equal
from store.ring import Ring

from recorder import records
from recorder.keys import EVENT, PICTURE, mac
from recorder.tail import Tail

_BLOCK_BYTES = const(32768)
_KINDS = (PICTURE << 24, EVENT << 24)
_SEAL_FIELDS = const(16)
_SEGMENT_BYTES = const(8388608)


class Walk:
    """After `run`: what stands up to `end`, and what the next seal there must say."""

    def __init__(self, ring: Ring, tail: Tail, public: bytes) -> None:
        self._ring = ring
        self._tail = tail
        self._public = public
        self._buffer = bytearray(_BLOCK_BYTES)
        self._view = memoryview(self._buffer)

    def run(self, first_page: int, segment: int) -> bool:
        """Walk a segment; False where not even its header stands."""
        self._first_page = first_page
        self.segment = segment
        self.chunks = self.group = self.index = self.seals = 0
        self.ended = self.marked = False
        self.previous_seal = b""
        self.stamp = None
        self._macs = {}
        self.header_digest: Any = self._header()
        if self.header_digest is None or len(self.previous_seal) != 32:
            return False
        self._begin_group()
        while not self.ended and self._record():
            pass
        return True

    def leaves_digest(self) -> bytes:
        """Of the group that is open, once."""
        return self._leaves.digest()

    def _header(self) -> bytes | None:
        """Take in the header record; its digest, or None."""
        frame = self._read(0, records.FRAME_BYTES)
        length = self._payload_bytes(frame, records.HEADER_MAGIC, records.HEADER_BYTES)
        if not length:
            return None
        self.end = records.FRAME_BYTES + length
        record = bytes(self._read(0, self.end))
        try:
            fields = cbor.decode(record[records.FRAME_BYTES :])
            self.previous_seal = bytes(fields[9])
            self.marked = fields[17] is True
        except (SealingError, TypeError, KeyError):
            return None
        digest = hashlib.sha256(record).digest()
        if self.segment == self._tail.segment:
            return digest if digest == self._tail.header_digest else None
        # Not yet to be believed: its first group's tags or seal tell.
        if fields.get(6) != self._tail.recording:
            return None
        return digest if fields.get(8) == self.segment else None

    def _record(self) -> bool:
        if self.end > _SEGMENT_BYTES:
            return False
        frame = self._read(self.end, records.CHUNK_HEADER_BYTES)
        if frame[:4] == records.CHUNK_MAGIC:
            return self._chunk(bytearray(frame))
        length = self._payload_bytes(frame, records.SEAL_MAGIC, records.SEAL_BYTES)
        return length > 0 and self._seal(length)

    def _chunk(self, header: bytearray) -> bool:
        segment, group, index, kind, length = records.chunk_fields(header)
        if not self.seals and not self.chunks:
            # The first record says where the segment stands in the recording; its tag proves it.
            self.group, self.index = group, index
        if header[4:20] != self._tail.recording or kind not in _KINDS:
            return False
        if (segment, group, index) != (self.segment, self.group, self.index + self.chunks):
            return False
        if not 16 <= length <= records.CHUNK_BYTES or length % 16:
            return False
        if self.chunks == records.GROUP_CHUNKS:
            return False
        at = self.end + records.CHUNK_HEADER_BYTES
        digest = self._hash(at, length)
        tag = self._mac(kind >> 24).mac(self._tag, header, digest)
        if not equal(tag, self._read(at + length, records.TAG_BYTES)):
            return False
        self._tag = tag
        self._leaves.add(header, tag, digest)
        self.chunks += 1
        self.marked = self.marked or kind >> 24 == EVENT
        self.end = at + length + records.TAG_BYTES
        self.stamp = bytes(header[records.STAMP_AT :])
        return True

    def _seal(self, length: int) -> bool:
        record = bytes(self._read(self.end, records.FRAME_BYTES + length))
        message = record[records.FRAME_BYTES :]
        try:
            payload = cose.verify1(self._public, records.SEAL_DOMAIN, message)
            fields = cbor.decode(payload)
        except SealingError:
            return False
        if type(fields) is not list or len(fields) != _SEAL_FIELDS:
            return False
        if not self.seals and not self.chunks:
            self.group, self.index = fields[3], fields[4]
        expected = [1, self._tail.recording, self.segment, self.group, self.index, self.chunks]
        expected += [self.header_digest, self._leaves.digest()]
        if fields[:8] != expected or fields[9] != self.previous_seal:
            return False
        self.end += len(record)
        self.seals += 1
        self.index += self.chunks
        self.group += 1
        self.ended = bool(fields[15] & records.END)
        self.previous_seal = hashlib.sha256(record).digest()
        self.stamp = records.stamp(fields[10], fields[11], fields[12])
        self._begin_group()
        return True

    def _begin_group(self) -> None:
        self.chunks = 0
        self._macs.clear()
        self._leaves = records.Leaves()
        self._tag = records.first_tag(self.header_digest, self.previous_seal)

    def _mac(self, kind: int) -> HmacSha256:
        if kind not in self._macs:
            self._macs[kind] = mac(self._tail.tail_key, self.group, kind)
        return self._macs[kind]

    def _payload_bytes(self, frame: memoryview, magic: bytes, limit_bytes: int) -> int:
        """The length that a header's or seal's frame claims; 0 where it is none of ours."""
        if frame[:4] != magic or frame[4:20] != self._tail.recording:
            return 0
        length = int.from_bytes(frame[20:24], "big")
        total = length if magic == records.SEAL_MAGIC else records.FRAME_BYTES + length
        return length if 0 < total <= limit_bytes else 0

    def _hash(self, at: int, length: int) -> bytes:
        state = hashlib.sha256()
        while length:
            take = min(length, _BLOCK_BYTES)
            state.update(self._read(at, take))
            at += take
            length -= take
        return state.digest()

    def _read(self, at: int, length: int) -> memoryview:
        """A view that is good until the next read."""
        view = self._view[:length]
        self._ring.read(self._first_page, at, view)
        return view
