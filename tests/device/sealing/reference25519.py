# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Edwards25519 in the plainest affine form (RFC 8032 section 5.1), to check the firmware against.

It shares no formula, table or recoding with `firmware/sealing`; it is slow and leaks everything.
"""

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
assert _base_x is not None
BASE: Point = (_base_x, _BASE_Y)


def comb_table() -> bytes:
    """What `sealing.comb25519` must carry: 4 runs of 16 points, each y+x, y-x, 2dxy.

    Entry i of run j is 2^(13 j) (2^208 B + sum over t < 4 of +-2^(52 t) B), + where bit t of i
    is set.
    """
    out = bytearray()
    for run in range(4):
        teeth = [multiply(1 << (52 * tooth + 13 * run), BASE) for tooth in range(5)]
        for entry in range(16):
            point = teeth[4]
            for tooth in range(4):
                piece = teeth[tooth] if entry >> tooth & 1 else negate(teeth[tooth])
                point = add(point, piece)
            x, y = point
            for value in ((y + x) % P, (y - x) % P, 2 * D * x * y % P):
                out += value.to_bytes(32, "little")
    return bytes(out)
