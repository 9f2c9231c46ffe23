# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What a port does before the firmware: run by the real MicroPython, in the room's place of a ROM.

Mounts the internal flash at /flash (formatted when blank, as a port does), puts the board's
stand-ins before everything else on the search path and runs the firmware's `main.py` as
`__main__`. What the room orders comes as JSON in the environment and is taken out of it.
docs/simulator.md.
"""

import json
import os
import sys


def _mount(path: str) -> None:
    import _flash
    import vfs

    device = _flash.Flash(path)
    try:
        volume = vfs.VfsLfs2(device)
    except OSError:
        if not device.blank():
            raise
        vfs.VfsLfs2.mkfs(device)
        volume = vfs.VfsLfs2(device)
    vfs.mount(volume, "/flash")


def _boot(order: dict) -> None:
    sys.path[:] = order["path"]
    import _line

    _line.open_line(order)
    _mount(order["flash"])
    with open(order["main"]) as file:
        code = compile(file.read(), order["main"], "exec")
    exec(code, {"__name__": "__main__", "__file__": order["main"]})  # as the port does


_order = json.loads(os.getenv("BOARD"))  # an argument may have 255 bytes at most
os.unsetenv("BOARD")
del sys.argv[:]
_boot(_order)
