# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""One serial port on the event loop: paced reads into a bounded buffer, writes that never block.

Wake-ups cost more than bytes: the port is read by a period and drained until a short read. While
nobody takes what has come, nothing more is read, so that a flood ends in the device.
docs/link.md §1, §3.
"""

import asyncio
import fcntl
import os
import termios
from collections.abc import Callable
from contextlib import suppress

import serial

from dock.config import Config
from dock.errors import LinkError, PortBusy, PortGone, ProtocolError

_BLOCK_BYTES = 1 << 14
_SHORT_BYTES = 1 << 10  # a tty gives up to 4 KiB a read
_DRAIN_BYTES = 1 << 18  # at one go; then the other bays have their turn
_FAST_BYTES = 1 << 15  # in one period: more than this waits for the driver's buffer
_WRITE_AHEAD_BYTES = 1 << 16


class Port:
    """Bytes in by `wait` and `take`, bytes out by `write`. Raises LinkError when it has gone."""

    def __init__(self, path: str, config: Config) -> None:
        self._serial = _open(path)
        self._fd: int = self._serial.fileno()
        _say_when_empty(self._fd)
        self._loop = asyncio.get_running_loop()
        self._period_s = config.read_period_us / 1e6
        self._ahead_bytes = config.read_ahead_bytes
        self._block = bytearray(_BLOCK_BYTES)
        self._view = memoryview(self._block)
        self._arrived = bytearray()
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.Handle | None = None
        self._out = bytearray()
        self._error: LinkError | None = None
        self.moved: Callable[[], None] = _nothing
        self._loop.add_reader(self._fd, self._readable)
        self._watching = True

    def take(self) -> bytearray:
        """Everything that has come."""
        arrived, self._arrived = self._arrived, bytearray()
        if not self._watching and self._timer is None and self._error is None:
            self._watch()
        return arrived

    async def wait(self) -> None:
        """Until something has come. What came before the port went is given first."""
        if self._arrived:
            return
        if self._error is not None:
            raise self._error
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def write(self, data: bytes) -> None:
        """Send; what the port does not take at once follows by itself."""
        if self._error is not None:
            raise self._error
        if len(self._out) + len(data) > _WRITE_AHEAD_BYTES:
            raise ProtocolError("the camera does not read what it is sent")
        waiting = bool(self._out)
        self._out += data
        if not waiting:
            self._send()

    def fail(self, error: LinkError) -> None:
        """Nothing more comes: `wait` and `write` raise this from now on."""
        if self._error is None:
            self._error = error
            self._rest()
            self._wake()

    def close(self) -> None:
        """Give the port back. What was written goes on its way, unless the port failed."""
        failed = self._error is not None
        self.fail(PortGone("it was closed"))
        if failed:
            # A driver may wait half a minute at a close for a device that doesn't read.
            with suppress(OSError, termios.error):
                termios.tcflush(self._fd, termios.TCOFLUSH)
        self._serial.close()

    def _watch(self) -> None:
        self._loop.add_reader(self._fd, self._readable)
        self._watching = True

    def _rest(self) -> None:
        if self._watching:
            self._loop.remove_reader(self._fd)
            self._watching = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._out:
            self._loop.remove_writer(self._fd)

    def _readable(self) -> None:
        self._loop.remove_reader(self._fd)
        self._watching = False
        self._tick()

    def _tick(self) -> None:
        self._timer = None
        count = self._drain()
        if self._error is not None:
            return
        if count:
            self.moved()
            self._wake()
        if len(self._arrived) >= self._ahead_bytes:
            return  # `take` begins to read again
        if count >= _FAST_BYTES or (count and not self._period_s):
            self._timer = self._loop.call_soon(self._tick)
        elif count:
            self._timer = self._loop.call_later(self._period_s, self._tick)
        else:
            self._watch()

    def _drain(self) -> int:
        total = 0
        try:
            while total < _DRAIN_BYTES and len(self._arrived) < self._ahead_bytes:
                count = os.readv(self._fd, [self._block])
                if count == 0:
                    self.fail(PortGone("it was hung up"))
                    break
                self._arrived += self._view[:count]
                total += count
                if count < _SHORT_BYTES:
                    break
        except BlockingIOError:
            pass
        except OSError as error:
            self.fail(PortGone(error.strerror or "input/output error"))
        return total

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _send(self) -> None:
        try:
            while self._out:
                count = os.write(self._fd, self._out)
                del self._out[:count]
        except BlockingIOError:
            self._loop.add_writer(self._fd, self._writable)
        except OSError as error:
            self._out.clear()
            self.fail(PortGone(error.strerror or "input/output error"))

    def _writable(self) -> None:
        self._loop.remove_writer(self._fd)
        self._send()


def _say_when_empty(fd: int) -> None:
    """pyserial asks for reads that give 0 bytes where none are there; here 0 means a hang-up."""
    os.set_blocking(fd, False)
    try:
        attributes = termios.tcgetattr(fd)
        attributes[6][termios.VMIN], attributes[6][termios.VTIME] = 1, 0
        termios.tcsetattr(fd, termios.TCSANOW, attributes)
    except termios.error as error:
        raise PortGone("it went away while it was opened") from error


def _nothing() -> None:
    """What is called where nobody counts movement."""


def _open(path: str) -> serial.Serial:
    try:
        return serial.Serial(path, exclusive=True, timeout=0)
    except serial.SerialException as error:
        # pyserial wraps the lock's refusal without its number; ask for the lock again to know.
        if _is_held(path):
            raise PortBusy(os.path.basename(path)) from error
        raise PortGone(os.path.basename(path)) from error
    except (OSError, ValueError) as error:
        raise PortGone(os.path.basename(path)) from error


def _is_held(path: str) -> bool:
    try:
        fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(fd)
    return False
