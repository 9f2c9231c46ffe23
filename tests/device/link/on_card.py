# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Run by MicroPython: a camera's link over the real store, its card an image file.

`on_card.py card.json`: who it is, the image, and the files of the segments that are put onto it
first. It serves until its wire closes.
"""

import json
import os
import sys
from binascii import unhexlify

from hal.usb import UsbSerial
from link.session import Session
from store.catalogue import Catalogue
from store.ring import PAGE_BLOCKS, PAGE_BYTES, Ring
from store.shelf import Shelf
from surroundings import Events, MemoryClock, MemoryDesk, serve

BLOCK_BYTES = 512


class ImageCard:
    """A block device over a file."""

    def __init__(self, path: str, blocks: int):
        self.blocks = blocks
        with open(path, "wb") as file:
            file.seek(blocks * BLOCK_BYTES - 1)
            file.write(b"\0")
        self._file = open(path, "r+b")

    def open(self):
        """The card is in its slot."""

    def readblocks(self, block: int, buf):
        self._file.seek(block * BLOCK_BYTES)
        self._file.readinto(buf)

    def writeblocks(self, block: int, buf):
        self._file.seek(block * BLOCK_BYTES)
        self._file.write(buf)

    def sync(self):
        self._file.flush()


def put(ring: Ring, catalogue: Catalogue, page: int, recording: bytes, segment: int, path: str):
    """Put a segment onto the card from a page on; the first page behind it."""
    index = catalogue.open(1, recording, segment, page)
    buffer = bytearray(PAGE_BYTES)
    length = 0
    with open(path, "rb") as file:
        while True:
            count = file.readinto(buffer)
            if not count:
                break
            ring.card.writeblocks(ring.block_of(page), buffer)
            length += count
            page += 1
    catalogue.close(index, length, False, False)
    return page


def main(path: str):
    with open(path) as file:
        given = json.load(file)
    events = Events(given["events"])
    clock = MemoryClock(events)
    desk = MemoryDesk(given, events)
    ring = Ring(ImageCard(given["card"], given["pages"] * PAGE_BLOCKS))
    ring.adopt(given["force"], given["camera"], given["epoch"], False)
    catalogue = Catalogue(given["card"] + ".catalogue")
    page = 0
    for segment, name in enumerate(given["files"]):
        page = put(ring, catalogue, page, unhexlify(given["recording"]), segment, name)
    shelf = Shelf(ring, catalogue)
    serve(Session(UsbSerial(), os.urandom, shelf, desk, clock.mono_us, clock.floor), events)


main(sys.argv[1])
