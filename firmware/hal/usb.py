# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The USB serial port as a stream that never waits for input.

A board's stdin gives exactly as many bytes as are asked for and blocks until then, so it is read
a byte at a time and only while it has one. What the host sends is short (docs/link.md); what the
camera sends goes out in one call.
"""

import io
import select
import sys

import micropython
from micropython import const

_POLL = const(3)
_READ_AT_MOST_BYTES = const(1024)


class UsbSerial(io.IOBase):
    """`readinto`, `write` and `ioctl`, as `tls` and `select` want them; None is 'not now'."""

    def __init__(self) -> None:
        micropython.kbd_intr(-1)  # 0x03 is data here
        self._in: Any = sys.stdin.buffer
        self._out = sys.stdout.buffer
        self._one = bytearray(1)
        self._readable = select.poll()
        self._readable.register(sys.stdin, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(sys.stdout, select.POLLOUT)

    def readinto(self, buf: bytearray | memoryview) -> int | None:
        """Bytes that have come, at most 1,024; None where none has."""
        one = self._one
        count = 0
        limit = min(len(buf), _READ_AT_MOST_BYTES)
        while count < limit and self._ready(self._readable, select.POLLIN):
            if not self._in.readinto(one):
                break
            buf[count] = one[0]
            count += 1
        return count if count else None

    def write(self, buf: bytes | bytearray | memoryview) -> int | None:
        """Bytes taken, which may be fewer than given; None where none could be."""
        return self._out.write(buf)

    def ioctl(self, op: int, arg: int) -> int:
        """Answer a poll; nothing else is asked of a serial port."""
        if op != _POLL:
            return 0
        ready = 0
        if arg & select.POLLIN and self._ready(self._readable, select.POLLIN):
            ready |= select.POLLIN
        if arg & select.POLLOUT and self._ready(self._writable, select.POLLOUT):
            ready |= select.POLLOUT
        return ready

    def _ready(self, poller: select.poll, event: int) -> bool:
        for entry in poller.ipoll(0):  # noqa: SIM110 - any() would make a generator
            if entry[1] & event:
                return True
        return False
