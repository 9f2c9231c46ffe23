# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Write `firmware/sealing/comb25519_table.py`: `python -m tools.vectors.comb25519`."""

from pathlib import Path

from tools.vectors.edwards25519 import BASE, D, P, add, multiply, negate

TABLE_MODULE = Path(__file__).parents[2] / "firmware/sealing/comb25519_table.py"
RUNS, TEETH, ROWS = 4, 5, 13
_BYTES_A_LINE = 23

_HEAD = '''# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The comb's 64 multiples of the base point: 4 runs of 16, each y+x, y-x, 2dxy, little-endian.

A literal, since frozen bytes stay in flash and take no heap. Entry i of run j is
2^(13 j) (2^208 B + sum over t < 4 of +-2^(52 t) B), + where bit t of i is set. Written by
`python -m tools.vectors.comb25519`; a test derives it again.
"""

# fmt: off
TABLE = (
'''


def comb_table() -> bytes:
    """The 64 points, by the plainest arithmetic."""
    out = bytearray()
    for run in range(RUNS):
        teeth = [multiply(1 << RUNS * ROWS * tooth + ROWS * run, BASE) for tooth in range(TEETH)]
        for entry in range(1 << TEETH - 1):
            point = teeth[-1]
            for tooth in range(TEETH - 1):
                plus = entry >> tooth & 1
                point = add(point, teeth[tooth] if plus else negate(teeth[tooth]))
            x, y = point
            for value in ((y + x) % P, (y - x) % P, 2 * D * x * y % P):
                out += value.to_bytes(32, "little")
    return bytes(out)


def module_source(table: bytes) -> str:
    """The firmware's module as it stands in the tree."""
    lines = []
    for at in range(0, len(table), _BYTES_A_LINE):
        escaped = "".join(f"\\x{byte:02x}" for byte in table[at : at + _BYTES_A_LINE])
        lines.append(f'    b"{escaped}"\n')
    return _HEAD + "".join(lines) + ")\n"


if __name__ == "__main__":
    TABLE_MODULE.write_text(module_source(comb_table()))
