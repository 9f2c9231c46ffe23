# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Run by MicroPython: a camera's link over stdin and stdout, with files for card and flash.

`on_camera.py camera.json`: who it is and what it holds. It serves until its wire closes.
"""

import gc
import json
import os
import sys

from hal.usb import UsbSerial
from link.session import Session
from surroundings import Events, FileShelf, MemoryClock, MemoryDesk, serve


def main(path: str):
    with open(path) as file:
        given = json.load(file)
    events = Events(given["events"])
    clock = MemoryClock(events)
    shelf = FileShelf(given, events)
    desk = MemoryDesk(given, events)
    session = Session(UsbSerial(), os.urandom, shelf, desk, clock.mono_us, clock.floor)
    shelf.session = session
    if given.get("heap"):
        gc.collect()
        gc.disable()
    serve(session, events, shelf.note_heap if given.get("heap") else None)


main(sys.argv[1])
