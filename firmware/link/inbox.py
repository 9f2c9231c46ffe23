# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What a dock has asked for and not yet got: requests in their order, orders in theirs.

Both queues are bounded by count; while one is full nothing more is read, so a dock that floods
waits. Orders are carried out in units, beside the runs that go on.
"""

import hashlib

from micropython import const

from link import messages
from link.messages import is_uint, require
from link.order import receipt, tickets
from link.order import time as time_order
from link.orders import RECEIPT, TICKETS, TIME, Orders
from link.results import FAULT, OBEYED, Refused

_REQUESTS = const(32)
_ORDERS = const(8)
_BLOCK_BYTES = const(16384)


class Inbox:
    """Takes messages in; gives requests and results out."""

    def __init__(self, desk, shelf, mono_us):
        identity = desk.identity
        self._orders = Orders(desk.service_public, identity.force, identity.camera, identity.epoch)
        self._desk = desk
        self._shelf = shelf
        self._mono_us = mono_us
        self._view = memoryview(bytearray(_BLOCK_BYTES))
        self.reset()

    def reset(self) -> None:
        """A session ends: what was asked in it is forgotten."""
        self.asked: Any = None
        self._requests = []
        self._waiting = []
        self._job = None
        self._kind = 0
        self._message: Any = None
        self._result = None

    @property
    def full(self) -> bool:
        """No further message may be read."""
        return len(self._requests) >= _REQUESTS or len(self._waiting) >= _ORDERS

    def take(self, message: list) -> None:
        """File a message that a dock may send, or ProtocolError."""
        kind = message[0]
        if kind == messages.LIST or kind == messages.GET:
            self._requests.append(message)
            return
        require(kind == messages.ORDER and len(message) == 3, "an unknown message")
        require(is_uint(message[1], 0xFFFFFFFF), "an order of a wrong form")
        require(type(message[2]) is bytes, "an order of a wrong form")
        if message[1] == TIME and self.asked is not None:
            self.asked.came_us = self._mono_us()
        self._waiting.append(message)

    def next_request(self) -> list | None:
        """The oldest list or get, which is then the caller's."""
        return self._requests.pop(0) if self._requests else None

    def take_result(self) -> tuple | None:
        """(kind, code) of the order that was done last, once."""
        result = self._result
        self._result = None
        return result

    def work(self) -> bool:
        """One unit of the oldest order; True where there was one."""
        if self._result is not None:
            return False
        if self._job is None:
            if not self._waiting:
                return False
            message = self._waiting.pop(0)
            self._kind = message[1]
            self._message = message[2]
            self._job = self._steps()
        try:
            next(self._job)
        except StopIteration:
            self._finish(OBEYED)
        except Refused as refused:
            self._finish(refused.code)
        except OSError:
            self._finish(FAULT)
        return True

    def _steps(self):
        kind = self._kind
        fields = self._orders.opened(kind, self._message)
        yield None
        if kind == RECEIPT:
            done = yield from receipt.steps(fields, self._orders, self._shelf, self._view)
        elif kind == TICKETS:
            done = yield from tickets.steps(fields, self._orders, self._desk)
        else:
            done = yield from time_order.steps(fields, self._orders, self._desk, self.asked)
        if done:  # what was obeyed before wears out no flash
            self._desk.note_order(hashlib.sha256(self._message).digest())

    def _finish(self, code: int) -> None:
        self._result = (self._kind, code)
        self._job = None
        self._message = None
