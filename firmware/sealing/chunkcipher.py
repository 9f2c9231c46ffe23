# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A group's chunk cipher: AES-256-CBC with PKCS#7 and SHA-256 over the ciphertext, in one pass.

docs/format.md section 5: IV = AES-256-ECB(K_iv, u128 index). cryptolib gives no way to set the
IV of a CBC object that exists, and a new object costs 400 bytes and a key schedule: so one object
serves a group, and P0 xor IV xor S is encrypted in place of P0, S being the last block that the
object made. Nothing here grows with the number of chunks; a chunk leaves a hash object, its
digest and a few views behind for the collector, less than 1 KiB.

The functions of the path are native since a frame of bytecode with more than 11 words comes from
the heap, at its low end: freed there, it makes the next allocation search all of the garbage.
"""

from hashlib import sha256

import micropython
from cryptolib import aes
from micropython import const

from sealing.errors import BufferFault, KeyFault
from sealing.wipe import wipe

_ECB = const(1)
_CBC = const(2)
_SLICE = const(8192)


@micropython.viper
def _xor(into: ptr8, a: ptr8, b: ptr8, c: ptr8):
    i = 0
    while i < 16:
        into[i] = a[i] ^ b[i] ^ c[i]
        i += 1


class ChunkCipher:
    """Encrypts the chunks of one group and kind; `ciphertext_sha256` is the last chunk's."""

    def __init__(self, k_enc: bytes | bytearray, k_iv: bytes | bytearray) -> None:
        if len(k_enc) != 32 or len(k_iv) != 32:
            raise KeyFault("AES-256 keys have 32 bytes")
        self.ciphertext_sha256 = b""
        self._last = bytearray(16)
        self._cbc = aes(k_enc, _CBC, self._last)
        self._ecb = aes(k_iv, _ECB)
        self._iv = bytearray(16)
        self._block = bytearray(16)
        self._index = -1

    @micropython.native
    def encrypt_into(
        self, out: bytearray | memoryview, plain: bytes | bytearray | memoryview, index: int
    ) -> int:
        """Write the ciphertext of chunk `index` to `out`; its length, a multiple of 16.

        `out` needs len(plain) // 16 * 16 + 16 bytes and may begin where `plain` does. An index
        that is not above the last would use an IV twice and is refused.
        """
        length = len(plain)
        whole = length & -16
        total = whole + 16
        if len(out) < total:
            raise BufferFault("the ciphertext needs up to 16 bytes more than the plaintext")
        self._derive_iv(index)
        out = memoryview(out)
        plain = memoryview(plain)
        block = self._block
        cbc = self._cbc
        digest = sha256()
        if whole:
            _xor(block, plain, self._iv, self._last)
            cbc.encrypt(block, block)
        done = 0
        while done < whole:
            end = done + _SLICE
            if end > whole:
                end = whole
            piece = out[done:end]
            if done:
                cbc.encrypt(plain[done:end], piece)
            else:
                if whole > 16:
                    cbc.encrypt(plain[16:end], out[16:end])
                out[:16] = block
            digest.update(piece)
            done = end
        self._encrypt_tail(plain, whole, length)
        out[whole:total] = self._last
        digest.update(self._last)
        self.ciphertext_sha256 = digest.digest()
        return total

    @micropython.native
    def _derive_iv(self, index: int) -> None:
        """IV = AES-ECB(K_iv, index), index being a u32 here."""
        if not self._index < index < 1 << 32:
            raise BufferFault("chunk indices rise, and fit 32 bits")
        if self._ecb is None:
            raise KeyFault("the keys were wiped")
        self._index = index
        iv = self._iv
        for i in range(15, -1, -1):
            iv[i] = index & 255
            index >>= 8
        self._ecb.encrypt(iv, iv)

    @micropython.native
    def _encrypt_tail(self, plain: memoryview, whole: int, length: int) -> None:
        """Encrypt the last block, PKCS#7 padded, into `_last`."""
        block = self._block
        padding = whole + 16 - length
        for i in range(16):
            block[i] = plain[whole + i] if i < 16 - padding else padding
        if not whole:
            _xor(block, block, self._iv, self._last)
        self._cbc.encrypt(block, self._last)

    def wipe(self) -> None:
        """Forget the keys. Their schedules stay in the heap until it is given out again."""
        self._cbc = self._ecb = None
        wipe(self._iv, self._block, self._last)
