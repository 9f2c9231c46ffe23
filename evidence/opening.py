# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Opens segments with a recording's content key. docs/format.md §5, §6 and §8.

No plaintext is given out before every commitment, tag and padding of its segment was checked.
Opening works on VerifiedSegment alone, so what is opened is what the camera sealed.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from evidence import cbor
from evidence.chunk import BLOCK_BYTES, HEADER_BYTES, TAG_BYTES
from evidence.errors import NOWHERE, BadDigest, BadKey, BadPadding, BadTag, Place, located
from evidence.fields import Fields
from evidence.header import KINDS, SegmentHeader
from evidence.keys import GroupKeys, RecordingKeys, commitments_digest, ticket_info
from evidence.verified import VerifiedChunk, VerifiedGroup, VerifiedSegment

MARKER = 1

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True)
class OpenedChunk:
    """A chunk's plaintext: a JPEG frame (kind 1) or an event (kind 3)."""

    kind: int
    index: int
    mono_us: int
    utc_us: int
    uncertainty_us: int
    plaintext: bytes


def open_header(header: SegmentHeader, ticket_private: bytes) -> bytes:
    """The content key C, by the private half (32 bytes, X25519) of the header's ticket.

    RFC 9180 base mode, single shot, empty aad. Raises BadKey.
    """
    private = X25519PrivateKey.from_private_bytes(ticket_private)
    try:
        content_key = _SUITE.decrypt(header.wrapped_key, private, ticket_info(header))
    except (InvalidTag, ValueError):
        place = Place(segment=header.segment, offset=0)
        raise BadKey("not sealed to this ticket for this recording", place) from None
    return bytes(content_key)


def check_segment(verified: VerifiedSegment, content_key: bytes) -> None:
    """Check commitments, tags and paddings of all groups: what a receipt needs.

    Raises BadDigest, BadTag, BadPadding.
    """
    keys = RecordingKeys(content_key, verified.header.recording_id)
    previous_seal = verified.header.previous_seal
    with located(segment=verified.header.segment):
        for group in verified.groups:
            _check_group(verified, group, keys, previous_seal)
            previous_seal = group.seal_digest


def open_segment(verified: VerifiedSegment, content_key: bytes) -> Iterator[OpenedChunk]:
    """The segment's chunks in the clear, in order; the whole segment is checked first."""
    check_segment(verified, content_key)
    return _open_checked(verified, content_key)


def read_event(plaintext: bytes, place: Place = NOWHERE) -> int:
    """The event (MARKER) that an event chunk's plaintext is."""
    fields = Fields(cbor.decode(plaintext, place=place), 1, "an event", place)
    return fields.uint("event", MARKER, MARKER)


def _open_checked(verified: VerifiedSegment, content_key: bytes) -> Iterator[OpenedChunk]:
    keys = RecordingKeys(content_key, verified.header.recording_id)
    for group in verified.groups:
        of_kind = _group_keys(keys, verified.header.segment, group.number)
        for chunk in group.chunks:
            kind_keys = of_kind[chunk.kind]
            padded = _decrypt(kind_keys, _iv(kind_keys, chunk.number), _body(verified, chunk))
            yield OpenedChunk(
                kind=chunk.kind,
                index=chunk.number,
                mono_us=chunk.mono_us,
                utc_us=chunk.utc_us,
                uncertainty_us=chunk.uncertainty_us,
                plaintext=padded[: -padded[-1]],
            )


def _group_keys(keys: RecordingKeys, segment: int, group: int) -> dict[int, GroupKeys]:
    return {kind: keys.group(segment, group, kind) for kind in KINDS}


def _check_group(
    verified: VerifiedSegment, group: VerifiedGroup, keys: RecordingKeys, previous_seal: bytes
) -> None:
    of_kind = _group_keys(keys, verified.header.segment, group.number)
    if commitments_digest(of_kind) != group.seal.commitments_digest:
        place = Place(group=group.number, offset=group.offset)
        raise BadDigest("the seal commits to other keys", place)
    mac_keys = {kind: keys.mac(group.number, kind) for kind in KINDS}
    tag = sha256(b"\x03" + verified.header_digest + previous_seal).digest()
    for chunk in group.chunks:
        place = Place(group=group.number, chunk=chunk.number, offset=chunk.offset)
        head = bytes(verified.data[chunk.offset : chunk.offset + HEADER_BYTES])
        tag = hmac.digest(mac_keys[chunk.kind], tag + head + chunk.digest, "sha256")
        end = chunk.offset + HEADER_BYTES + chunk.length
        if not hmac.compare_digest(tag, bytes(verified.data[end : end + TAG_BYTES])):
            raise BadTag("its tag is another", place)
        if not _is_padded(_last_block(of_kind[chunk.kind], verified, chunk)):
            raise BadPadding("not PKCS#7", place)


def _body(verified: VerifiedSegment, chunk: VerifiedChunk) -> memoryview:
    start = chunk.offset + HEADER_BYTES
    return verified.data[start : start + chunk.length]


def _last_block(keys: GroupKeys, verified: VerifiedSegment, chunk: VerifiedChunk) -> bytes:
    """The last plaintext block alone: CBC needs the ciphertext block before it, no more."""
    body = _body(verified, chunk)
    if chunk.length == BLOCK_BYTES:
        return _decrypt(keys, _iv(keys, chunk.number), body)
    before = bytes(body[-2 * BLOCK_BYTES : -BLOCK_BYTES])
    return _decrypt(keys, before, body[-BLOCK_BYTES:])


def _is_padded(block: bytes) -> bool:
    count = block[-1]
    return 1 <= count <= BLOCK_BYTES and block.endswith(bytes((count,)) * count)


def _iv(keys: GroupKeys, index: int) -> bytes:
    """AES-256-ECB(K_iv, u128 index): unpredictable, and never the same twice under a key."""
    encryptor = Cipher(algorithms.AES256(keys.iv), modes.ECB()).encryptor()  # noqa: S305
    return encryptor.update(index.to_bytes(BLOCK_BYTES, "big"))


def _decrypt(keys: GroupKeys, iv: bytes, body: memoryview) -> bytes:
    decryptor = Cipher(algorithms.AES256(keys.encryption), modes.CBC(iv)).decryptor()
    return decryptor.update(body) + decryptor.finalize()
