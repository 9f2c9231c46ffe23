# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Ed25519 signatures and X25519 coordinates that a strict implementation refuses.

The classes are those of Chalkias, Garillot and Nikolaenko, 'Taming the many EdDSAs' (2020), and of
RFC 8032 section 5.1; the values are made here by the plain arithmetic of `edwards25519`, each so
that a lenient verifier would accept it.
"""

import hashlib
from collections.abc import Callable, Iterator

from tools.vectors.edwards25519 import (
    BASE,
    IDENTITY,
    L,
    P,
    Point,
    add,
    challenge,
    encode,
    multiply,
    small_order_points,
)

_SIGN_BIT = 1 << 255
_SEED = hashlib.sha256(b"refused25519").digest()
_SECRET = int.from_bytes(_SEED, "little") % L
_PUBLIC = multiply(_SECRET, BASE)
_NONCE = int.from_bytes(hashlib.sha256(_SEED).digest(), "little") % L

Vector = dict[str, object]


def _vector(why: str, public: bytes, message: bytes, commitment: bytes, response: int) -> Vector:
    signature = commitment + response.to_bytes(32, "little")
    return {
        "why": why,
        "public": public.hex(),
        "message": message.hex(),
        "signature": signature.hex(),
    }


def _message(holds: Callable[[bytes], bool]) -> bytes:
    """The first of a fixed sequence of messages for which the condition holds."""
    for i in range(10_000):
        message = b"message %d" % i
        if holds(message):
            return message
    raise ArithmeticError("one in eight messages at least should do")


def _raw(y: int, sign: int) -> bytes:
    return (y | sign * _SIGN_BIT).to_bytes(32, "little")


def _large_response() -> Iterator[Vector]:
    """S + k L for every k that fits 32 bytes: malleability."""
    message = b"malleable"
    commitment, public = encode(multiply(_NONCE, BASE)), encode(_PUBLIC)
    right = (_NONCE + challenge(commitment, public, message) * _SECRET) % L
    for k in range(1, (2**256 - 1 - right) // L + 1):
        yield _vector(f"S + {k} L", public, message, commitment, right + k * L)
    yield _vector("S = L", public, message, commitment, L)
    yield _vector("S of all ones", public, message, commitment, 2**256 - 1)


def _weak_keys(points: list[Point]) -> Iterator[Vector]:
    """A public key of small order, canonical or not: the signature holds for S = r."""
    commitment = encode(multiply(_NONCE, BASE))
    for encoded, point in _encodings(points):

        def holds(message: bytes, encoded: bytes = encoded, point: Point = point) -> bool:
            return multiply(challenge(commitment, encoded, message) % 8, point) == IDENTITY

        why = f"public key of small order {encoded.hex()}"
        yield _vector(why, encoded, _message(holds), commitment, _NONCE)


def _weak_commitments(points: list[Point]) -> Iterator[Vector]:
    """R of small order, canonical or not, under an honest key."""
    public = encode(_PUBLIC)
    for encoded, _ in _encodings(points):
        response = challenge(encoded, public, b"weak R") * _SECRET % L
        yield _vector(f"R of small order {encoded.hex()}", public, b"weak R", encoded, response)


def _encodings(points: list[Point]) -> Iterator[tuple[bytes, Point]]:
    """Every 32 bytes that a lenient decoder takes for one of the points."""
    for x, y in points:
        for value in (y, y + P):
            if value < _SIGN_BIT:
                signs = (0, 1) if x == 0 else (x & 1,)
                yield from ((_raw(value, sign), (x, y)) for sign in signs)


def _mixed_order(points: list[Point]) -> Iterator[Vector]:
    """A key or R with a small component: right only when multiplied by the cofactor."""
    for torsion in points[1:]:
        mixed = add(_PUBLIC, torsion)
        public, commitment = encode(mixed), encode(multiply(_NONCE, BASE))

        def shows(
            message: bytes,
            public: bytes = public,
            commitment: bytes = commitment,
            torsion: Point = torsion,
        ) -> bool:
            return multiply(challenge(commitment, public, message) % 8, torsion) != IDENTITY

        message = _message(shows)
        response = (_NONCE + challenge(commitment, public, message) * _SECRET) % L
        yield _vector("public key of mixed order", public, message, commitment, response)
        commitment, public = encode(add(multiply(_NONCE, BASE), torsion)), encode(_PUBLIC)
        response = (_NONCE + challenge(commitment, public, b"mixed R") * _SECRET) % L
        yield _vector("R of mixed order", public, b"mixed R", commitment, response)


def _malformed() -> Iterator[Vector]:
    """No point, or bytes missing or too many."""
    commitment, public = encode(multiply(_NONCE, BASE)), encode(_PUBLIC)
    response = (_NONCE + challenge(commitment, public, b"") * _SECRET) % L
    right = commitment + response.to_bytes(32, "little")
    for y in (2, P + 2, 2**255 - 1):
        yield _vector(f"y = {y} is no point's", _raw(y, 0), b"", commitment, _NONCE)
        yield _vector(f"R with y = {y}", public, b"", _raw(y, 1), response)
    yield _vector("public key of zeros and R of zeros", bytes(32), b"", bytes(32), 0)
    for why, key, signature in (
        ("short signature", public, right[:-1]),
        ("long signature", public, right + b"\x00"),
        ("empty signature", public, b""),
        ("short public key", public[:-1], right),
        ("long public key", public + b"\x00", right),
        ("empty public key", b"", right),
        ("halves swapped", public, right[32:] + right[:32]),
    ):
        yield {"why": why, "public": key.hex(), "message": "", "signature": signature.hex()}


def vectors() -> list[Vector]:
    """All of them; none may verify."""
    points = small_order_points()
    return [
        *_large_response(),
        *_weak_keys(points),
        *_weak_commitments(points),
        *_mixed_order(points),
        *_malformed(),
    ]


def weak_coordinates() -> list[str]:
    """Montgomery u of every point of small order on the curve and its twist, in each encoding."""
    values = {0, 1, P - 1}
    for _, y in small_order_points():
        if y != 1:
            values.add((1 + y) * pow(1 - y, -1, P) % P)
    encodings = {v for value in values for v in (value, value + P) if v < _SIGN_BIT}
    return [_raw(v, sign).hex() for v in sorted(encodings) for sign in (0, 1)]
