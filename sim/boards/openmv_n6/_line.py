# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The board's wires to the room: short lines of text over an inherited descriptor.

Levels of inputs come in and are read without waiting whenever a pin is read; outputs go out with
their time. When the room is gone so is the power: the process ends. docs/simulator.md §4.
"""

import select
import sys
import time

from micropython import const

_LINE_BYTES = const(256)

_file = None
_poll = select.poll()
_heard = b""
levels = {}  # role of an input -> 0 or 1, as the room drives it
order = {}
listeners = {}  # first word of a line -> function of its other words


def open_line(given: dict) -> None:
    """Take the wires over; called once, by the boot script."""
    global _file
    order.update(given)
    _file = open(given["board_fd"], "r+b")
    _poll.register(_file, select.POLLIN)
    listeners["in"] = _drive


def _drive(role: str, level: str) -> None:
    levels[role] = int(level)


def listen() -> None:
    """Take in what the room has said; never waits."""
    global _heard
    while True:
        some = _file.read(_LINE_BYTES)
        if some is None:
            return
        if not some:
            power_lost()
        _heard += some
        *lines, _heard = _heard.split(b"\n")
        for line in lines:
            word, *rest = line.decode().split(" ")
            listeners[word](*rest)


def tell(*words: object) -> None:
    """Say one line to the room, with the time in microseconds of UTC behind it."""
    line = " ".join([str(word) for word in words]) + " %d\n" % (time.time_ns() // 1000)
    rest = memoryview(line.encode())
    while rest:
        sent = _file.write(rest)
        if sent is None:
            time.sleep_ms(1)
            continue
        rest = rest[sent:]


def wait() -> None:
    """Wait until the room says something."""
    _poll.poll(1000)
    listen()


def power_lost() -> None:
    """End here and now: what a board does without power."""
    sys.exit(70)
