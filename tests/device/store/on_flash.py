# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Files in internal flash under power cuts, tears and rot."""

import hashlib

import rig
from rigblock import PowerCut, Supply
from store import flashfile
from store.catalogue import Catalogue
from store.desk import Desk
from store.errors import FlashCorrupt, StoreError
from store.flashfile import RecordLog
from store.tickets import Tickets


def _at_every_write(prepare, change, look) -> list:
    """(what is seen after a cut at each write of `change`, …) and what is seen without one."""
    camera = rig.Camera(pages=1, tickets=0)
    camera._mount()
    prepare()
    flash = bytes(camera.flash_image)
    card = bytes(camera.card_image)
    seen = []
    cut_at = 0
    while True:
        cut_at += 1
        camera.copy(card, flash)
        camera.supply = Supply(cut_at)
        try:
            camera._mount()
            change()
            through = True
        except PowerCut:
            through = False
        camera.supply = Supply()
        camera._mount()
        seen.append(look())
        if through:
            return seen


def replacing(_: object) -> list:
    """A file that is replaced, cut at every write."""
    old, new = b"o" * 700, b"n" * 900

    def look() -> str:
        payload = flashfile.load("/rig/it", 1000)
        return "old" if payload == old else "new" if payload == new else repr(payload)

    return _at_every_write(
        lambda: flashfile.replace("/rig/it", old), lambda: flashfile.replace("/rig/it", new), look
    )


def appending(_: object) -> list:
    """A log that grows, cut at every write: how many records stand, all of them whole."""

    def fill() -> None:
        log = RecordLog("/rig/log", 32)
        for index in range(40):
            log.append(bytes([index]) * 32)

    def add() -> None:
        log = RecordLog("/rig/log", 32)
        log.load(lambda record: None)
        for index in range(40, 44):
            log.append(bytes([index]) * 32)

    def look() -> int:
        records = []
        log = RecordLog("/rig/log", 32)
        log.load(lambda record: records.append(bytes(record)))
        assert records == [bytes([index]) * 32 for index in range(len(records))]
        log.append(b"x" * 32)
        again = []
        RecordLog("/rig/log", 32).load(lambda record: again.append(bytes(record)))
        assert again == records + [b"x" * 32]
        return len(records)

    return _at_every_write(fill, add, look)


def torn(_: object) -> list:
    """A log whose last record is torn at every length counts the ones before it."""
    camera = rig.Camera(pages=1, tickets=0)
    camera._mount()
    seen = []
    for length in range(81):
        with open("/rig/log", "wb") as file:
            data = b""
            for index in range(2):
                record = bytes([index]) * 32
                data += record + hashlib.sha256(record).digest()[:8]
            file.write(data[:length])
        log = RecordLog("/rig/log", 32)
        log.load(lambda record: None)
        seen.append(log.count)
    return seen


def rot(_: object) -> dict:
    """Each changed byte of a file, and of a log, is noticed or counts as torn."""
    camera = rig.Camera(pages=1, tickets=0)
    camera._mount()
    flashfile.replace("/rig/it", bytes(range(100)))
    with open("/rig/it", "rb") as file:
        whole = file.read()
    noticed = 0
    for index in range(len(whole)):
        changed = bytearray(whole)
        changed[index] ^= 1
        with open("/rig/it", "wb") as file:
            file.write(changed)
        try:
            flashfile.load("/rig/it", 1000)
        except FlashCorrupt:
            noticed += 1
    log = RecordLog("/rig/log", 32)
    for index in range(3):
        log.append(bytes([index]) * 32)
    with open("/rig/log", "rb") as file:
        records = file.read()
    said = []
    for index in range(len(records)):
        changed = bytearray(records)
        changed[index] ^= 1
        with open("/rig/log", "wb") as file:
            file.write(changed)
        log = RecordLog("/rig/log", 32)
        try:
            log.load(lambda record: None)
            said.append(log.count)
        except FlashCorrupt:
            said.append("corrupt")
    too_long = False
    flashfile.replace("/rig/it", bytes(101))
    try:
        flashfile.load("/rig/it", 100)
    except FlashCorrupt:
        too_long = True
    return {"bytes": len(whole), "noticed": noticed, "log": said, "too long": too_long}


def spending(_: object) -> dict:
    """Tickets spent and taken, cut at every write: none is given out twice."""

    def batch(first: int, count: int) -> list:
        return [(rig.ticket(index)[0], bytes(32)) for index in range(first, first + count)]

    given = []

    def prepare() -> None:
        Tickets("/rig").take(1, 100, batch(0, 3))

    def change() -> None:
        given.clear()
        tickets = Tickets("/rig")
        given.append(tickets.spend(None)[0])
        given.append(tickets.spend(None)[0])
        tickets.take(2, 100, batch(2, 3))
        given.append(tickets.spend(None)[0])

    def look() -> list:
        tickets = Tickets("/rig")
        later = []
        while tickets.left():
            later.append(tickets.spend(None)[0])
        twice = [name for name in later if name in given]
        try:
            tickets.spend(None)
            refused = "no"
        except StoreError as error:
            refused = error.code
        return [len(twice), len(set(later)) == len(later), tickets.counter, refused]

    return {"seen": _at_every_write(prepare, change, look)}


def use_by(_: object) -> list:
    """Tickets past their use-by are passed over; the last of all is the reserve."""
    camera = rig.Camera(pages=1, tickets=0)
    camera._mount()
    tickets = Tickets("/rig")
    tickets.take(1, 100, [(bytes([i]) * 16, bytes(32)) for i in range(3)])
    tickets.take(2, 200, [(bytes([i]) * 16, bytes(32)) for i in range(3, 6)])
    said = [tickets.spend(50)[0][0], tickets.spend(150)[0][0], tickets.left()]
    said += [tickets.spend(1000)[0][0], tickets.left()]
    return said


def counting(_: object) -> dict:
    """Boot, number, order and time, cut at every write: none ever falls, none is given twice."""
    given = []

    def desk_of() -> Desk:
        desk = Desk("/rig")
        desk._time = Answers()
        return desk

    class Answers:
        def answer(self, utc_us: int, mono_us: int, uncertainty_us: int) -> None:
            pass

    def prepare() -> None:
        desk = desk_of()
        desk.attend(Answers(), bytes(32), bytes(32))
        desk.next_number()
        desk.set_time(5000000, 1, 1)

    def change() -> None:
        given.clear()
        desk = desk_of()
        desk.attend(Answers(), bytes(32), bytes(32))
        given.append(desk.next_number())
        desk.note_order(b"d" * 32)
        desk.set_time(7000000, 1, 1)
        desk.set_time(6000000, 1, 1)
        given.append(desk.next_number())

    def look() -> list:
        desk = desk_of()
        digest = desk.order_digest in (None, b"d" * 32)
        return [desk.boot in (1, 2), desk.next_number() > max([1] + given), digest, desk.floor_s()]

    return {"seen": _at_every_write(prepare, change, look)}


def compaction(_: object) -> list:
    """A long life of segments: the log stays short, and a late receipt is still known."""
    camera = rig.Camera(pages=1, tickets=0)
    camera._mount()
    catalogue = Catalogue("/rig/catalogue")
    longest = 0
    for number in range(1, 1400):
        recording = number.to_bytes(16, "big")
        row = catalogue.open(number, recording, 0, number % 40)
        catalogue.close(row, 100, False, True)
        if number != 7:
            catalogue.release(catalogue.find(recording, 0))
        if number % 100 == 0:
            for _ in catalogue.compact_steps():
                pass
        longest = max(longest, catalogue._log.count)
    kept = Catalogue("/rig/catalogue")
    same = [kept.row(index) for index in range(kept.count)] == [
        catalogue.row(index) for index in range(catalogue.count)
    ]
    return [
        longest < 2048 + 1400 + 300,
        same,
        kept.state(kept.find((7).to_bytes(16, "big"), 0)),
        kept.state(kept.find((1399).to_bytes(16, "big"), 0)),
        kept.find((8).to_bytes(16, "big"), 0),
    ]


def once(_: object) -> list:
    """A camera with an identity keeps it."""
    camera = rig.Camera(pages=1)
    camera._mount()
    desk = Desk("/rig")
    try:
        desk.provision(force="other", camera="x", epoch=9)
        return ["taken"]
    except StoreError as error:
        return [error.code, desk.identity.force, Desk("/rig").identity.camera]
