# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Stand-in for `machine.SDCard` of the STM32 port: a block device over the card's image file.

Transfers answer True, or False where they failed, as the port's driver does. What is written is
in the file when `writeblocks` returns; `ioctl(3)` returns when it is on the disk.
"""

import _line
from micropython import const

_BLOCK_BYTES = const(512)


class SDCard:
    """The card in the slot; without one, as on a board, nothing answers."""

    def __init__(self) -> None:
        self._file = None
        self._blocks = 0
        path = _line.order.get("card")
        if path:
            self._file = open(path, "r+b")
            self._blocks = self._file.seek(0, 2) // _BLOCK_BYTES

    def present(self) -> bool:
        """True where a card is in the slot."""
        return self._file is not None

    def _at(self, block: int, length_bytes: int) -> bool:
        if self._file is None or length_bytes % _BLOCK_BYTES or block < 0:
            return False
        if block + length_bytes // _BLOCK_BYTES > self._blocks:
            return False
        self._file.seek(block * _BLOCK_BYTES)
        return True

    def readblocks(self, block: int, buf: bytearray) -> bool:
        """Fill `buf`, whole blocks."""
        return self._at(block, len(buf)) and self._file.readinto(buf) == len(buf)

    def writeblocks(self, block: int, buf: bytearray) -> bool:
        """Write `buf`, whole blocks."""
        return self._at(block, len(buf)) and self._file.write(buf) == len(buf)

    def ioctl(self, op: int, arg: int) -> int | None:
        """1 power on, 2 power off, 3 sync, 4 number of blocks, 5 their size."""
        if self._file is None:
            return -5
        if op == 3:
            self._file.flush()  # fsync on the unix port
        return {1: 0, 2: 0, 3: 0, 4: self._blocks, 5: _BLOCK_BYTES}.get(op)
