# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Ed25519 (RFC 8032 section 5.1): signing by a key that can be wiped, and strict verification.

Signing is also given as a generator, so that capture goes on between the rows of the comb. The
seed is hashed once; scalar and prefix stand in bytearrays until `wipe`. Integers made on the way
stay in the heap until the collector gives their memory out again.
"""

from micropython import const

from sealing.comb25519 import multiply_base_steps
from sealing.edwards25519 import (
    L,
    decode,
    encode_public_sum,
    encode_steps,
    is_small_order,
    multiply_public,
)
from sealing.errors import KeyFault
from sealing.field25519 import finish
from sealing.sha512 import sha512
from sealing.wipe import wipe

TYPE_CHECKING = const(False)
if TYPE_CHECKING:
    from collections.abc import Iterator


def clamp(secret: bytearray) -> None:
    """Set the fixed bits of a scalar in place (RFC 8032 section 5.1.5, RFC 7748 section 5)."""
    secret[0] &= 0xF8
    secret[31] = secret[31] & 0x7F | 0x40


class SigningKey:
    """A private key from its 32-byte seed; `public` is its 32-byte public key."""

    def __init__(self, seed: bytes | bytearray) -> None:
        if len(seed) != 32:
            raise KeyFault("an Ed25519 seed has 32 bytes")
        digest = sha512(seed)
        self._scalar = bytearray(digest[:32])
        self._prefix = bytearray(digest[32:])
        self._alive = True
        clamp(self._scalar)
        scalar = int.from_bytes(self._scalar, "little")
        self.public = finish(encode_steps(*finish(multiply_base_steps(scalar))))

    def sign_steps(self, message: bytes | bytearray | memoryview) -> "Iterator[bytes | None]":
        """Sign in steps, 17 times None and then the 64 bytes; a step is about a row of the comb.

        The message must not change meanwhile.
        """
        if not self._alive:
            raise KeyFault("the key was wiped")
        nonce = int.from_bytes(sha512(self._prefix, message), "little") % L
        point = yield from multiply_base_steps(nonce)
        commitment = yield from encode_steps(*point)
        digest = sha512(commitment, self.public, message)
        if not self._alive:
            raise KeyFault("the key was wiped")
        challenge = int.from_bytes(digest, "little") % L
        response = (nonce + challenge * int.from_bytes(self._scalar, "little")) % L
        yield commitment + response.to_bytes(32, "little")

    def sign(self, message: bytes | bytearray | memoryview) -> bytes:
        """The 64-byte signature of the message."""
        signature = b""
        for step in self.sign_steps(message):
            signature = step or b""
        return signature

    def wipe(self) -> None:
        """Overwrite the private halves; the key can't sign any more."""
        self._alive = False
        wipe(self._scalar, self._prefix)


def public_key(seed: bytes | bytearray) -> bytes:
    """The 32-byte public key of a seed."""
    key = SigningKey(seed)
    key.wipe()
    return key.public


def verify(
    public: bytes | memoryview,
    message: bytes | bytearray | memoryview,
    signature: bytes | memoryview,
) -> bool:
    """Whether the signature is right (RFC 8032 section 5.1.7, without the cofactor).

    Strict: S below the group's order; R and the public key canonical and not of small order.
    """
    if len(public) != 32 or len(signature) != 64:
        return False
    public = bytes(public)
    signature = bytes(signature)
    response = int.from_bytes(signature[32:], "little")
    if response >= L:
        return False
    key = decode(public)
    if key is None or is_small_order(public) or is_small_order(signature[:32]):
        return False
    challenge = int.from_bytes(sha512(signature[:32], public, message), "little") % L
    x, y, z, t = key
    part = multiply_public(challenge, (-x, y, z, -t))
    whole = finish(multiply_base_steps(response))
    return encode_public_sum(whole, part) == signature[:32]
