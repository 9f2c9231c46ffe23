# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The camera in a dock: from HELLO to bye and back, one bounded unit a step (docs/link.md).

Answers and never asks. A step moves at most a frame, a message or one unit of an order; the only
long ones are the handshake's arithmetic and one check of a signature.
"""

import time

from micropython import const

from link import get, messages, status
from link import list as listing
from link.errors import WEARER, Ended, LinkError, PeerEnded, Silent
from link.inbox import Inbox
from link.preamble import Preamble
from link.secure import Secure
from link.stream import Stream

_SILENCE_MS = const(20000)
_BYE_MS = const(1000)

WAITING = const(0)  # for HELLO and START
GREETING = const(1)  # handshake and status
OPEN = const(2)
PARTING = const(3)  # a bye is on its way


class Session:
    """Serves one dock after another; `step()` is called for as long as the camera is docked.

    Takes the board's `usb` and `random`, the `shelf` (recordings on the card), the `desk`
    (identity and orders in internal flash), `mono_us()` (the clock since boot) and
    `floor_clock()`, which sets the calendar clock no earlier than the last signed time.
    `why` is the last session's end.
    """

    def __init__(self, usb, random, shelf, desk, mono_us, floor_clock):
        self._stream = Stream(usb)
        self._random = random
        self._desk = desk
        self._secure = Secure(desk.identity, floor_clock)
        self._preamble = Preamble(b"READY")
        self._messages = messages.Messages()
        self._run = get.Run(shelf)
        self._shelf = shelf
        self._inbox = Inbox(desk, shelf, mono_us)
        self._mono_us = mono_us
        self._channel = None
        self.why = None
        self.sessions = 0
        self._begin_anew()

    @property
    def state(self) -> int:
        """WAITING, GREETING, OPEN or PARTING."""
        return self._state

    def step(self) -> bool:
        """One unit of what is due; True where something moved. Raises no LinkError."""
        try:
            if self._state == WAITING:
                return self._wait()
            if self._state == PARTING:
                return self._part()
            moved = self._greet() if self._state == GREETING else self._serve()
            if not moved and self._answer_is_due() and self._stream.still_ms() > _SILENCE_MS:
                raise Silent(_SILENCE_MS // 1000)
            return moved
        except LinkError as error:
            self._end(error)
            return True

    def leave(self) -> None:
        """The wearer wants the camera: a bye, behind the run that is under way."""
        if self._state != WAITING:
            self._leaving = True

    def reset(self) -> None:
        """The cable is out: drop the session at once."""
        self._begin_anew()

    def _begin_anew(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        self._state = WAITING
        self._leaving = False
        self._parting_ms = 0
        self._composing = None
        self._preamble.reset()
        self._messages.reset()
        self._run.stop()
        self._inbox.reset()

    def _wait(self) -> bool:
        moved = self._preamble.step(self._stream)
        if self._preamble.started:
            self._stream.touch()
            self._state = GREETING
            self.sessions += 1
            asked = status.draw(self._random)
            self._inbox.asked = asked
            self._composing = status.compose_steps(
                self._desk, self._desk.identity.key, asked.nonce
            )
        return moved

    def _greet(self) -> bool:
        """Sign the status, shake hands, send it: the first write drives the handshake."""
        if self._composing is not None:
            message = next(self._composing)
            if message is not None:
                self._composing = None
                self._messages.send(message)
                self._channel = self._secure.channel(self._stream)
            return True
        before = self._stream.moved_ms
        if self._messages.flush(self._channel):
            # The status went out with the handshake's last flight: the round trip begins here.
            self._inbox.asked.sent_us = self._mono_us()
            self._state = OPEN
            return True
        return self._stream.moved_ms != before

    def _serve(self) -> bool:
        if self._messages.sending:
            if not self._messages.flush(self._channel):
                return self._inbox.work()
            return True
        if self._run.active:
            moved = self._run.step(self._channel)
            moved = self._inbox.work() or moved
            return self._listen() or moved
        if self._leaving:
            raise Ended(WEARER)
        reply = self._reply()
        if reply is not None:
            self._messages.send(reply)
            return True
        moved = self._inbox.work()
        return self._listen() or moved

    def _reply(self) -> list | None:
        """What is due next, between runs: a result, an index, or the header of a run."""
        result = self._inbox.take_result()
        if result is not None:
            return [messages.RESULT, result[0], result[1]]
        message = self._inbox.next_request()
        if message is None:
            return None
        if message[0] == messages.LIST:
            return listing.answer(message, self._shelf)
        get.check(message, self._shelf)
        return self._run.begin(message)

    def _listen(self) -> bool:
        """Take at most one message, where there is room for it."""
        if self._inbox.full:
            return False
        message = self._messages.receive(self._channel)
        if message is None:
            return False
        if message[0] == messages.BYE:
            raise PeerEnded()
        self._inbox.take(message)
        return True

    def _answer_is_due(self) -> bool:
        """By the dock (the rest of a message, of a handshake) or by the camera (it must read)."""
        return (
            self._state == GREETING
            or self._messages.within
            or self._messages.sending
            or self._run.active
        )

    def _end(self, error: LinkError) -> None:
        """A last word, where the channel is whole and nothing stands in front of it."""
        between = not self._run.active and not self._messages.sending
        if self._state == OPEN and between and not isinstance(error, PeerEnded):
            self._messages.send([messages.BYE, error.code])
            self._parting_ms = time.ticks_ms()
            self._state = PARTING
        else:
            self._begin_anew()
        self.why = error

    def _part(self) -> bool:
        waited_ms = time.ticks_diff(time.ticks_ms(), self._parting_ms)
        if self._messages.flush(self._channel) or waited_ms > _BYE_MS:
            self._begin_anew()
            return True
        return False
