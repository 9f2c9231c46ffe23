# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Frees a segment against upstream's receipt for exactly its bytes (docs/link.md §3, kind 1).

The bytes are read back from the card, whole, each time: what was sent before proves nothing
about what stands there now.
"""

import hashlib

from link.results import UNMATCHED, Refused


def steps(fields: list, orders, shelf, view: memoryview):
    """A generator, None after each block read back; False where the segment was freed before.

    fields: recording id, segment, length, SHA-256, entry, utc_us.
    """
    recording, segment, length = fields[0], fields[1], fields[2]
    held_bytes = shelf.length_of(recording, segment)
    freed = held_bytes is None and shelf.released(recording, segment)
    if not orders.check_segment(fields, held_bytes, freed):
        return False
    digest = hashlib.sha256()
    offset = 0
    while offset < length:
        block = view if length - offset >= len(view) else view[: length - offset]
        count = shelf.read(recording, segment, offset, block)
        if not count:
            raise Refused(UNMATCHED)  # the card holds less than the catalogue says
        digest.update(block if count == len(block) else block[:count])
        offset += count
        yield None
    orders.check_digest(fields, digest.digest())
    # The wearer's controls ran between the blocks; nothing writes to a closed segment.
    shelf.release(recording, segment)
    return True
