# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""AES-256-GCM (NIST SP 800-38D), encryption alone, for short texts such as a wrapped key.

GHASH goes by tables of 4 bits on Python integers: about 50,000 instructions a block, and time
that depends on the data. Right for one key under a fresh secret each time, wrong for bulk.
"""

from cryptolib import aes
from micropython import const

from sealing.errors import BufferFault, KeyFault

_ECB = const(1)
_LIMIT_BYTES = const(4096)
_POLYNOMIAL = const(0xE1 << 120)


def _times_x(value: int) -> int:
    """value * x in GCM's bit order, where the highest bit is the constant term."""
    return (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)


def _table(value: int) -> list[int]:
    """The 16 products of value and a polynomial of degree 3, whose constant term is bit 3."""
    table = [0] * 16
    for bit in (8, 4, 2, 1):
        table[bit] = value
        value = _times_x(value)
    for i in range(3, 16):
        low = i & -i
        table[i] = table[low] ^ table[i ^ low]
    return table


def _remainders() -> list[int]:
    """What 4 bits that are shifted out come back as."""
    out = []
    for i in range(16):
        for _ in range(4):
            i = _times_x(i)
        out.append(i)
    return out


_REMAINDERS = _remainders()


def _absorb(state: int, table: list[int], data: bytes | bytearray | memoryview) -> int:
    """GHASH over data, padded with zeros to whole blocks."""
    remainders = _REMAINDERS
    for at in range(0, len(data), 16):
        block = bytes(data[at : at + 16])
        block += bytes(16 - len(block))
        mixed = (state ^ int.from_bytes(block, "big")).to_bytes(16, "big")
        state = 0
        for i in range(15, -1, -1):
            byte = mixed[i]
            state = (state >> 4) ^ remainders[state & 15] ^ table[byte & 15]
            state = (state >> 4) ^ remainders[state & 15] ^ table[byte >> 4]
    return state


def seal(
    key: bytes | bytearray, nonce: bytes, aad: bytes, plaintext: bytes | bytearray | memoryview
) -> bytes:
    """Ciphertext and the 16-byte tag behind it; nonce of 12 bytes, texts of up to 4 KiB."""
    if len(key) != 32:
        raise KeyFault("an AES-256 key has 32 bytes")
    if len(nonce) != 12 or len(plaintext) > _LIMIT_BYTES or len(aad) > _LIMIT_BYTES:
        raise BufferFault("GCM here takes a nonce of 12 bytes and texts of up to 4096")
    cipher = aes(key, _ECB)
    blocks = (len(plaintext) + 15) // 16
    stream = bytearray(16 * (blocks + 2))
    for i in range(blocks + 1):
        stream[16 * i : 16 * i + 12] = nonce
        stream[16 * i + 14] = (i + 1) >> 8
        stream[16 * i + 15] = (i + 1) & 255
    # The last block is left zero: encrypted, it is the hash key.
    cipher.encrypt(stream, stream)
    table = _table(int.from_bytes(stream[16 * (blocks + 1) :], "big"))
    out = bytearray(len(plaintext) + 16)
    for i in range(len(plaintext)):
        out[i] = plaintext[i] ^ stream[16 + i]
    state = _absorb(0, table, aad)
    state = _absorb(state, table, memoryview(out)[: len(plaintext)])
    lengths = (len(aad) << 67 | len(plaintext) << 3).to_bytes(16, "big")
    state = _absorb(state, table, lengths)
    tag = state ^ int.from_bytes(stream[:16], "big")
    out[len(plaintext) :] = tag.to_bytes(16, "big")
    return bytes(out)
