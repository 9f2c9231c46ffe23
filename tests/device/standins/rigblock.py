# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Block devices in RAM that can lose their power at any write, for tests on MicroPython.

A `Supply` counts the writes of every device on it and cuts at one of them: the write is lost, or
a part of it stands. What was written to the card since its last sync may be lost too.
"""

BLOCK_BYTES = 512
ERASE_BYTES = 4096

NOTHING_LOST = 0  # what was written before the cut stands
UNSYNCED_LOST = 1  # what was written since the last sync is lost
SOME_LOST = 2  # some of it, by a seeded choice


class PowerCut(BaseException):
    """The supply is gone: nothing may catch this."""


# Made beforehand: a file that a cut left open is closed by the collector, which may not allocate.
_CUT = PowerCut()


class Supply:
    """`cut_at` is the unit of writing at which it goes; 0 for never.

    A unit is a block of the card, or one write or erase of the flash.
    """

    def __init__(self, cut_at: int = 0, loss: int = NOTHING_LOST) -> None:
        self.cut_at = cut_at
        self.loss = loss
        self.writes = 0
        self.dead = False
        self.devices = []

    def write(self, units: int = 1) -> int:
        """Count units; how many of them still stand."""
        self.check()
        before = self.writes
        self.writes += units
        return units if not before < self.cut_at <= self.writes else self.cut_at - before - 1

    def check(self) -> None:
        """Nothing goes on without power."""
        if self.dead:
            raise _CUT

    def cut(self) -> None:
        """The power goes now."""
        self.dead = True
        for device in self.devices:
            device.lose(self.loss, self.cut_at)
        raise _CUT


class RamCard:
    """The evidence card: `open`, `blocks`, `readblocks`, `writeblocks`, `sync`."""

    def __init__(self, supply: Supply, image: bytearray) -> None:
        self._supply = supply
        self._image = memoryview(image)
        self._unsynced = []  # (block, what stood there before), where that may be lost
        self.blocks = 0
        self.fail = False
        supply.devices.append(self)
        self.open()

    def open(self) -> None:
        self.blocks = len(self._image) // BLOCK_BYTES

    def readblocks(self, block: int, buf) -> None:
        if self.fail:
            raise OSError(5)
        start = block * BLOCK_BYTES
        buf[:] = self._image[start : start + len(buf)]

    def writeblocks(self, block: int, buf) -> None:
        if self.fail:
            raise OSError(5)
        count = len(buf) // BLOCK_BYTES
        start = block * BLOCK_BYTES
        assert count
        assert len(buf) % BLOCK_BYTES == 0
        assert start + len(buf) <= len(self._image)
        stands = self._supply.write(count)
        if self._supply.loss != NOTHING_LOST:
            for at in range(start, start + stands * BLOCK_BYTES, BLOCK_BYTES):
                self._unsynced.append((at, bytes(self._image[at : at + BLOCK_BYTES])))
        if stands == count:
            self._image[start : start + len(buf)] = buf
            return
        end = stands * BLOCK_BYTES
        self._image[start : start + end] = memoryview(buf)[:end]
        self._supply.cut()

    def sync(self) -> None:
        if self.fail:
            raise OSError(5)
        self._unsynced = []

    def lose(self, loss: int, seed: int) -> None:
        for at, before in reversed(self._unsynced):
            seed = (seed * 75 + 74) % 65537
            if loss == UNSYNCED_LOST or seed & 1:
                self._image[at : at + BLOCK_BYTES] = before
        self._unsynced = []


class RamFlash:
    """NOR flash for littlefs: extended block interface, 4 KiB erase blocks."""

    def __init__(self, supply: Supply, image: bytearray) -> None:
        self._supply = supply
        self._image = image
        supply.devices.append(self)

    def readblocks(self, block: int, buf, offset: int = 0) -> None:
        self._supply.check()
        start = block * ERASE_BYTES + offset
        buf[:] = self._image[start : start + len(buf)]

    def writeblocks(self, block: int, buf, offset: int = 0) -> None:
        start = block * ERASE_BYTES + offset
        if self._supply.write():
            self._image[start : start + len(buf)] = buf
            return
        half = len(buf) // 2
        self._image[start : start + half] = buf[:half]
        self._supply.cut()

    def ioctl(self, op: int, arg: int) -> int:
        self._supply.check()
        if op == 4:
            return len(self._image) // ERASE_BYTES
        if op == 5:
            return ERASE_BYTES
        if op == 6:
            start = arg * ERASE_BYTES
            if not self._supply.write():
                self._supply.cut()
            self._image[start : start + ERASE_BYTES] = b"\xff" * ERASE_BYTES
        return 0

    def lose(self, loss: int, seed: int) -> None:
        """littlefs asks for nothing but order, which NOR flash keeps."""
