# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The ring, the writer and the shelf over a card in RAM that notes how it is written."""

import random
import struct

import rig
from rigblock import RamCard, Supply
from store.catalogue import Catalogue
from store.errors import CardFull, StoreError
from store.ring import Ring
from store.segment_writer import SegmentWriter
from store.shelf import LEAST_PAGES, SEAL_ROOM_BYTES, Shelf

PAGE = 32768


class NotingCard(RamCard):
    """Notes each write as (block, blocks), and 'sync'."""

    def __init__(self, image: bytearray) -> None:
        self.notes = []
        super().__init__(Supply(), image)

    def writeblocks(self, block: int, buf) -> None:
        self.notes.append((block, len(buf) // 512))
        super().writeblocks(block, buf)

    def sync(self) -> None:
        self.notes.append("sync")
        super().sync()


def _ring(pages: int) -> tuple:
    card = NotingCard(bytearray((pages + 1) * PAGE))
    ring = Ring(card)
    ring.adopt("demo", "cam", 1, False)
    card.notes.clear()
    return card, ring


def wrap(plan: dict) -> list:
    """Segments written in random pieces from every page on, across the wrap, and read back."""
    random.seed(plan["seed"])
    wrong = []
    _, ring = _ring(40)
    writer = SegmentWriter(ring)
    for first_page in range(40):
        length = random.randint(1, 9 * PAGE)
        data = bytes([random.getrandbits(8) for _ in range(251)]) * (length // 251 + 1)
        data = memoryview(data)[:length]
        writer.begin(first_page)
        at = 0
        while at < length:
            take = min(random.choice((1, 60, 511, 512, 4096, 30000, 70000)), length - at)
            writer.write(data, at, take)
            at += take
            if random.randint(0, 3) == 0:
                writer.flush()
        writer.flush()
        for _ in range(20):
            at = random.randint(0, length - 1)
            buf = bytearray(min(random.randint(1, 3 * PAGE), length - at))
            ring.read(first_page, at, memoryview(buf))
            if buf != data[at : at + len(buf)]:
                wrong.append([first_page, at, len(buf)])
    return wrong


def resume(plan: dict) -> list:
    """A writer that goes on behind any length leaves the bytes before it as they were."""
    random.seed(plan["seed"])
    wrong = []
    _, ring = _ring(40)
    writer = SegmentWriter(ring)
    data = bytes([random.getrandbits(8) for _ in range(1021)]) * 100
    for length in [0, 1, 511, 512, 513, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE] + [
        random.randint(1, 90000) for _ in range(20)
    ]:
        writer.begin(38)
        writer.write(data, 0, length)
        writer.flush()
        other = SegmentWriter(ring)
        other.resume(38, length)
        other.write(data, length, 400)
        other.flush()
        buf = bytearray(length + 400)
        ring.read(38, 0, memoryview(buf))
        if buf != data[: length + 400] or other.length != length + 400:
            wrong.append(length)
    return wrong


def dirty_blocks(_: object) -> list:
    """What goes to the card: whole pages at once, then only blocks that changed, then a sync."""
    card, ring = _ring(40)
    writer = SegmentWriter(ring)
    writer.begin(0)
    data = bytes(3 * PAGE)
    writer.write(data, 0, 700)
    writer.flush()
    writer.write(data, 0, 100)
    writer.flush()
    writer.write(data, 0, PAGE)
    writer.flush()
    writer.flush()
    return card.notes


def foreign(_: object) -> list:
    """What is said to a blank, a foreign and a missing card, and to a blank one in its place."""
    said = []
    image = bytearray(41 * PAGE)
    for force, camera, epoch, expected in (
        ("demo", "cam", 1, True),
        ("demo", "cam", 1, False),
        ("demo", "cam", 1, True),
        ("demo", "cam", 2, False),
        ("demo", "dam", 1, False),
        ("other", "cam", 1, False),
    ):
        try:
            Ring(RamCard(Supply(), image)).adopt(force, camera, epoch, expected)
            said.append("ours")
        except StoreError as error:
            said.append(error.code)
    for pages in (0, LEAST_PAGES):
        try:
            Ring(RamCard(Supply(), bytearray(pages * PAGE))).adopt("demo", "cam", 1, False)
            said.append("ours")
        except StoreError as error:
            said.append(error.code)
    return said


def allocation(plan: dict) -> dict:
    """A thousand random openings, closings and releases: what is held is never given out."""
    random.seed(plan["seed"])
    camera = rig.Camera(pages=1)
    camera._mount()
    _, ring = _ring(40)
    ring.pages = plan["pages"]
    shelf = Shelf(ring, Catalogue("/rig/catalogue"))
    held = {}  # (number, segment) -> set of pages
    counts = {"opened": 0, "full": 0, "released": 0, "wrong": []}
    number = 0
    for _ in range(plan["steps"]):
        number += random.randint(0, 1) or not number
        segment = _next_segment(shelf.catalogue, number)
        recording = struct.pack(">QQ", 7, number)
        try:
            first, room = shelf.allocate()
        except CardFull:
            counts["full"] += 1
            if not held:
                counts["wrong"].append("full though nothing is held")
            for key in list(held):
                if random.randint(0, 2) == 0:
                    shelf.release(struct.pack(">QQ", 7, key[0]), key[1])
                    del held[key]
                    counts["released"] += 1
            continue
        offered = {(first + i) % ring.pages for i in range(room // PAGE)}
        if len(offered) < LEAST_PAGES or any(offered & pages for pages in held.values()):
            counts["wrong"].append("held pages were given out")
        row = shelf.catalogue.open(number, recording, segment, first)
        length = random.choice((random.randint(1, room), room))
        last = bool(random.randint(0, 1))
        length -= 0 if last else min(length - 1, SEAL_ROOM_BYTES)
        shelf.catalogue.close(row, length, False, last)
        used = length if last else length + SEAL_ROOM_BYTES
        held[number, segment] = {(first + i) % ring.pages for i in range((used - 1) // PAGE + 1)}
        counts["opened"] += 1
        number += last
    again = Shelf(ring, Catalogue("/rig/catalogue"))
    if _state(again) != _state(shelf):
        counts["wrong"].append("the catalogue reads back another way")
    return counts


def _next_segment(catalogue: Catalogue, number: int) -> int:
    index = catalogue.after(number, 0xFFFF) - 1
    if index < 0 or catalogue.row(index)[3] != number:
        return 0
    return catalogue.row(index)[2] + 1


def _state(shelf: Shelf) -> list:
    rows = [shelf.catalogue.row(index) for index in range(shelf.catalogue.count)]
    return [row for row in rows if row[0] == 2]


def running(_: object) -> dict:
    """What the link sees of a recording that has no end yet, and of one that was released."""
    camera = rig.Camera(pages=1)
    camera._mount()
    _, ring = _ring(40)
    shelf = Shelf(ring, Catalogue("/rig/catalogue"))
    one, two = b"1" * 16, b"2" * 16
    view = memoryview(bytearray(100))
    for number, recording in ((1, one), (2, two)):
        row = shelf.catalogue.open(number, recording, 0, number)
        shelf.catalogue.close(row, 90, number == 1, True)
    shelf.running = two
    said = {
        "entries": len(shelf.entries(0, 0xFFFF, 9)),
        "length": shelf.length_of(two, 0),
        "read": [shelf.read(one, 0, at, view) for at in (0, 50, 89, 90, 5000)],
        "unknown": [shelf.length_of(one, 1), shelf.read(one, 1, 0, view), shelf.released(one, 1)],
    }
    shelf.release(two, 0)
    said["running is released"] = shelf.released(two, 0)
    shelf.running = None
    said["more"] = [len(shelf.entries(0, 0xFFFF, 1)), len(shelf.entries(1, 0, 9))]
    shelf.release(one, 0)
    said["released"] = [
        shelf.released(one, 0),
        shelf.length_of(one, 0),
        shelf.read(one, 0, 0, view),
    ]
    shelf.release(one, 0)
    said["left"] = len(shelf.entries(0, 0xFFFF, 9))
    return said
