# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Writes one segment's bytes to the ring, page by page, without allocating.

Bytes gather in a page's buffer; a full page goes out in one aligned write, and `flush` writes the
blocks that changed since and returns when the card has them. The block that a segment ends in is
written again when more comes: what was durable in it is the same bytes again.
"""

import io

from store.ring import BLOCK_BYTES, PAGE_BYTES, Ring

_ZEROS = bytes(BLOCK_BYTES)


class SegmentWriter:
    """`begin` or `resume`, then `write` and `flush`; `length` counts the segment's bytes."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        # BytesIO copies from and to buffers in C and without slices, which are heap objects.
        self._stage = io.BytesIO(PAGE_BYTES)
        self._page = bytearray(PAGE_BYTES)
        self._view = memoryview(self._page)
        self._first_page = 0
        self._at = 0
        self._dirty_block = 0
        self.length = 0

    def begin(self, first_page: int) -> None:
        """Start a segment at a page."""
        self._first_page = first_page
        self._at = 0
        self._dirty_block = 0
        self.length = 0
        self._stage.seek(0)

    def resume(self, first_page: int, length: int) -> None:
        """Go on behind `length` bytes of a segment that stand on the card already."""
        self.begin(first_page)
        self.length = length
        self._at = length % PAGE_BYTES
        self._dirty_block = self._at // BLOCK_BYTES
        kept = self._view[: self._at]
        self._ring.read(first_page, length - self._at, kept)
        self._stage.write(kept)

    def write(self, buf: bytes | bytearray | memoryview, offset: int, count: int) -> None:
        """Append `count` bytes of `buf` from `offset` on. OSError where the card failed."""
        while count:
            take = min(count, PAGE_BYTES - self._at)
            self._stage.write(buf, offset, take)
            self._at += take
            self.length += take
            offset += take
            count -= take
            if self._at == PAGE_BYTES:
                self._put(PAGE_BYTES // BLOCK_BYTES)
                self._stage.seek(0)
                self._at = 0
                self._dirty_block = 0

    def flush(self) -> None:
        """Return when every byte written is durable. OSError where the card failed."""
        ragged = self._at % BLOCK_BYTES
        if ragged:
            self._stage.write(_ZEROS, 0, BLOCK_BYTES - ragged)
        end_block = (self._at + BLOCK_BYTES - 1) // BLOCK_BYTES
        if end_block > self._dirty_block:
            self._put(end_block)
        self._ring.card.sync()
        self._dirty_block = self._at // BLOCK_BYTES
        self._stage.seek(self._at)

    def _put(self, end_block: int) -> None:
        """Write the page's blocks from the first dirty one on."""
        page = (self.length - 1) // PAGE_BYTES
        block = self._ring.block_of(self._first_page + page) + self._dirty_block
        self._stage.seek(0)
        self._stage.readinto(self._page)
        if self._dirty_block == 0 and end_block * BLOCK_BYTES == PAGE_BYTES:
            self._ring.card.writeblocks(block, self._page)
        else:
            start = self._dirty_block * BLOCK_BYTES
            self._ring.card.writeblocks(block, self._view[start : end_block * BLOCK_BYTES])
