# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Messages: a length and deterministic CBOR (docs/link.md §3).

One buffer for what comes and one for what goes, both of the largest size that is allowed and
made once: a length that the peer sends is compared, never allocated.
"""

from micropython import const
from sealing import cbor
from sealing.errors import CborError

from link.errors import ProtocolError

STATUS = const(1)
INDEX = const(2)
DATA = const(3)
RESULT = const(4)
LIST = const(16)
GET = const(17)
ORDER = const(18)
BYE = const(31)
PROVISION = const(32)
MADE = const(33)
CERTIFY = const(34)
PROVISIONED = const(35)

MESSAGE_BYTES = const(4096)
PROVISIONING_BYTES = const(8192)
_HEAD = const(4)


class Messages:
    """Reads and writes whole messages over a channel, a piece at a time."""

    def __init__(self, limit_bytes: int = MESSAGE_BYTES):
        self._limit = limit_bytes
        self._in = bytearray(_HEAD + limit_bytes)
        self._in_view = memoryview(self._in)
        self._out = bytearray(_HEAD + limit_bytes)
        self.reset()

    def reset(self) -> None:
        """Forget what came or went in part."""
        self._got = 0
        self._due = _HEAD
        self._sent = 0
        self._to_send = 0

    @property
    def within(self) -> bool:
        """A message has come in part."""
        return self._got > 0

    @property
    def sending(self) -> bool:
        """A message is not yet written whole; no other may be sent."""
        return self._to_send > 0

    def receive(self, channel) -> list | None:
        """The next message, or None where it has not come whole."""
        while True:
            # The bare buffer allocates nothing while nothing comes.
            target = self._in_view[self._got : self._due] if self._got else self._in
            count = channel.readinto(target, self._due - self._got)
            if not count:
                return None
            self._got += count
            if self._got < self._due:
                continue
            if self._due > _HEAD:
                return self._take()
            self._due = _HEAD + self._length()

    def _length(self) -> int:
        head = self._in
        length = head[2] << 8 | head[3]
        if head[0] or head[1] or not 0 < length <= self._limit:
            raise ProtocolError("a message of a wrong length")
        return length

    def _take(self) -> list:
        body = bytes(self._in_view[_HEAD : self._due])
        self._got = 0
        self._due = _HEAD
        try:
            message = cbor.decode(body)
        except CborError:
            raise ProtocolError("something that is not deterministic CBOR")
        if not isinstance(message, list) or not message or type(message[0]) is not int:
            raise ProtocolError("a message without a type")
        return message

    def send(self, message: list) -> None:
        """Begin to send; `flush` does the work."""
        body = cbor.encode(message)
        length = len(body)
        if self._to_send or length > self._limit:
            raise ValueError("a message too long, or before the last was sent")
        self._out[0] = self._out[1] = 0
        self._out[2] = length >> 8
        self._out[3] = length & 255
        self._out[_HEAD : _HEAD + length] = body
        self._sent = 0
        self._to_send = _HEAD + length

    def flush(self, channel) -> bool:
        """Write what is left; True when all of it has gone."""
        while self._sent < self._to_send:
            count = channel.write(self._out, self._sent, self._to_send - self._sent)
            if not count:
                return False
            self._sent += count
        self._to_send = 0
        return True


def require(condition: bool, what: str) -> None:
    """Refuse a message that does not have its form."""
    if not condition:
        raise ProtocolError(what)


def is_uint(value, limit: int) -> bool:
    """An integer 0…limit; a truth value is none."""
    return type(value) is int and 0 <= value <= limit


def is_bytes(value, length: int) -> bool:
    """A byte string of exactly that length."""
    return type(value) is bytes and len(value) == length
