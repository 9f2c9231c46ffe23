# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Gives a run of a segment's bytes: a data message and then the bytes (docs/link.md §3).

Card to buffer to channel, in one buffer made once; a run allocates nothing a frame.
"""

from micropython import const

from link import messages
from link.errors import CardFailed
from link.messages import is_bytes, is_uint, require

FRAME_BYTES = const(16384)
RUN_BYTES = const(262144)
_SEGMENT_BYTES = const(8388608)
_IN_BLOCK = const(511)


def check(message: list, shelf) -> None:
    """Refuse a get for what isn't on the card, in whole or in part."""
    require(len(message) == 5, "a get of a wrong form")
    require(is_bytes(message[1], 16) and is_uint(message[2], 0xFFFF), "a get of a wrong form")
    require(is_uint(message[3], _SEGMENT_BYTES), "a get of a wrong form")
    require(is_uint(message[4], RUN_BYTES) and message[4] > 0, "a get of a wrong form")
    held = shelf.length_of(message[1], message[2])
    require(held is not None and message[3] + message[4] <= held, "a get beyond what there is")


class Run:
    """The run that is under way, if any."""

    def __init__(self, shelf):
        self._shelf = shelf
        self._buffer = bytearray(FRAME_BYTES)
        self._view = memoryview(self._buffer)
        self.stop()

    def stop(self) -> None:
        """Forget the run; only a session that ends does that within one."""
        self._left = 0
        self._filled = 0
        self._sent = 0

    @property
    def active(self) -> bool:
        """Bytes of the run are still to be written."""
        return self._left > 0 or self._sent < self._filled

    def begin(self, message: list) -> list:
        """Read the first frame, so that a card's fault comes before the promise; the header."""
        self._recording = message[1]
        self._segment = message[2]
        self._offset = message[3]
        self._left = message[4]
        # The first frame ends on a block of the card, so that the others need no copying.
        try:
            self._fill(FRAME_BYTES - (self._offset & _IN_BLOCK))
        except CardFailed:
            self.stop()  # nothing was promised: there is room for a bye
            raise
        return [messages.DATA, message[1], message[2], message[3], message[4]]

    def step(self, channel) -> bool:
        """Write what is left of a frame, or read the next; True where something moved."""
        if self._sent == self._filled:
            self._fill(FRAME_BYTES)
        count = channel.write(self._buffer, self._sent, self._filled - self._sent)
        if not count:
            return False
        self._sent += count
        return True

    def _fill(self, most: int) -> None:
        view = self._view
        if self._left < most:
            most = self._left
        if most < FRAME_BYTES:
            view = view[:most]
        try:
            count = self._shelf.read(self._recording, self._segment, self._offset, view)
        except OSError:
            count = 0
        if not count:
            raise CardFailed()
        self._offset += count
        self._left -= count
        self._filled = count
        self._sent = 0
