# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Edwards25519 in the plainest affine form (RFC 8032 section 5.1), to check the firmware against.

It shares no formula, table or recoding with `firmware/sealing`; it is slow and leaks everything.
`python -m tools.vectors.comb25519` writes the firmware's table with it.
"""

import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P

Point = tuple[int, int]
IDENTITY: Point = (0, 1)


def add(a: Point, b: Point) -> Point:
    """The complete affine addition law."""
    (x1, y1), (x2, y2) = a, b
    k = D * x1 * x2 * y1 * y2 % P
    x3 = (x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P
    y3 = (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P
    return x3, y3


def negate(a: Point) -> Point:
    """-a."""
    return -a[0] % P, a[1]


def multiply(scalar: int, a: Point) -> Point:
    """scalar * a by double-and-add."""
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = add(result, a)
        a = add(a, a)
        scalar >>= 1
    return result


def recover_x(y: int, sign: int) -> int | None:
    """The x of that parity with (x, y) on the curve; None where there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def encode(a: Point) -> bytes:
    """32 bytes: y, and the parity of x in the highest bit."""
    return (a[1] | (a[0] & 1) << 255).to_bytes(32, "little")


_BASE_Y = 4 * pow(5, -1, P) % P
_base_x = recover_x(_BASE_Y, 0)
if _base_x is None:
    raise ArithmeticError("4/5 is the y of a point")
BASE: Point = (_base_x, _BASE_Y)


def challenge(commitment: bytes, public: bytes, message: bytes) -> int:
    """k of RFC 8032 section 5.1.7."""
    return int.from_bytes(hashlib.sha512(commitment + public + message).digest(), "little") % L


def small_order_points() -> list[Point]:
    """The eight points whose order divides 8, by multiples of one of order 8."""
    for y in range(2, 100):
        x = recover_x(y, 0)
        if x is None:
            continue
        torsion = multiply(L, (x, y))
        if multiply(4, torsion) != IDENTITY:
            return [multiply(i, torsion) for i in range(8)]
    raise ArithmeticError("one in two points has a component of order 8")
