# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""COSE_Sign1 (RFC 9052 §4.2) with Ed25519 and nothing else. docs/format.md §1.

One form is read: tagged, protected header {1: -19}, no unprotected header, payload inside. The
external_aad is the domain, which keeps one kind of statement from being read as another. A
signature has one spelling: S below the group's order, points canonical (RFC 8032 §5.1.7).
"""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from evidence import cbor
from evidence.errors import NOWHERE, BadSignature, Place, StatementTooLong

MAX_STATEMENT_BYTES = 4096

_TAG_18 = b"\xd2"
_PROTECTED = cbor.encode({1: -19})
_FIELD_PRIME = 2**255 - 19
_GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
_SIGNATURE_BYTES = 64
_SIGNATURE_ITEM_BYTES = 2 + _SIGNATURE_BYTES
# y of the points whose order divides 8 (RFC 7748 §6.1 and its references); such a key would let
# one signature stand under many messages.
_ORDER_8_Y = 2707385501144840649318225287225658788936804267575313519463743609750303402022
_SMALL_ORDER_Y = frozenset((0, 1, _FIELD_PRIME - 1, _ORDER_8_Y, _FIELD_PRIME - _ORDER_8_Y))


def sign1(private_key: Ed25519PrivateKey, domain: str, payload: bytes) -> bytes:
    """The signed message that carries `payload`."""
    signature = private_key.sign(_to_be_signed(domain, payload))
    return _TAG_18 + cbor.encode([_PROTECTED, {}, payload, signature])


def verify1(
    public_key: bytes,
    domain: str,
    message: bytes | memoryview,
    max_bytes: int = MAX_STATEMENT_BYTES,
    place: Place = NOWHERE,
) -> bytes:
    """The payload of a message that `public_key` (32 bytes) signed under `domain`.

    Raises StatementTooLong, BadEncoding, Truncated, BadSignature.
    """
    payload, signature = _read(message, max_bytes, place)
    if int.from_bytes(signature[32:], "little") >= _GROUP_ORDER:
        raise BadSignature("S is not below the group's order", place)
    if not _is_canonical(signature[:32]):
        raise BadSignature("R is not in its canonical form", place)
    try:
        _load(bytes(public_key)).verify(signature, _to_be_signed(domain, payload))
    except InvalidSignature:
        raise BadSignature("it is not of this key over these bytes", place) from None
    except ValueError as error:
        raise BadSignature(str(error), place) from None
    return payload


def unverified(
    message: bytes | memoryview, max_bytes: int = MAX_STATEMENT_BYTES, place: Place = NOWHERE
) -> bytes:
    """The payload of a well-formed message, its signature not looked at.

    For finding out whose key to ask; what it says counts for nothing until verify1 has passed.
    """
    return _read(message, max_bytes, place)[0]


def payload_offset(message: bytes | memoryview, payload: bytes) -> int:
    """Where in a message that was read its payload begins."""
    return len(message) - _SIGNATURE_ITEM_BYTES - len(payload)


def _read(message: bytes | memoryview, max_bytes: int, place: Place) -> tuple[bytes, bytes]:
    if len(message) > max_bytes:
        raise StatementTooLong(f"{len(message)} bytes where {max_bytes} are allowed", place)
    if bytes(message[:1]) != _TAG_18:
        raise BadSignature("no COSE_Sign1 stands here", place)
    parts = cbor.decode(message[1:], max_bytes, place.forward(1))
    if not isinstance(parts, list) or len(parts) != 4:
        raise BadSignature("a COSE_Sign1 has four parts", place)
    protected, unprotected, payload, signature = parts
    if protected != _PROTECTED or unprotected != {}:
        raise BadSignature("its headers are not those of Ed25519 alone", place)
    if not isinstance(payload, bytes) or not isinstance(signature, bytes):
        raise BadSignature("payload and signature are byte strings", place)
    if len(signature) != _SIGNATURE_BYTES:
        raise BadSignature("an Ed25519 signature has 64 bytes", place)
    return payload, signature


def _to_be_signed(domain: str, payload: bytes) -> bytes:
    """Sig_structure of RFC 9052 §4.4."""
    return _signature1(domain) + cbor.encode(payload)


@lru_cache(maxsize=16)
def _signature1(domain: str) -> bytes:
    """The Sig_structure ahead of its payload, which stands last."""
    whole = cbor.encode(["Signature1", _PROTECTED, domain.encode("ascii"), b""])
    return whole[: -len(cbor.encode(b""))]


def _is_canonical(point: bytes) -> bool:
    """Whether a point is encoded as RFC 8032 §5.1.2 does it."""
    number = int.from_bytes(point, "little")
    y, x_is_odd = number & (1 << 255) - 1, number >> 255
    return y < _FIELD_PRIME and not (x_is_odd and y in (1, _FIELD_PRIME - 1))


@lru_cache(maxsize=64)
def _load(public_key: bytes) -> Ed25519PublicKey:
    if len(public_key) != 32 or not _is_canonical(public_key):
        raise ValueError("the public key is not a point in its canonical form")
    if int.from_bytes(public_key, "little") & (1 << 255) - 1 in _SMALL_ORDER_Y:
        raise ValueError("the public key is a point of small order")
    return Ed25519PublicKey.from_public_bytes(public_key)
