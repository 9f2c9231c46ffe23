# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Bytes of a segment's records (docs/format.md sections 3, 4, 5, 7): built and taken apart."""

import hashlib
import struct

from micropython import const
from sealing import cbor
from store.identity import Identity

from recorder.keys import EVENT, PICTURE
from recorder.timekeeper import STAMP_BYTES

HEADER_MAGIC = b"CDRh"
CHUNK_MAGIC = b"CDRc"
SEAL_MAGIC = b"CDRs"
FRAME_BYTES = const(24)  # magic, recording id, u32 length: of a header or a seal record
CHUNK_HEADER_BYTES = const(60)
TAG_BYTES = const(32)
SEAL_BYTES = const(320)
HEADER_BYTES = const(1024)
CHUNK_BYTES = const(1048576)
GROUP_CHUNKS = const(512)
SEAL_DOMAIN = "candour-v1/seal"

END = const(1)
RECOVERED = const(2)

_VERSION = const(1)
_KIND_AT = const(32)
_SEGMENT_AT = const(20)
_INDEX_AT = const(28)
_LENGTH_AT = const(36)
STAMP_AT = const(40)
_STAMP = ">QQI"

MARKER_EVENT = cbor.encode([1])


def record(magic: bytes, recording: bytes, payload: bytes) -> bytes:
    """A header or seal record."""
    return magic + recording + struct.pack(">I", len(payload)) + payload


def segment_header(identity: Identity, fields: dict, sensor) -> bytes:
    """The header record; `fields` holds what differs from segment to segment."""
    evidence = hashlib.sha256(identity.evidence_public).digest()
    header = {
        1: _VERSION,
        2: identity.force,
        3: identity.camera,
        4: identity.epoch,
        12: evidence,
        13: {
            PICTURE: ["jpeg", sensor.width, sensor.height, sensor.rate_mhz],
            EVENT: ["event"],
        },
        14: 0,
    }
    header.update(fields)
    return record(HEADER_MAGIC, fields[6], cbor.encode(header))


def chunk_header(recording: bytes) -> bytearray:
    """A chunk header to be filled again and again."""
    header = bytearray(CHUNK_HEADER_BYTES)
    header[: len(CHUNK_MAGIC)] = CHUNK_MAGIC
    header[4:20] = recording
    return header


def place(header: bytearray, segment: int, group: int) -> None:
    """Fill in where the chunks to come stand."""
    struct.pack_into(">II", header, _SEGMENT_AT, segment, group)


def fill(header: bytearray, index: int, kind: int, length: int, stamp: bytearray) -> None:
    """Fill in one chunk."""
    struct.pack_into(">I", header, _INDEX_AT, index)
    header[_KIND_AT] = kind
    struct.pack_into(">I", header, _LENGTH_AT, length)
    for i in range(STAMP_BYTES):
        header[STAMP_AT + i] = stamp[i]


def chunk_fields(header: bytearray) -> tuple[int, int, int, int, int]:
    """(segment, group, index, kind and its three zeros as one u32, length)."""
    return struct.unpack_from(">IIIII", header, _SEGMENT_AT)


def times(stamp: bytes | bytearray) -> list[int]:
    """[mono_us, utc_us, uncertainty] of a stamp."""
    return list(struct.unpack(_STAMP, stamp))


def stamp(mono_us: int, utc_us: int, uncertainty_us: int) -> bytes:
    """A stamp of these times."""
    return struct.pack(_STAMP, mono_us, utc_us, uncertainty_us)


class Leaves:
    """Digest over a group's leaves in their order."""

    def __init__(self) -> None:
        self._state = hashlib.sha256(b"\x01")
        self._digest = None

    def add(self, header: bytearray, tag: bytes, ciphertext_sha256: bytes) -> None:
        """Take in a chunk."""
        leaf = hashlib.sha256(b"\x00")
        leaf.update(header)
        leaf.update(tag)
        leaf.update(ciphertext_sha256)
        self._state.update(leaf.digest())

    def digest(self) -> bytes:
        """At the end: nothing can be added behind it."""
        if self._digest is None:
            self._digest = self._state.digest()
        return self._digest


def first_tag(header_digest: bytes, previous_seal: bytes) -> bytes:
    """What stands for the previous tag before a group's first chunk."""
    return hashlib.sha256(b"\x03" + header_digest + previous_seal).digest()
