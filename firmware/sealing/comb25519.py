# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Multiplication of the base point of edwards25519 by a signed comb of 5 teeth and 4 runs.

64 points (6 KiB) stand for 13 doublings and 52 additions, with the same operations for every
scalar: an odd scalar is a sum of 260 digits +-2^i, so no digit is zero and nothing is skipped.
Bit c = 52 t + 13 j + r of the recoded scalar belongs to tooth t, run j and row r; one row costs
a doubling and an addition from each run. The table is in `comb25519_table`.
"""

import micropython
from micropython import const

from sealing.comb25519_table import TABLE
from sealing.edwards25519 import L, double
from sealing.field25519 import M
from sealing.wipe import wipe

TYPE_CHECKING = const(False)
if TYPE_CHECKING:
    from collections.abc import Generator

_ROWS = const(13)
_RUN_BYTES = const(16 * 96)


def _recode(scalar: int) -> bytearray:
    """For row r and run j, at 4 r + j: the table's index, and 16 where the point is negated."""
    scalar %= L
    if not scalar & 1:
        scalar += L
    bits = ((scalar + (1 << 260) - 1) >> 1).to_bytes(33, "little")
    digits = bytearray(4 * _ROWS)
    for row in range(_ROWS):
        for run in range(4):
            digit = 0
            c = 13 * run + row
            for tooth in range(5):
                digit |= (bits[c >> 3] >> (c & 7) & 1) << tooth
                c += 52
            # Below 16 the top tooth is negative: the entry for the other signs, negated.
            negative = (digit >> 4) ^ 1
            digits[4 * row + run] = (digit ^ (negative * 31)) & 15 | negative << 4
    return digits


@micropython.native
def _add_row(x: int, y: int, z: int, t: int, digits: memoryview) -> tuple[int, int, int, int]:
    """The point and one row of the comb, a point from each run; the last T is left out."""
    m = M
    table = memoryview(TABLE)
    for run in range(4):
        digit = digits[run]
        at = run * _RUN_BYTES + 96 * (digit & 15)
        # A negated point has y+x and y-x swapped, and -2dxy.
        negative = digit >> 4
        swap = negative << 5
        plus = int.from_bytes(table[at + swap : at + swap + 32], "little")
        minus = int.from_bytes(table[at + 32 - swap : at + 64 - swap], "little")
        a = (y - x) * minus
        a = (a & m) + (a >> 255) * 19
        b = (y + x) * plus
        b = (b & m) + (b >> 255) * 19
        c = int.from_bytes(table[at + 64 : at + 96], "little") * t
        c = (c & m) + (c >> 255) * 19
        z += z
        pair = (z - c, z + c)
        f = pair[negative]
        g = pair[1 - negative]
        e = b - a
        h = b + a
        x = e * f
        x = (x & m) + (x >> 255) * 19
        x = (x & m) + (x >> 255) * 19
        y = g * h
        y = (y & m) + (y >> 255) * 19
        y = (y & m) + (y >> 255) * 19
        z = f * g
        z = (z & m) + (z >> 255) * 19
        z = (z & m) + (z >> 255) * 19
        if run != 3:
            t = e * h
            t = (t & m) + (t >> 255) * 19
            t = (t & m) + (t >> 255) * 19
    return x, y, z, t


def multiply_base_steps(scalar: int) -> "Generator[None, None, tuple[int, int, int]]":
    """scalar * B as (X, Y, Z), x = X/Z, y = Y/Z: a step a row of the comb.

    Extended coordinates, a = -1 (Hisil et al. 2008): complete, so no input is special.
    """
    digits = _recode(scalar)
    rows = memoryview(digits)
    x, y, z, t = _add_row(0, 1, 1, 0, rows[4 * _ROWS - 4 :])
    for row in range(_ROWS - 2, -1, -1):
        yield
        x, y, z, t = double(x, y, z)
        x, y, z, t = _add_row(x, y, z, t, rows[4 * row : 4 * row + 4])
    yield
    wipe(digits)
    return x, y, z
