# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The internal flash as a block device over an image file, with littlefs' offsets.

Every write reaches the file at once and `sync` reaches the disk, so a killed process leaves
what a board would find again. docs/format.md §14.
"""

from micropython import const

_ERASE_BYTES = const(4096)
_ERASED = b"\xff" * _ERASE_BYTES


class Flash:
    """NOR flash in erase blocks of 4 KiB."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "r+b")
        self._blocks = self._file.seek(0, 2) // _ERASE_BYTES

    def blank(self) -> bool:
        """True while nothing was ever written: the two blocks where littlefs begins are erased."""
        page = bytearray(_ERASE_BYTES)
        for block in range(2):
            self.readblocks(block, page, 0)
            if page != _ERASED:
                return False
        return True

    def readblocks(self, block: int, buf: bytearray, offset: int = 0) -> int:
        """Fill `buf` from a block and an offset within it."""
        self._file.seek(block * _ERASE_BYTES + offset)
        return 0 if self._file.readinto(buf) == len(buf) else -5

    def writeblocks(self, block: int, buf: bytearray, offset: int | None = None) -> int:
        """Program `buf`; without an offset the block is erased first, as the port does."""
        if offset is None:
            self.ioctl(6, block)
            offset = 0
        self._file.seek(block * _ERASE_BYTES + offset)
        return 0 if self._file.write(buf) == len(buf) else -5

    def ioctl(self, op: int, arg: int) -> int | None:
        """3 sync, 4 number of blocks, 5 their size, 6 erase one."""
        if op == 3:
            self._file.flush()  # fsync on the unix port
            return 0
        if op == 4:
            return self._blocks
        if op == 5:
            return _ERASE_BYTES
        if op == 6:
            self._file.seek(arg * _ERASE_BYTES)
            return 0 if self._file.write(_ERASED) == _ERASE_BYTES else -5
        return None
