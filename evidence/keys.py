# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The keys of a recording, all from its content key C. docs/format.md §6.

C opens everything, T = tail_key(C) opens nothing: MAC keys come from T alone.
"""

import hmac
from hashlib import sha256
from typing import NamedTuple

from evidence import cbor
from evidence.header import KINDS, SegmentHeader

KEY_BYTES = 32

_COMMIT = b"candour-v1/commit"


class GroupKeys(NamedTuple):
    """The encryption key and the IV key of one kind in one group."""

    encryption: bytes
    iv: bytes

    def commitment(self) -> bytes:
        """What a seal commits to, so that one ciphertext has one meaning."""
        return sha256(_COMMIT + self.encryption + self.iv).digest()


def hkdf(key: bytes, info: bytes) -> bytes:
    """HKDF-SHA-256 (RFC 5869), empty salt, 32 bytes: extract, then expand."""
    return _expand(hmac.digest(b"", key, "sha256"), info)


def _expand(pseudorandom_key: bytes, info: bytes) -> bytes:
    return hmac.digest(pseudorandom_key, info + b"\x01", "sha256")


class RecordingKeys:
    """Derives a recording's keys; C and T are extracted once."""

    __slots__ = ("_from_content", "_from_tail", "_recording_id")

    def __init__(self, content_key: bytes, recording_id: bytes) -> None:
        if len(content_key) != KEY_BYTES:
            raise ValueError("a content key has 32 bytes")
        self._recording_id = recording_id
        self._from_content = hmac.digest(b"", content_key, "sha256")
        tail = _expand(self._from_content, cbor.encode(["candour-v1/tail", recording_id]))
        self._from_tail = hmac.digest(b"", tail, "sha256")

    def group(self, segment: int, group: int, kind: int) -> GroupKeys:
        """K_enc and K_iv."""
        place: list[cbor.Value] = ["candour-v1/group", self._recording_id, segment, group, kind]
        return GroupKeys(
            _expand(self._from_content, cbor.encode([*place, 1])),
            _expand(self._from_content, cbor.encode([*place, 2])),
        )

    def mac(self, group: int, kind: int) -> bytes:
        """K_mac."""
        return _expand(self._from_tail, cbor.encode(["candour-v1/mac", group, kind]))


def tail_key(content_key: bytes, recording_id: bytes) -> bytes:
    """T: what a camera keeps to seal a tail after a power cut; it opens nothing."""
    return hkdf(content_key, cbor.encode(["candour-v1/tail", recording_id]))


def commitments_digest(keys: dict[int, GroupKeys]) -> bytes:
    """The digest of the commitments to all kinds' keys of one group."""
    pairs: list[cbor.Value] = [[kind, keys[kind].commitment()] for kind in KINDS]
    return sha256(cbor.encode(pairs)).digest()


def ticket_info(header: SegmentHeader) -> bytes:
    """The HPKE info that binds a wrapped content key to its recording and ticket."""
    return cbor.encode(
        [
            *("candour-v1", header.force, header.camera, header.epoch, header.evidence_digest),
            *(header.recording_id, header.number, header.ticket_id),
        ]
    )
