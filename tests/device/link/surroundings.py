# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What stands in for the camera around its link: card, flash, clock; and notes of what is done.

Each has the methods that the link uses of the real one, and writes to `events`, a JSON line each.
"""

import gc
import json
import os
import select
import sys
import time
from array import array
from binascii import hexlify, unhexlify

from sealing.ed25519 import SigningKey


class Events:
    """What happened, for the test."""

    def __init__(self, path: str):
        self._file = open(path, "a")

    def note(self, what: str, *details):
        self._file.write(json.dumps([what] + list(details)) + "\n")
        self._file.flush()


class FileShelf:
    """The card: one file a segment. What was released stays released in `released`."""

    def __init__(self, given: dict, events: Events):
        self._events = events
        self._fault_at = given.get("fault_at", -1)
        self.heap = array("I", bytes(4 * 64)) if given.get("heap") else None
        self._reads = 0
        self._leave_at = given.get("leave_at", -1)
        self.session = None
        self._rows = []
        self._files = {}
        self._freed = set()
        for recording, number, segment, path, marked, last in given["segments"]:
            key = (unhexlify(recording), segment)
            length = os.stat(path)[6]
            self._rows.append((key[0], number, segment, length, marked, last))
            self._files[key] = (open(path, "rb"), length)
        self._released = given["released"]
        try:
            with open(self._released) as file:
                for line in file:
                    recording, segment = json.loads(line)
                    self._freed.add((unhexlify(recording), segment))
        except OSError:
            pass

    def entries(self, after_number: int, after_segment: int, limit: int) -> list:
        found = []
        for row in self._rows:
            above = (row[1], row[2]) > (after_number, after_segment)
            if above and (row[0], row[2]) not in self._freed and len(found) < limit:
                found.append(row)
        return found

    def note_heap(self):
        """The heap at the last reads, oldest first where they were a multiple of the window."""
        self._events.note("heap", list(self.heap))

    def length_of(self, recording: bytes, segment: int):
        key = (recording, segment)
        if key in self._freed or key not in self._files:
            return None
        return self._files[key][1]

    def released(self, recording: bytes, segment: int) -> bool:
        return (recording, segment) in self._freed

    def read(self, recording: bytes, segment: int, offset: int, buf) -> int:
        if 0 <= self._fault_at <= offset:
            raise OSError(5)
        if self.heap is not None:
            self.heap[self._reads % len(self.heap)] = gc.mem_alloc()
            self._reads += 1
            return len(buf)  # no card: the link's own growth alone
        self._reads += 1
        if self._reads == self._leave_at:
            self.session.leave()  # the wearer presses record while docked
        file = self._files[recording, segment][0]
        file.seek(offset)
        return file.readinto(buf)

    def release(self, recording: bytes, segment: int):
        self._freed.add((recording, segment))
        with open(self._released, "a") as file:
            file.write(json.dumps([hexlify(recording).decode(), segment]) + "\n")
        self._events.note("released", hexlify(recording).decode(), segment)


class Identity:
    """From the file."""

    def __init__(self, given: dict):
        for name in ("force", "camera", "epoch"):
            setattr(self, name, given[name])
        for name in ("tls_cert", "tls_key", "dock_ca", "certificate"):
            setattr(self, name, unhexlify(given[name]))
        self.key = SigningKey(unhexlify(given["seed"]))


class MemoryDesk:
    """The internal flash, for as long as the process lives."""

    def __init__(self, given: dict, events: Events):
        self._events = events
        self.identity = Identity(given)
        self.boot = 7
        self.firmware_digest = bytes(32)
        self.service_public = unhexlify(given["service_public"])
        self._counter = 0
        self._left = 0

    def tickets_left(self) -> int:
        return self._left

    def tickets_counter(self) -> int:
        return self._counter

    def take_tickets(self, counter: int, use_by_s: int, batch: list):
        self._counter = counter
        self._left += len(batch)
        self._events.note("tickets", counter, len(batch))

    def note_order(self, digest: bytes):
        self._events.note("order", hexlify(digest).decode())

    def set_time(self, utc_us: int, mono_us: int, uncertainty_us: int):
        self._events.note("time", utc_us, mono_us, uncertainty_us)

    def last_number(self) -> int:
        return 3


class MemoryClock:
    """Microseconds since the start, and a floor that is only noted."""

    def __init__(self, events: Events):
        self._events = events
        self._since = time.ticks_us()

    def mono_us(self) -> int:
        return time.ticks_diff(time.ticks_us(), self._since)

    def floor(self):
        self._events.note("floor")


def serve(session, events: Events, ended=None):
    """Step until the wire closes; `ended` is called behind each session."""
    wire = select.poll()
    wire.register(sys.stdin, select.POLLIN)
    why = None
    while True:
        if not session.step():
            for _, happened in wire.poll(1):
                if happened & select.POLLHUP:
                    return
        if session.why is not why:
            why = session.why
            if ended is not None:
                ended()
            events.note("ended", type(why).__name__, why.code, str(why))
