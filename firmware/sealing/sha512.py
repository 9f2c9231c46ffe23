# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
# pyright: reportCallIssue=false
"""SHA-512 (FIPS 180-4), which no stock MicroPython has; Ed25519 needs it.

A 64-bit word is a pair of 32-bit words, u first. Invariant that makes one code right on 32-
and 64-bit machines: whatever is shifted right or compared is a `uint` below 2^32, either loaded
from memory or masked; carries come from unsigned comparison; stores cut to 32 bits. Not
re-entrant: one scratch area serves all objects, and is cleared when a digest is taken.
"""

from binascii import unhexlify

import micropython
from micropython import const

from sealing.wipe import wipe

_BLOCK = const(128)

# Square roots of the first 8 primes, cube roots of the first 80: 64 bits of their fractions.
_INITIAL_HEX = (
    "6a09e667f3bcc908bb67ae8584caa73b3c6ef372fe94f82ba54ff53a5f1d36f1"
    "510e527fade682d19b05688c2b3e6c1f1f83d9abfb41bd6b5be0cd19137e2179"
)
_ROUND_HEX = (
    "428a2f98d728ae227137449123ef65cdb5c0fbcfec4d3b2fe9b5dba58189dbbc"
    "3956c25bf348b53859f111f1b605d019923f82a4af194f9bab1c5ed5da6d8118"
    "d807aa98a303024212835b0145706fbe243185be4ee4b28c550c7dc3d5ffb4e2"
    "72be5d74f27b896f80deb1fe3b1696b19bdc06a725c71235c19bf174cf692694"
    "e49b69c19ef14ad2efbe4786384f25e30fc19dc68b8cd5b5240ca1cc77ac9c65"
    "2de92c6f592b02754a7484aa6ea6e4835cb0a9dcbd41fbd476f988da831153b5"
    "983e5152ee66dfaba831c66d2db43210b00327c898fb213fbf597fc7beef0ee4"
    "c6e00bf33da88fc2d5a79147930aa72506ca6351e003826f142929670a0e6e70"
    "27b70a8546d22ffc2e1b21385c26c9264d2c6dfc5ac42aed53380d139d95b3df"
    "650a73548baf63de766a0abb3c77b2a881c2c92e47edaee692722c851482353b"
    "a2bfe8a14cf10364a81a664bbc423001c24b8b70d0f89791c76c51a30654be30"
    "d192e819d6ef5218d69906245565a910f40e35855771202a106aa07032bbd1b8"
    "19a4c116b8d2d0c81e376c085141ab532748774cdf8eeb9934b0bcb5e19b48a8"
    "391c0cb3c5c95a634ed8aa4ae3418acb5b9cca4f7763e373682e6ff3d6b2b8a3"
    "748f82ee5defb2fc78a5636f43172f6084c87814a1f0ab728cc702081a6439ec"
    "90befffa23631e28a4506cebde82bde9bef9a3f7b2c67915c67178f2e372532b"
    "ca273eceea26619cd186b8c721c0c207eada7dd6cde0eb1ef57d4f7fee6ed178"
    "06f067aa72176fba0a637dc5a2c898a6113f9804bef90dae1b710b35131c471b"
    "28db77f523047d8432caab7b40c724933c9ebe0a15c9bebc431d67c49c100d4c"
    "4cc5d4becb3e42b6597f299cfc657e2a5fcb6fab3ad6faec6c44198c4a475817"
)


def _words(digits: str) -> bytearray:
    """Big-endian 32-bit words in hex as words of this (little-endian) machine, aligned."""
    big = unhexlify(digits)
    words = bytearray(len(big))
    for i in range(len(big)):
        words[i ^ 3] = big[i]
    return words


_INITIAL = _words(_INITIAL_HEX)
_ROUND = _words(_ROUND_HEX)
# Message schedule, 80 pairs, and behind it 84 entries of a, e: see _rounds.
_SCHEDULE = bytearray(80 * 8)
_CHAIN = bytearray(84 * 16)


@micropython.viper
def _schedule(block: ptr8, w: ptr32):
    """Fill w[0..159]: the block as 16 words, then 64 more (FIPS 180-4 section 6.4.2, step 1)."""
    m = uint(0xFFFFFFFF)
    i = 0
    while i < 32:
        j = i << 2
        w[i] = (block[j] << 24) | (block[j + 1] << 16) | (block[j + 2] << 8) | block[j + 3]
        i += 1
    i = 0
    while i < 64:
        u = uint(w[28])
        v = uint(w[29])
        hi = ((u >> 19) | (v << 13)) ^ ((v >> 29) | (u << 3)) ^ (u >> 6)
        lo = (((v >> 19) | (u << 13)) ^ ((u >> 29) | (v << 3)) ^ ((v >> 6) | (u << 26))) & m
        u = uint(w[2])
        v = uint(w[3])
        hi += ((u >> 1) | (v << 31)) ^ ((u >> 8) | (v << 24)) ^ (u >> 7)
        x = (((v >> 1) | (u << 31)) ^ ((v >> 8) | (u << 24)) ^ ((v >> 7) | (u << 25))) & m
        lo = (lo + x) & m
        hi += uint(w[18]) + uint(w[0]) + uint(lo < x)
        x = uint(w[19])
        lo = (lo + x) & m
        hi += uint(lo < x)
        x = uint(w[1])
        lo = (lo + x) & m
        w[32] = hi + uint(lo < x)
        w[33] = lo
        w = ptr32(uint(w) + 8)
        i += 1


@micropython.viper
def _rounds(state: ptr32, w: ptr32, k: ptr32, chain: ptr32):
    """80 rounds (FIPS 180-4 section 6.4.2, steps 2 to 4).

    Instead of moving a to h along, each round writes one entry of new (a, e), 4 words, behind the
    last: b, c, d and f, g, h are the a and e of the three entries before.
    """
    m = uint(0xFFFFFFFF)
    i = 0
    while i < 4:
        j = i << 2
        chain[j] = state[6 - (i << 1)]
        chain[j + 1] = state[7 - (i << 1)]
        chain[j + 2] = state[14 - (i << 1)]
        chain[j + 3] = state[15 - (i << 1)]
        i += 1
    q = chain
    i = 0
    while i < 80:
        # T1 = h + Sigma1(e) + Ch(e, f, g) + K + W
        u = uint(q[14])
        v = uint(q[15])
        hi = ((u >> 14) | (v << 18)) ^ ((u >> 18) | (v << 14)) ^ ((v >> 9) | (u << 23))
        lo = (((v >> 14) | (u << 18)) ^ ((v >> 18) | (u << 14)) ^ ((u >> 9) | (v << 23))) & m
        hi += uint(q[6]) ^ (u & (uint(q[10]) ^ uint(q[6])))
        x = uint(q[7]) ^ (v & (uint(q[11]) ^ uint(q[7])))
        lo = (lo + x) & m
        hi += uint(q[2]) + uint(k[0]) + uint(w[0]) + uint(lo < x)
        x = uint(q[3])
        lo = (lo + x) & m
        hi += uint(lo < x)
        x = uint(k[1])
        lo = (lo + x) & m
        hi += uint(lo < x)
        x = uint(w[1])
        lo = (lo + x) & m
        hi += uint(lo < x)
        # e' = d + T1
        x = uint(q[1])
        v = (lo + x) & m
        q[18] = hi + uint(q[0]) + uint(v < x)
        q[19] = v
        # a' = T1 + Sigma0(a) + Maj(a, b, c)
        u = uint(q[12])
        v = uint(q[13])
        hi += ((u >> 28) | (v << 4)) ^ ((v >> 2) | (u << 30)) ^ ((v >> 7) | (u << 25))
        x = (((v >> 28) | (u << 4)) ^ ((u >> 2) | (v << 30)) ^ ((u >> 7) | (v << 25))) & m
        lo = (lo + x) & m
        hi += uint(lo < x)
        hi += (u & uint(q[8])) | (uint(q[4]) & (u | uint(q[8])))
        x = (v & uint(q[9])) | (uint(q[5]) & (v | uint(q[9])))
        lo = (lo + x) & m
        q[16] = hi + uint(lo < x)
        q[17] = lo
        q = ptr32(uint(q) + 16)
        w = ptr32(uint(w) + 8)
        k = ptr32(uint(k) + 8)
        i += 1
    i = 0
    while i < 8:
        # a, b, c, d stand in word pairs 0 of the last four entries, newest first; e to h in 1.
        j = ((3 - (i & 3)) << 2) + ((i >> 2) << 1)
        x = uint(q[j + 1])
        lo = (uint(state[2 * i + 1]) + x) & m
        state[2 * i] = uint(state[2 * i]) + uint(q[j]) + uint(lo < x)
        state[2 * i + 1] = lo
        i += 1


@micropython.viper
def _pad(block: ptr8, fill: int):
    """The bit that ends a message, and zeros to the end of the block."""
    block[fill] = 0x80
    fill += 1
    while fill < 128:
        block[fill] = 0
        fill += 1


@micropython.viper
def _big_endian(state: ptr8, out: ptr8):
    i = 0
    while i < 64:
        out[i] = state[i ^ 3]
        i += 1


class Sha512:
    """An incremental SHA-512: `update` any number of times, then `digest` once."""

    def __init__(self) -> None:
        self._state = bytearray(_INITIAL)
        self._block = bytearray(_BLOCK)
        self._fill = 0
        self._length_bytes = 0

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Take in bytes."""
        view = memoryview(data)
        left = len(view)
        self._length_bytes += left
        at = 0
        while left:
            take = min(_BLOCK - self._fill, left)
            self._block[self._fill : self._fill + take] = view[at : at + take]
            at += take
            left -= take
            self._fill += take
            if self._fill == _BLOCK:
                self._compress()

    def digest(self) -> bytes:
        """The 64 bytes; the object and the scratch area are cleared and can't be used again."""
        block = self._block
        length_bits = self._length_bytes * 8
        fill = self._fill
        _pad(block, fill)
        if fill >= _BLOCK - 16:
            self._compress()
            wipe(block)
        block[_BLOCK - 8 :] = length_bits.to_bytes(8, "big")
        self._compress()
        out = bytearray(64)
        _big_endian(self._state, out)
        wipe(self._state, block, _SCHEDULE, _CHAIN)
        return bytes(out)

    def _compress(self) -> None:
        _schedule(self._block, _SCHEDULE)
        _rounds(self._state, _SCHEDULE, _ROUND, _CHAIN)
        self._fill = 0


def sha512(*parts: bytes | bytearray | memoryview) -> bytes:
    """SHA-512 of the parts, joined."""
    state = Sha512()
    for part in parts:
        state.update(part)
    return state.digest()
