# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""HPKE base mode (RFC 9180), sealing one message to one recipient.

DHKEM(X25519, HKDF-SHA-256) 0x0020, HKDF-SHA-256 0x0001, AES-256-GCM 0x0002. The ephemeral key
comes from the caller's random source and is wiped; a source that fails stops the sealing.
"""

from micropython import const

from sealing import gcm, hkdf, x25519
from sealing.errors import RandomFault
from sealing.wipe import wipe

TYPE_CHECKING = const(False)
if TYPE_CHECKING:
    from collections.abc import Callable

_KEM_SUITE = const(b"KEM\x00\x20")
_SUITE = const(b"HPKE\x00\x20\x00\x01\x00\x02")


def _extract(suite: bytes, salt: bytes, label: bytes, secret: bytes) -> bytes:
    """LabeledExtract of section 4."""
    return hkdf.extract(salt, b"HPKE-v1" + suite + label + secret)


def _expand(suite: bytes, key: bytes, label: bytes, info: bytes, length_bytes: int) -> bytes:
    """LabeledExpand of section 4."""
    head = length_bytes.to_bytes(2, "big") + b"HPKE-v1"
    return hkdf.expand(key, head + suite + label + info, length_bytes)


def _encapsulate(recipient: bytes, random_bytes: "Callable[[int], bytes]") -> tuple[bytes, bytes]:
    """(shared secret, encapsulated key) of section 4.1. RandomFault, WeakPeer, KeyFault."""
    private = bytearray(random_bytes(32))
    if len(private) != 32 or private == bytes(private[:1]) * 32:
        raise RandomFault("the random source gave no 32 bytes, or 32 times the same")
    encapsulated = x25519.public_key(private)
    secret = x25519.exchange(private, recipient)
    wipe(private)
    key = _extract(_KEM_SUITE, b"", b"eae_prk", secret)
    context = encapsulated + recipient
    return _expand(_KEM_SUITE, key, b"shared_secret", context, 32), encapsulated


def _schedule(shared_secret: bytes, info: bytes) -> tuple[bytes, bytes]:
    """(key, base nonce) of section 5.1 in base mode."""
    context = b"\x00" + _extract(_SUITE, b"", b"psk_id_hash", b"")
    context += _extract(_SUITE, b"", b"info_hash", info)
    secret = _extract(_SUITE, shared_secret, b"secret", b"")
    return (
        _expand(_SUITE, secret, b"key", context, 32),
        _expand(_SUITE, secret, b"base_nonce", context, 12),
    )


def seal(
    recipient: bytes,
    info: bytes,
    aad: bytes,
    plaintext: bytes | bytearray | memoryview,
    random_bytes: "Callable[[int], bytes]",
) -> tuple[bytes, bytes]:
    """(encapsulated key of 32 bytes, ciphertext with its tag) (section 6.1, SealBase).

    `recipient` is an X25519 public key, `random_bytes(n)` gives n random bytes.
    """
    shared_secret, encapsulated = _encapsulate(bytes(recipient), random_bytes)
    key, nonce = _schedule(shared_secret, info)
    return encapsulated, gcm.seal(key, nonce, aad, plaintext)
