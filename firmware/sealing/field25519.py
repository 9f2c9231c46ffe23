# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Arithmetic modulo p = 2^255 - 19 on Python integers.

A product t is folded by `(t & M) + (t >> 255) * 19`, since 2^255 = 19 (mod p): 3,900
instructions on a Cortex-M where `%` takes 9,700. Folding a product of two 272-bit numbers twice
leaves less than 2^256; negative numbers fold alike, as `&` and `>>` work in two's complement.
The small factor stands at the right: MicroPython has a shorter path for it there.

The time that it takes depends on the values, a little: docs/limitations.md says what follows.
"""

import micropython
from micropython import const

TYPE_CHECKING = const(False)
if TYPE_CHECKING:
    from collections.abc import Generator

M = const((1 << 255) - 1)
P = const((1 << 255) - 19)
# -121665/121666, the curve's d (RFC 8032 section 5.1)
D = const(37095705934669439343138083508754565189542113879843219016388785533085940283555)
D2 = const(16295367250680780974490674513165176452449235426866156013048779062215315747161)
SQRT_M1 = const(19681161376707505956807079304988542015446066515923890162744021073123829784752)


def finish(steps: "Generator[None, None, object]"):
    """Run a stepwise computation at once: what it returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


@micropython.native
def squarings(x: int, times: int) -> int:
    """x to the power of 2^times."""
    m = M
    for _ in range(times):
        t = x * x
        t = (t & m) + (t >> 255) * 19
        x = (t & m) + (t >> 255) * 19
    return x


@micropython.native
def multiply(a: int, b: int) -> int:
    """a * b, below 2^256 in size for factors of up to 272 bits; not fully reduced."""
    t = a * b
    t = (t & M) + (t >> 255) * 19
    return (t & M) + (t >> 255) * 19


def _power_steps(z: int) -> "Generator[None, None, tuple[int, int]]":
    """(z^(2^250 - 1), z^11), in five steps."""
    z2 = multiply(z, z)
    z9 = multiply(z, squarings(z2, 2))
    z11 = multiply(z2, z9)
    e5 = multiply(z9, multiply(z11, z11))
    e10 = multiply(e5, squarings(e5, 5))
    e20 = multiply(e10, squarings(e10, 10))
    e40 = multiply(e20, squarings(e20, 20))
    yield
    e50 = multiply(e10, squarings(e40, 10))
    e100 = multiply(e50, squarings(e50, 50))
    yield
    x = squarings(e100, 50)
    yield
    e200 = multiply(e100, squarings(x, 50))
    yield
    return multiply(e50, squarings(e200, 50)), z11


def invert_steps(z: int) -> "Generator[None, None, int]":
    """1/z by Fermat, z^(p - 2), fully reduced, in five steps; 0 for 0."""
    e250, z11 = yield from _power_steps(z)
    return multiply(z11, squarings(e250, 5)) % P


def invert(z: int) -> int:
    """1/z, fully reduced; 0 for 0."""
    return finish(invert_steps(z))


def invert_public(z: int) -> int:
    """1/z by Euclid where z is no secret, since the time depends on it: a quarter of Fermat's."""
    a, b = z % P, P
    u, v = 1, 0
    while a:
        q = b // a
        a, b = b - q * a, a
        u, v = v - q * u, u
    return v % P


def root_power(z: int) -> int:
    """z^((p - 5) / 8), the step of a square root (RFC 8032 section 5.1.3)."""
    e250, _ = finish(_power_steps(z))
    return multiply(z, squarings(e250, 2))
