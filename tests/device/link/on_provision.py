# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Run by MicroPython: a camera without an identity on stdin and stdout, its flash in a file.

`on_provision.py events`: serves until its wire closes or it is provisioned.
"""

import json
import os
import select
import sys
from binascii import hexlify

from hal.usb import UsbSerial
from link.provision import Provisioning


class Desk:
    """Notes what it was given; the seed's digest alone leaves it."""

    identity = None

    def __init__(self, path: str):
        self._path = path

    def note(self, what: str, fields: dict):
        with open(self._path, "a") as file:
            file.write(json.dumps([what, fields]) + "\n")

    def provision(self, **fields):
        shown = {}
        for name, value in fields.items():
            shown[name] = hexlify(value).decode() if isinstance(value, bytes) else value
        self.note("provisioned", shown)


def main(path: str):
    desk = Desk(path)
    provisioning = Provisioning(UsbSerial(), os.urandom, desk)
    wire = select.poll()
    wire.register(sys.stdin, select.POLLIN)
    why = None
    while not provisioning.done:
        if not provisioning.step():
            for _, happened in wire.poll(1):
                if happened & select.POLLHUP:
                    return
        if provisioning.why is not why:
            why = provisioning.why
            desk.note("ended", {"why": str(why)})


main(sys.argv[1])
