# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""HMAC-SHA-256 (RFC 2104, FIPS 198-1) over hashlib's sha256.

MicroPython's hash objects can't be copied, so the padded key is hashed again each time: two
more blocks of 64 bytes, about 8,000 instructions. The padded keys are made once and wiped by
`wipe`. Each use allocates two hash objects and two digests, some 400 bytes on a 32-bit machine,
all of it garbage at once: no growth.
"""

from hashlib import sha256

import micropython
from micropython import const

from sealing.wipe import wipe

_BLOCK = const(64)


class HmacSha256:
    """One key, any number of messages."""

    def __init__(self, key: bytes | bytearray | memoryview) -> None:
        if len(key) > _BLOCK:
            key = sha256(key).digest()
        self._inner = bytearray(_BLOCK)
        self._outer = bytearray(_BLOCK)
        for i in range(_BLOCK):
            byte = key[i] if i < len(key) else 0
            self._inner[i] = byte ^ 0x36
            self._outer[i] = byte ^ 0x5C

    @micropython.native
    def mac(
        self,
        a: bytes | bytearray | memoryview,
        b: bytes | bytearray | memoryview | None = None,
        c: bytes | bytearray | memoryview | None = None,
    ) -> bytes:
        """The 32-byte MAC of a, b and c, joined."""
        state = sha256(self._inner)
        state.update(a)
        if b is not None:
            state.update(b)
        if c is not None:
            state.update(c)
        inner = state.digest()
        state = sha256(self._outer)
        state.update(inner)
        return state.digest()

    def wipe(self) -> None:
        """Overwrite the padded keys. What the object makes afterwards is worthless."""
        wipe(self._inner, self._outer)


def equal(a: bytes | bytearray | memoryview, b: bytes | bytearray | memoryview) -> bool:
    """Whether two MACs are the same, in a time that does not tell where they differ."""
    if len(a) != len(b):
        return False
    difference = 0
    for i in range(len(a)):
        difference |= a[i] ^ b[i]
    return difference == 0
