# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The serial port as the byte stream that MicroPython's `tls` wraps.

Never blocks: None says that nothing could move. Notes when bytes last moved, so that a session
can end by its own clock; allocates nothing.
"""

import errno
import io
import time

from micropython import const

_POLL = const(3)
_CLOSE = const(4)
_READ = const(1)
_WRITE = const(4)


class Stream(io.IOBase):
    """readinto, write and ioctl over `usb.readinto(buf)` and `usb.write(buf)`."""

    def __init__(self, usb):
        self._readinto = usb.readinto
        self._write = usb.write
        self.moved_ms = time.ticks_ms()
        self.sent_bytes = 0

    def readinto(self, buf) -> int | None:
        """Bytes read, or None where none are there. A port that has gone is silence too."""
        count = self._readinto(buf)
        if count:
            self.moved_ms = time.ticks_ms()
            return count
        return None

    def write(self, buf) -> int | None:
        """Bytes taken, which may be fewer than given, or None."""
        count = self._write(buf)
        if count:
            self.moved_ms = time.ticks_ms()
            self.sent_bytes = (self.sent_bytes + count) & 0x3FFFFFFF
            return count
        return None

    def ioctl(self, request: int, argument: int) -> int:
        """A poll says always ready: readinto and write tell the truth. Closing leaves the port."""
        if request == _POLL:
            return argument & (_READ | _WRITE)
        return 0 if request == _CLOSE else -errno.EINVAL

    def still_ms(self) -> int:
        """Milliseconds since a byte last moved either way."""
        return time.ticks_diff(time.ticks_ms(), self.moved_ms)

    def touch(self) -> None:
        """Begin to count stillness from now."""
        self.moved_ms = time.ticks_ms()
