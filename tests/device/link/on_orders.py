# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Run by MicroPython: orders go the whole way through the link's inbox; card and flash in RAM."""

# Deepest first: each nested import takes C stack while the next module is compiled.
import sealing.ed25519  # noqa: F401, I001

from binascii import hexlify, unhexlify

from link import messages
from link.errors import LinkError
from link.inbox import Inbox
from link.status import Asked


class RamShelf:
    """Segments as bytes; `reads` counts what was read back."""

    def __init__(self, held: list):
        self._held = {}
        self._freed = set()
        self.reads = 0
        for recording, segment, data, freed in held:
            key = (unhexlify(recording), segment)
            self._held[key] = unhexlify(data)
            if freed:
                self._freed.add(key)
        self.news = []

    def length_of(self, recording: bytes, segment: int):
        key = (recording, segment)
        return len(self._held[key]) if key in self._held and key not in self._freed else None

    def released(self, recording: bytes, segment: int) -> bool:
        return (recording, segment) in self._freed

    def read(self, recording: bytes, segment: int, offset: int, buf) -> int:
        self.reads += 1
        data = self._held[recording, segment][offset : offset + len(buf)]
        buf[: len(data)] = data
        return len(data)

    def release(self, recording: bytes, segment: int):
        self._freed.add((recording, segment))
        self.news.append([hexlify(recording).decode(), segment])


class RamDesk:
    """Names, the service key, and what was taken."""

    def __init__(self, given: dict):
        self.identity = self
        self.force, self.camera, self.epoch = given["names"]
        self.service_public = unhexlify(given["service"])
        self._counter = given.get("counter", 0)
        self.news = []

    def tickets_counter(self) -> int:
        return self._counter

    def take_tickets(self, counter: int, use_by_s: int, batch: list):
        self._counter = counter
        self.news.append(["tickets", counter, len(batch)])

    def set_time(self, utc_us: int, mono_us: int, uncertainty_us: int):
        self.news.append(["time", utc_us, mono_us, uncertainty_us])

    def note_order(self, digest: bytes):
        self.news.append(["order", hexlify(digest).decode()])


def obey(given: dict) -> list:
    """For each [kind, message]: the result's code, what was released, what was taken."""
    shelf = RamShelf(given["held"])
    desk = RamDesk(given)
    clock = [0]

    def mono_us() -> int:
        clock[0] += 1000
        return clock[0]

    inbox = Inbox(desk, shelf, mono_us)
    inbox.asked = Asked(unhexlify(given.get("nonce", "00" * 16)))
    inbox.asked.sent_us = mono_us()
    results = []
    for kind, message in given["orders"]:
        shelf.news, desk.news = [], []
        try:
            inbox.take([messages.ORDER, kind, unhexlify(message)])
        except LinkError as error:
            results.append([type(error).__name__, [], []])
            continue
        result = None
        while result is None:
            inbox.work()
            result = inbox.take_result()
        if result[0] != kind:
            raise ValueError("the result of another order")
        results.append([result[1], shelf.news, desk.news])
    return results
