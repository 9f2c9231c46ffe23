# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""After a power cut: seal exactly what chains as recovered, end the recording, erase T.

docs/format.md section 7. Each step leaves something from which the next boot goes on, so that a
cut within recovery changes nothing: the end seal is deterministic and stands at a place that the
walk finds again; then the row is closed, then empty segments are dropped, then the tail goes.
"""

from sealing import cbor, cose
from sealing.ed25519 import SigningKey
from store.catalogue import CLOSED, LAST, OPENED, Catalogue
from store.desk import Desk
from store.segment_writer import SegmentWriter
from store.shelf import Shelf

from recorder import records
from recorder.tail import Tail, read
from recorder.walk import Walk

NOTHING = "nothing"  # no recording was running
ENDED = "ended"  # its end stood already
SEALED = "sealed"  # it has an end now
EMPTY = "empty"  # nothing of it had reached the card
_NO_TIME = records.stamp(0, 0, 0xFFFFFFFF)


def recover(desk: Desk, shelf: Shelf) -> str:
    """Bring a recording that a cut left open to its end; what was done.

    OSError where the card or the flash failed: nothing is given up, try again later.
    """
    fields = desk.tail()
    if fields is None:
        return NOTHING
    tail = read(fields)
    rows = _rows(shelf.catalogue, tail.recording)
    shelf.running = tail.recording
    walk = Walk(shelf.ring, tail, desk.identity.evidence_public)
    done = EMPTY
    for row in reversed(rows):
        done = _finish(row, walk, tail, desk, shelf)
        if done is not EMPTY:
            break
    for row in rows:
        if shelf.catalogue.state(row) == OPENED:
            shelf.catalogue.drop(row)
    desk.drop_tail()
    shelf.running = None
    return done


def _rows(catalogue: Catalogue, recording: bytes) -> list[int]:
    """Indices of the recording's rows that still hold something, in order."""
    found = []
    for index in range(catalogue.count):
        if catalogue.state(index) in (OPENED, CLOSED) and catalogue.row(index)[4] == recording:
            found.append(index)
    return found


def _finish(row: int, walk: Walk, tail: Tail, desk: Desk, shelf: Shelf) -> str:
    """End the recording in this segment, or EMPTY where nothing stands in it to end."""
    _, flags, segment, _, _, first_page, _ = shelf.catalogue.row(row)
    if flags & LAST:
        return ENDED
    if not walk.run(first_page, segment):
        return EMPTY
    if walk.ended:
        shelf.catalogue.close(row, walk.end, walk.marked, True)
        return ENDED
    if segment and not walk.seals and not walk.chunks:
        return EMPTY
    if segment == 0 and not walk.seals and not walk.chunks:
        walk.group = walk.index = 0
    commitments = tail.commitment(segment, walk.group)
    if commitments is None:
        return EMPTY
    writer = SegmentWriter(shelf.ring)
    writer.resume(first_page, walk.end)
    seal = _end_seal(walk, tail, commitments, desk.identity.key)
    writer.write(seal, 0, len(seal))
    writer.flush()
    shelf.catalogue.close(row, writer.length, walk.marked, True)
    return SEALED


def _end_seal(walk: Walk, tail: Tail, commitments: bytes, key: SigningKey) -> bytes:
    """The record of a recovered end over the walk's open group."""
    fields = [
        1,
        tail.recording,
        walk.segment,
        walk.group,
        walk.index,
        walk.chunks,
        walk.header_digest,
        walk.leaves_digest(),
        commitments,
        walk.previous_seal,
    ]
    fields += records.times(walk.stamp or _NO_TIME)
    fields += [0, [0, 0, 0, 0], records.END | records.RECOVERED]
    message = cose.sign1(key, records.SEAL_DOMAIN, cbor.encode(fields))
    return records.record(records.SEAL_MAGIC, tail.recording, message)
