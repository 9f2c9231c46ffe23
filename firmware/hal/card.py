# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The evidence card as a block device of 512-byte blocks that raises on failure.

STM32's driver answers False where a transfer failed and other ports raise or give a negative
number: here every failure is an OSError. A write counts as durable after `sync`.
"""

import errno

import machine
from micropython import const

_SYNC = const(3)
_COUNT = const(4)
_SIZE = const(5)
BLOCK_BYTES = const(512)


class Card:
    """`blocks`, `readblocks`, `writeblocks`, `sync`; `blocks` is 0 where no card answers."""

    def __init__(self) -> None:
        self._device: Any = machine.SDCard()
        self.blocks = 0
        self.open()

    def open(self) -> None:
        """Look for a card: sets `blocks`."""
        try:
            size_bytes = self._device.ioctl(_SIZE, 0)
            self.blocks = self._device.ioctl(_COUNT, 0) if size_bytes == BLOCK_BYTES else 0
        except OSError:
            self.blocks = 0

    def readblocks(self, block: int, buf: bytearray | memoryview) -> None:
        """Fill `buf`, whole blocks, from `block` on."""
        _check(self._device.readblocks(block, buf))

    def writeblocks(self, block: int, buf: bytearray | memoryview) -> None:
        """Write `buf`, whole blocks, from `block` on."""
        _check(self._device.writeblocks(block, buf))

    def sync(self) -> None:
        """Return when everything written is durable."""
        _check(self._device.ioctl(_SYNC, 0))


def _check(answer: object) -> None:
    if answer is False or (isinstance(answer, int) and answer < 0):
        raise OSError(errno.EIO)
