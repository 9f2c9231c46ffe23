# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The segments on the card: where the next may stand, and reading what stands there.

Invariant: a page of a segment that is neither released nor dropped is never given out again. A
segment that is closed but not its recording's last keeps room for one more seal, so that recovery
can always end its recording there.
"""

from micropython import const

from store.catalogue import CLOSED, LAST, MARKED, OPENED, RELEASED, Catalogue
from store.errors import CardFull
from store.ring import PAGE_BYTES, Ring

SEGMENT_PAGES = const(256)  # 8 MiB
LEAST_PAGES = const(34)  # the longest chunk, and a header and two seals
SEAL_ROOM_BYTES = const(344)


class Shelf:
    """What the link and the recorder see of the card. A segment is (recording id, segment)."""

    def __init__(self, ring: Ring, catalogue: Catalogue) -> None:
        self.ring = ring
        self.catalogue = catalogue
        self.running: Any = None  # id of the recording that has no end yet: not to be sent

    def entries(self, after_number: int, after_segment: int, limit: int) -> list:
        """Segments to send, by rising (recording number, segment), above the one given.

        Each is (recording id, number, segment, length, marked, last).
        """
        found = []
        index = self.catalogue.after(after_number, after_segment)
        while index < self.catalogue.count and len(found) < limit:
            state, flags, segment, number, recording, _, length = self.catalogue.row(index)
            if state == CLOSED and recording != self.running:
                marked = bool(flags & MARKED)
                found.append((recording, number, segment, length, marked, bool(flags & LAST)))
            index += 1
        return found

    def length_of(self, recording: bytes, segment: int) -> int | None:
        """The length of a closed segment that is not released, or None."""
        index = self.catalogue.find(recording, segment)
        if index < 0 or self.catalogue.state(index) != CLOSED or recording == self.running:
            return None
        return self.catalogue.row(index)[6]

    def released(self, recording: bytes, segment: int) -> bool:
        """True where a receipt has released this segment."""
        index = self.catalogue.find(recording, segment)
        return index >= 0 and self.catalogue.state(index) == RELEASED

    def read(self, recording: bytes, segment: int, offset: int, buf: memoryview) -> int:
        """Fill `buf` from a closed segment; the bytes read, fewer at its end, 0 beyond it.

        OSError where the card failed.
        """
        index = self.catalogue.find(recording, segment)
        if index < 0 or self.catalogue.state(index) != CLOSED:
            return 0
        _, _, _, _, _, first_page, length = self.catalogue.row(index)
        count = min(len(buf), length - offset)
        if count <= 0:
            return 0
        self.ring.read(first_page, offset, buf if count == len(buf) else buf[:count])
        return count

    def release(self, recording: bytes, segment: int) -> None:
        """Durably free a closed segment; the caller has verified upstream's receipt for it."""
        index = self.catalogue.find(recording, segment)
        if index >= 0 and self.catalogue.state(index) == CLOSED and recording != self.running:
            self.catalogue.release(index)

    def holds_footage(self) -> bool:
        """True where something on the card is not released."""
        return any(self._holds(index) for index in range(self.catalogue.count))

    def allocate(self) -> tuple[int, int]:
        """(first page, bytes) for a new segment, behind the newest. CardFull where none fits."""
        pages = self.ring.pages
        start = self._behind_newest()
        # Held runs by their distance from `start`; a run that reaches across it comes first.
        held = []
        for index in range(self.catalogue.count):
            if self._holds(index):
                first, count = self._run(index)
                ahead = (first - start) % pages
                if ahead + count > pages:
                    held.append((0, ahead + count - pages))
                held.append((ahead, count))
        held.sort()
        held.append((pages, 0))
        free_from = 0
        for ahead, count in held:
            if ahead - free_from >= LEAST_PAGES:
                room = min(ahead - free_from, SEGMENT_PAGES)
                return (start + free_from) % pages, room * PAGE_BYTES
            free_from = max(free_from, ahead + count)
        raise CardFull("card")

    def _behind_newest(self) -> int:
        if not self.catalogue.count:
            return 0
        first, count = self._run(self.catalogue.count - 1)
        return (first + count) % self.ring.pages

    def _holds(self, index: int) -> bool:
        return self.catalogue.state(index) in (OPENED, CLOSED)

    def _run(self, index: int) -> tuple[int, int]:
        """(first page, pages) of a row; an opened one may have grown to the longest."""
        state, flags, _, _, _, first, length = self.catalogue.row(index)
        if state == OPENED:
            return first, min(SEGMENT_PAGES, self.ring.pages)
        if not flags & LAST:
            length += SEAL_ROOM_BYTES
        return first, (length + PAGE_BYTES - 1) // PAGE_BYTES
