# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""X25519 (RFC 7748): public key by the comb, shared secret by the Montgomery ladder.

Each of the 255 steps does the same operations whatever the bit. A secret of all zeros, which a
peer of small order forces, is refused (RFC 7748 section 6.1).
"""

import micropython

from sealing.comb25519 import multiply_base_steps
from sealing.ed25519 import clamp
from sealing.errors import KeyFault, WeakPeer
from sealing.field25519 import M, P, finish, invert, multiply


def _scalar(private: bytes | bytearray) -> int:
    if len(private) != 32:
        raise KeyFault("an X25519 key has 32 bytes")
    secret = bytearray(private)
    clamp(secret)
    return int.from_bytes(secret, "little")


def public_key(private: bytes | bytearray) -> bytes:
    """The 32-byte public key: u = (1 + y) / (1 - y) of the same multiple on edwards25519."""
    _, y, z = finish(multiply_base_steps(_scalar(private)))
    return (multiply(z + y, invert(z - y)) % P).to_bytes(32, "little")


def exchange(private: bytes | bytearray, peer: bytes | memoryview) -> bytes:
    """The 32-byte shared secret with a peer's public key, whose highest bit is ignored."""
    if len(peer) != 32:
        raise KeyFault("an X25519 key has 32 bytes")
    u = int.from_bytes(peer, "little") & M
    secret = (_ladder(_scalar(private), u % P) % P).to_bytes(32, "little")
    if secret == bytes(32):
        raise WeakPeer("the peer's key is of small order")
    return secret


@micropython.native
def _ladder(scalar: int, u: int) -> int:
    """The u coordinate of scalar * (u, ...) (RFC 7748 section 5)."""
    m = M
    x2, z2, x3, z3 = 1, 0, u, 1
    bits = scalar.to_bytes(32, "little")
    swap = 0
    for i in range(254, -1, -1):
        bit = bits[i >> 3] >> (i & 7) & 1
        swap ^= bit
        xs = (x2, x3)
        zs = (z2, z3)
        x2 = xs[swap]
        x3 = xs[swap ^ 1]
        z2 = zs[swap]
        z3 = zs[swap ^ 1]
        swap = bit
        a = x2 + z2
        b = x2 - z2
        d = (x3 - z3) * a
        d = (d & m) + (d >> 255) * 19
        c = (x3 + z3) * b
        c = (c & m) + (c >> 255) * 19
        a = a * a
        a = (a & m) + (a >> 255) * 19
        b = b * b
        b = (b & m) + (b >> 255) * 19
        x3 = d + c
        x3 = x3 * x3
        x3 = (x3 & m) + (x3 >> 255) * 19
        x3 = (x3 & m) + (x3 >> 255) * 19
        z3 = d - c
        z3 = z3 * z3
        z3 = ((z3 & m) + (z3 >> 255) * 19) * u
        z3 = (z3 & m) + (z3 >> 255) * 19
        z3 = (z3 & m) + (z3 >> 255) * 19
        x2 = a * b
        x2 = (x2 & m) + (x2 >> 255) * 19
        x2 = (x2 & m) + (x2 >> 255) * 19
        e = a - b
        z2 = e * (a + e * 121665)
        z2 = (z2 & m) + (z2 >> 255) * 19
        z2 = (z2 & m) + (z2 >> 255) * 19
    xs = (x2, x3)
    zs = (z2, z3)
    return multiply(xs[swap], invert(zs[swap]))
