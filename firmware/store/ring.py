# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The evidence ring straight on the card's blocks (docs/format.md section 13).

Page 0 holds the superblock; the ring follows in pages of 32 KiB, and a segment runs over
consecutive pages, wrapping at the end. Nothing here knows which pages are free: see `shelf`.
"""

from micropython import const
from sealing import cbor

from store.errors import CardForeign, CardMissing

BLOCK_BYTES = const(512)
PAGE_BYTES = const(32768)
PAGE_BLOCKS = const(64)
_FIRST_PAGE = const(1)
_LEAST_PAGES = const(34)  # the longest chunk and its seals, once
_VERSION = const(1)
_MAGIC = b"CDRcard1"


class Ring:
    """Pages numbered from 0, over a block device.

    It has `open()`, `blocks`, `readblocks`, `writeblocks` and `sync`, and raises OSError.
    """

    def __init__(self, card) -> None:
        self.card = card
        self.pages = 0  # until `adopt`
        self._bounce = bytearray(BLOCK_BYTES)
        self._bounce_view = memoryview(self._bounce)

    def adopt(self, force: str, camera: str, epoch: int, expected: bool) -> None:
        """Look at the card and make sure that it is this camera's; format a blank one.

        `expected` says that footage should stand on it: then a blank card is not ours either.
        Raises CardMissing, CardForeign.
        """
        self.card.open()
        self.pages = max(0, self.card.blocks // PAGE_BLOCKS - _FIRST_PAGE)
        if self.pages < _LEAST_PAGES:
            raise CardMissing("card")
        block = bytearray(BLOCK_BYTES)
        text = _MAGIC + cbor.encode([_VERSION, force, camera, epoch, _FIRST_PAGE, self.pages])
        block[: len(text)] = text
        self.card.readblocks(0, self._bounce)
        if self._bounce == block:
            return
        if expected or self._bounce[: len(_MAGIC)] == _MAGIC:
            raise CardForeign("card")
        self.card.writeblocks(0, block)
        self.card.sync()

    def block_of(self, page: int) -> int:
        """The first block of a page; pages beyond the end wrap."""
        return (_FIRST_PAGE + page % self.pages) * PAGE_BLOCKS

    def read(self, first_page: int, offset: int, buf: memoryview) -> None:
        """Fill `buf` from `offset` bytes behind the beginning of a page, across the wrap.

        Whole aligned blocks go straight into `buf`; only ragged edges are copied.
        """
        done = 0
        want = len(buf)
        while done < want:
            at = offset + done
            within = at % PAGE_BYTES
            block = self.block_of(first_page + at // PAGE_BYTES) + within // BLOCK_BYTES
            skip = within % BLOCK_BYTES
            take = min(want - done, PAGE_BYTES - within) // BLOCK_BYTES * BLOCK_BYTES
            if skip or not take:
                take = min(BLOCK_BYTES - skip, want - done)
                self.card.readblocks(block, self._bounce)
                buf[done : done + take] = self._bounce_view[skip : skip + take]
            else:
                self.card.readblocks(block, buf[done : done + take])
            done += take
