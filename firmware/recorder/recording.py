# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""One recording at a time: started, fed with frames and marks, sealed, ended, its keys wiped.

Order of what is durable, so that a cut anywhere can be recovered: the number, the ticket's
spending, the tail (T and the commitments of the groups to come), the catalogue's row, the header,
then chunks and seals; at the end the last seal, the row's close, and only then the tail's removal.
Sealing takes steps; while it runs, frames wait in the sensor's buffers and at most one here.
"""

import gc
import hashlib

from micropython import const
from store.desk import Desk
from store.errors import CardFull, TicketsSpent
from store.segment_writer import SegmentWriter
from store.shelf import SEAL_ROOM_BYTES, Shelf

from recorder import records
from recorder.beginning import Beginning
from recorder.cadence import Cadence
from recorder.group import FRAME_AT_MOST_BYTES, Group
from recorder.keys import EVENT, PICTURE
from recorder.signals import Signals
from recorder.tail import GROUPS, Tail
from recorder.timekeeper import Timekeeper

_SEAL_AFTER_US = const(1800000)
_SEGMENT_US = const(19500000)
_MARKS_AT_MOST = const(8)
_LAST_SEGMENT = const(65535)
_NO_SEAL = bytes(32)


class Recording:
    """`start`, then `turn` in each turn of the loop, `frame` where `ready`, `mark`, `stop`.

    `active` is False again when the end is sealed; `why` then says what ended it: None for a
    stop, or the error.
    """

    def __init__(
        self, shelf: Shelf, desk: Desk, time: Timekeeper, signals: Signals, board
    ) -> None:
        self._shelf = shelf
        self._desk = desk
        self._time = time
        self._signals = signals
        self._random = board.random
        self._sensor = board.sensor
        self._writer = SegmentWriter(shelf.ring)
        self._group = Group(self._writer)
        self._cadence = Cadence(board.sensor.rate_mhz)
        self._pending_stamp = bytearray(len(time.stamp))
        self._seal_stamp = bytearray(len(time.stamp))
        self._keys: Any = None
        self._constant: Any = None
        self._tail: Any = None
        self._previous_seal: Any = _NO_SEAL
        self.active = False
        self.why = None
        self._rest()

    def _rest(self) -> None:
        self._work: Any = None
        self._pending = None
        self._marks = 0
        self._marked = False
        self._stopping = False

    @property
    def ready(self) -> bool:
        """A frame can be taken now."""
        return self.active and self._work is None and self._pending is None and not self._marks

    def start(self) -> None:
        """Begin. CardFull, TicketsSpent, OSError, a random source's error: nothing is recorded."""
        first_page, room_bytes = self._shelf.allocate()
        if not self._desk.tickets_left():
            raise TicketsSpent("tickets")
        begun = Beginning(self._desk, self._random)
        self._keys = begun.keys
        self._constant = begun.fields
        self._number = begun.number
        self._recording = begun.recording
        self._tail = Tail(begun.recording, begun.number, begun.keys.tail_key)
        self._rest()
        self.why = None
        self._cadence.begin()
        self._group.start(begun.keys, begun.recording)
        self._shelf.running = begun.recording
        for _ in self._segment_steps(0, 0, _NO_SEAL, first_page, room_bytes):
            pass
        self.active = True

    def turn(self, passed_us: int) -> bool:
        """Time went by: move sealing, marks and ends on by one step. True where there was one.

        OSError where the card or the flash failed: then `abandon`.
        """
        if not self.active:
            return False
        self._cadence.pass_time(passed_us)
        self._group_us += passed_us
        self._segment_us += passed_us
        if self._work is not None:
            self._work_on()
            return True
        if self._pending is not None:
            plain = self._pending
            self._pending = None
            self._add(PICTURE, plain, self._pending_stamp)
        elif self._marks:
            self._place_mark()
        elif self._stopping:
            self._begin_work(self._end_steps())
        elif self._group.count and self._group_us >= _SEAL_AFTER_US:
            self._begin_work(self._seal_steps(0))
        else:
            return False
        return True

    def frame(self, plain: memoryview) -> None:
        """Take a frame that came at the stamp's time; the view must last until `ready` again."""
        self._cadence.frame()
        if not 0 < len(plain) <= FRAME_AT_MOST_BYTES:
            self._cadence.lose()
            return
        if self._stopping:
            return
        if self._fits(len(plain)):
            self._add(PICTURE, plain, self._time.stamp)
            return
        self._pending = plain
        self._pending_stamp[:] = self._time.stamp
        self._begin_work(self._next_steps(len(plain)))

    def mark(self) -> None:
        """The wearer marks this moment."""
        if self.active and not self._stopping and self._marks < _MARKS_AT_MOST:
            self._marks += 1

    def stop(self) -> None:
        """End behind what was taken so far; `active` falls when the end is durable."""
        self._stopping = True

    def abandon(self, why: Exception) -> None:
        """The card or the flash failed: give up. Recovery ends the recording later.

        Until then nothing of it is sent: what runs stays hidden.
        """
        self.why = why
        self._forget()

    def _begin_work(self, steps) -> None:
        """What the steps seal is sealed as of now: a frame that waits is not older."""
        self._seal_stamp[:] = self._time.stamp
        self._work = steps

    def _work_on(self) -> None:
        work = self._work
        try:
            next(work)
        except StopIteration:
            if self._work is work:
                self._work = None

    def _add(self, kind: int, plain: memoryview | bytes, stamp: bytearray) -> None:
        if not self._group.count:
            self._group_us = 0
        if self._empty_segment:
            self._empty_segment = False
            self._segment_us = 0
        self._group.add(kind, plain, stamp)

    def _place_mark(self) -> None:
        if not self._fits(len(records.MARKER_EVENT)):
            self._begin_work(self._next_steps(len(records.MARKER_EVENT)))
            return
        self._marks -= 1
        self._marked = True
        self._add(EVENT, records.MARKER_EVENT, self._time.stamp)

    def _fits(self, plain_bytes: int) -> bool:
        """True where a chunk may still stand in this group and this segment."""
        group = self._group
        if group.count and self._group_us >= _SEAL_AFTER_US:
            return False
        return group.count < records.GROUP_CHUNKS and not self._segment_over(plain_bytes)

    def _segment_over(self, plain_bytes: int) -> bool:
        if self._empty_segment:
            return False
        if self._group.number - self._first_group >= GROUPS - 1:
            return True
        used_bytes = self._writer.length + self._group.record_bytes(plain_bytes)
        if used_bytes + 2 * SEAL_ROOM_BYTES > self._room_bytes:
            return True
        return self._segment_us >= _SEGMENT_US

    def _next_steps(self, plain_bytes: int):
        """Make room for a chunk: seal the group, and go on to a new segment where it must."""
        if self._group.count:
            yield from self._seal_steps(0)
        if not self._segment_over(plain_bytes):
            return
        self._shelf.catalogue.close(self._row, self._writer.length, self._marked, False)
        yield None
        try:
            if self._segment == _LAST_SEGMENT:
                raise CardFull("segments")
            yield from self._segment_steps(
                self._segment + 1, self._group.number, self._previous_seal, *self._shelf.allocate()
            )
        except CardFull as error:
            self.why = error
            if self._pending is not None:
                self._cadence.lose()
            self._pending = None
            self._marks = 0
            yield from self._end_steps()

    def _seal_steps(self, flags: int):
        """Seal the group that is open, durably, and begin the next."""
        number = self._group.number
        digest = None
        for digest in self._group.seal_steps(
            self._desk.identity.key,
            self._tail.commitment(self._segment, number),
            self._seal_stamp,
            self._cadence.take(bool(flags & records.END)),
            self._signals.take_proof(),
            flags,
        ):
            if digest is None:
                yield None
        self._previous_seal = digest
        if not flags & records.END:
            self._group.begin(self._segment, number + 1, self._header_digest, self._previous_seal)

    def _end_steps(self):
        yield from self._seal_steps(records.END)
        self._shelf.catalogue.close(self._row, self._writer.length, self._marked, True)
        self._desk.drop_tail()
        self._shelf.running = None
        self._forget()

    def _segment_steps(
        self, segment: int, group: int, previous_seal: bytes, first_page: int, room_bytes: int
    ):
        """Begin a segment: make everything durable that recovery needs, then the header."""
        fields = dict(self._constant)
        fields[8] = segment
        fields[9] = previous_seal
        fields[17] = self._marked
        header = records.segment_header(self._desk.identity, fields, self._sensor)
        self._header_digest = hashlib.sha256(header).digest()
        yield from self._tail.enter_steps(self._keys, segment, group, self._header_digest)
        self._desk.keep_tail(self._tail.fields())
        yield None
        catalogue = self._shelf.catalogue
        self._row = catalogue.open(self._number, self._recording, segment, first_page)
        self._writer.begin(first_page)
        self._writer.write(header, 0, len(header))
        self._writer.flush()
        yield None
        self._segment = segment
        self._first_group = group
        self._previous_seal = previous_seal
        self._room_bytes = room_bytes
        self._empty_segment = True
        self._segment_us = self._group_us = 0
        self._group.begin(segment, group, self._header_digest, previous_seal)
        gc.collect()

    def _forget(self) -> None:
        """Wipe what the recording's keys were made of."""
        self._group.wipe()
        if self._keys is not None:
            self._keys.wipe()
        self._keys = self._tail = self._constant = None
        self._rest()
        self.active = False
        gc.collect()
