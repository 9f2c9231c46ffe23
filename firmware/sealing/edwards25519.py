# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Points of edwards25519 (RFC 8032 section 5.1) in extended coordinates.

A point is (X, Y, Z, T) with x = X/Z, y = Y/Z, T = XY/Z. The formulas are those of Hisil, Wong,
Carter and Dawson (2008) for a = -1; they are complete, so no input is special. Coordinates may
be negative and stay below 2^256 in size.
"""

import micropython
from micropython import const

from sealing.field25519 import (
    D2,
    SQRT_M1,
    D,
    M,
    P,
    invert_public,
    invert_steps,
    multiply,
    root_power,
)

TYPE_CHECKING = const(False)
if TYPE_CHECKING:
    from collections.abc import Generator

# The order of the base point.
L = const((1 << 252) + 27742317777372353535851937790883648493)

# y of the points whose order divides 8.
_Y8 = const(2707385501144840649318225287225658788936804267575313519463743609750303402022)
_SMALL_ORDER_Y = (0, 1, P - 1, _Y8, P - _Y8)


@micropython.native
def double(x: int, y: int, z: int) -> tuple[int, int, int, int]:
    """2 (x, y, z) as (X, Y, Z, T)."""
    m = M
    a = x * x
    a = (a & m) + (a >> 255) * 19
    b = y * y
    b = (b & m) + (b >> 255) * 19
    c = z * z
    c = (c & m) + (c >> 255) * 19
    e = x * y
    e = (e & m) + (e >> 255) * 19
    e += e
    g = b - a
    h = b + a
    f = c + c - g
    return multiply(e, f), multiply(g, h), multiply(f, g), multiply(e, h)


def cache(x: int, y: int, z: int, t: int) -> tuple[int, int, int, int]:
    """The form (Y - X, Y + X, 2Z, 2dT) in which a point is added."""
    return y - x, y + x, z + z, multiply(t, D2)


def cached_negative(q: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """-q, of a point in its cached form."""
    return q[1], q[0], q[2], -q[3]


@micropython.native
def add(
    x: int, y: int, z: int, t: int, cached: tuple[int, int, int, int]
) -> tuple[int, int, int, int]:
    """(x, y, z, t) and a cached point, added."""
    minus, plus, z2, t2d = cached
    a = multiply(y - x, minus)
    b = multiply(y + x, plus)
    c = multiply(t, t2d)
    d = multiply(z, z2)
    e = b - a
    f = d - c
    g = d + c
    h = b + a
    return multiply(e, f), multiply(g, h), multiply(f, g), multiply(e, h)


def encode_steps(x: int, y: int, z: int) -> "Generator[None, None, bytes]":
    """The canonical 32 bytes of (x, y, z) (RFC 8032 section 5.1.2), in five steps."""
    inverse = yield from invert_steps(z)
    return _pack(x, y, inverse)


def _pack(x: int, y: int, inverse: int) -> bytes:
    x = x * inverse % P
    y = y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def encode_public_sum(p: tuple[int, int, int], q: tuple[int, int, int]) -> bytes:
    """The canonical 32 bytes of p + q, both (X, Y, Z) and no secret (Bernstein et al. 2008)."""
    a = p[2] * q[2] % P
    b = a * a % P
    c = p[0] * q[0] % P
    d = p[1] * q[1] % P
    e = c * d % P * D % P
    x = a * (b - e) % P * ((p[0] + p[1]) * (q[0] + q[1]) - c - d)
    y = a * (b + e) % P * (c + d)
    return _pack(x, y, invert_public((b - e) * (b + e)))


def is_small_order(encoding: bytes) -> bool:
    """Whether a canonical point has an order of 1, 2, 4 or 8: it binds nothing."""
    return int.from_bytes(encoding, "little") & M in _SMALL_ORDER_Y


def decode(data: bytes | memoryview) -> "tuple[int, int, int, int] | None":
    """The point of 32 bytes (RFC 8032 section 5.1.3); None if there is none, or not canonical."""
    y = int.from_bytes(data, "little")
    sign = y >> 255
    y &= M
    if y >= P:
        return None
    square = multiply(y, y)
    u = square - 1
    v = multiply(square, D) + 1
    v3 = multiply(multiply(v, v), v)
    x = multiply(multiply(u, v3), root_power(multiply(multiply(v3, v3), multiply(u, v))))
    error = multiply(multiply(x, x), v)
    if (error - u) % P:
        if (error + u) % P:
            return None
        x = multiply(x, SQRT_M1)
    x %= P
    if x == 0 and sign:
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, multiply(x, y)


@micropython.native
def multiply_public(scalar: int, p: tuple[int, int, int, int]) -> tuple[int, int, int]:
    """scalar * p as (X, Y, Z) for a public scalar; signed windows of 5 bits, so time varies."""
    odd = [cache(*p)]
    twice = double(p[0], p[1], p[2])
    for _ in range(7):
        odd.append(cache(*add(*twice, odd[-1])))
    digits = []
    while scalar:
        digit = 0
        if scalar & 1:
            digit = scalar & 31
            if digit > 15:
                digit -= 32
            scalar -= digit
        digits.append(digit)
        scalar >>= 1
    m = M
    x, y, z = 0, 1, 1
    # The doubling stands here without a call, and T only where a point is added.
    for digit in reversed(digits):
        a = x * x
        a = (a & m) + (a >> 255) * 19
        b = y * y
        b = (b & m) + (b >> 255) * 19
        c = z * z
        c = (c & m) + (c >> 255) * 19
        e = x * y
        e = (e & m) + (e >> 255) * 19
        e += e
        g = b - a
        h = b + a
        f = c + c - g
        x = e * f
        x = (x & m) + (x >> 255) * 19
        x = (x & m) + (x >> 255) * 19
        y = g * h
        y = (y & m) + (y >> 255) * 19
        y = (y & m) + (y >> 255) * 19
        z = f * g
        z = (z & m) + (z >> 255) * 19
        z = (z & m) + (z >> 255) * 19
        if digit > 0:
            x, y, z, _ = add(x, y, z, multiply(e, h), odd[digit >> 1])
        elif digit < 0:
            x, y, z, _ = add(x, y, z, multiply(e, h), cached_negative(odd[-digit >> 1]))
    return x, y, z
