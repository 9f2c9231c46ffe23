# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""HKDF-SHA-256 (RFC 5869)."""

from sealing.errors import BufferFault
from sealing.hmac256 import HmacSha256


def extract(salt: bytes, secret: bytes | bytearray | memoryview) -> bytes:
    """The 32-byte pseudorandom key (section 2.2); an empty salt stands for 32 zeros."""
    return HmacSha256(salt).mac(secret)


def expand(key: bytes | bytearray, info: bytes, length_bytes: int = 32) -> bytes:
    """Output of 1 to 8,160 bytes from a pseudorandom key (section 2.3)."""
    if not 0 < length_bytes <= 255 * 32:
        raise BufferFault("HKDF gives 1 to 8160 bytes")
    state = HmacSha256(key)
    out = b""
    block = b""
    count = 1
    while len(out) < length_bytes:
        block = state.mac(block, info, bytes((count,)))
        out += block
        count += 1
    state.wipe()
    return out[:length_bytes]


def derive(secret: bytes | bytearray | memoryview, info: bytes) -> bytes:
    """docs/format.md's HKDF(key, info): extract with an empty salt, expand to 32 bytes."""
    return expand(extract(b"", secret), info)
