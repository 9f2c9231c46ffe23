# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings made by a whole camera in RAM; what it wrote, for CPython to read."""

import gc
import hashlib
import time

import rig


def recordings(camera, folder: str) -> list:
    """[[path of a segment's bytes, …], …] by recording number."""
    found = {}
    for entry in camera.entries():
        path = "%s/%d-%d-%d.seg" % (folder, camera.supply.writes, entry[1], entry[2])
        with open(path, "wb") as file:
            for data in camera.pull(entry):
                file.write(data)
        found.setdefault(entry[1], []).append(path)
    return [found[number] for number in sorted(found)]


def digests(pictures: list) -> list:
    return [hashlib.sha256(one).digest().hex() for one in pictures]


def record(plan: dict) -> dict:
    """Film `pictures` of `bytes` each `period_us`, with marks before those in `marks`."""
    camera = rig.Camera(pages=plan.get("pages", 80))
    app = camera.boot()
    camera.press()
    assert app.state == "recording", camera.log
    pictures = [rig.picture(i, plan["bytes"]) for i in range(plan["pictures"])]
    for index, one in enumerate(pictures):
        if index in plan.get("marks", ()):
            camera.mark()
        camera.film([one], plan.get("period_us", 40000), plan.get("turns", 8))
    camera.press()
    camera.settle()
    return {
        "keys": rig.keys(),
        "recordings": recordings(camera, plan["out"]),
        "pictures": digests(pictures),
        "state": app.state,
        "why": getattr(app.why, "code", None),
        "entries": [
            [entry[1], entry[2], entry[3], entry[4], entry[5]] for entry in camera.entries()
        ],
        "left": [camera.desk.tickets_left(), camera.desk.last_number(), camera.desk.tail()],
    }


def drops(plan: dict) -> dict:
    """A pause of the sensor, and a burst that was queued behind a busy loop."""
    camera = rig.Camera(pages=80)
    camera.boot()
    camera.press()
    pictures = [rig.picture(i, 200) for i in range(40)]
    camera.film(pictures[:10])
    camera.turns(int(40 * plan["missing"]))
    camera.film(pictures[10:20])
    # A busy loop: three frames wait in the driver and come at once.
    camera.board.clock.now_us += 120000
    camera.board.sensor.frames.extend(pictures[20:23])
    camera.turns(3)
    camera.film(pictures[23:33])
    camera.press()
    camera.settle()
    return {"keys": rig.keys(), "recordings": recordings(camera, plan["out"])}


class FileCard:
    """A card outside the heap: the collector takes random bytes within for pointers."""

    def __init__(self, path: str, pages: int) -> None:
        self._file = open(path, "w+b")
        self._file.write(bytes(512))
        self.blocks = pages * 64

    def open(self) -> None:
        """It is there."""

    def readblocks(self, block: int, buf) -> None:
        self._file.seek(block * 512)
        self._file.readinto(buf)

    def writeblocks(self, block: int, buf) -> None:
        self._file.seek(block * 512)
        self._file.write(buf)

    def sync(self) -> None:
        self._file.flush()


def heap(plan: dict) -> dict:
    """Bytes of heap: left behind by an idle turn and a chunk, and grown by a hundred frames."""
    camera = rig.Camera(pages=1)
    rig.RamCard = lambda supply, image: FileCard(plan["out"] + "/card", 2000)
    app = camera.boot()
    camera.press()
    one = rig.picture(1, 30000)
    camera.film([one] * 20)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for _ in range(6):
        app.step()
    turn = gc.mem_alloc() - before
    recording = app._recording
    view = memoryview(one)
    before = gc.mem_alloc()
    for _ in range(20):
        camera.board.clock.now_us += 40000
        camera.time.turn()
        recording.frame(view)
    chunk = (gc.mem_alloc() - before) // 20
    gc.enable()
    growth = []
    film = [one] * 100
    for _ in range(5):
        gc.collect()
        before = gc.mem_alloc()
        camera.film(film)
        gc.collect()
        growth.append(gc.mem_alloc() - before)
    return {"turn": turn, "chunk": chunk, "growth": growth}


def seal_times(_: object) -> dict:
    """Microseconds: the longest single turn while a seal is made, and the whole of it."""
    camera = rig.Camera(pages=80)
    app = camera.boot()
    camera.press()
    camera.film([rig.picture(i, 3000) for i in range(44)])
    recording = app._recording
    longest = whole = turns = 0
    while recording._work is None:
        camera.turns(1)
    while recording._work is not None:
        camera.board.clock.now_us += 1000
        start = time.ticks_us()
        app.step()
        took = time.ticks_diff(time.ticks_us(), start)
        longest = max(longest, took)
        whole += took
        turns += 1
    return {"longest_us": longest, "whole_us": whole, "turns": turns}
