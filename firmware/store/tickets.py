# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Tickets to which content keys are sealed, each spent once (docs/format.md sections 6, 14).

Invariant: a ticket's spending is durable before `spend` returns, so that no header carries a
ticket twice. The batch and its counter stand in one file, so that a cut between the two can't
bring a spent ticket back. The last ticket of all is the reserve: it has no use-by.
"""

from micropython import const
from sealing import cbor

from store import flashfile
from store.errors import TicketsSpent

_LIMIT_BYTES = const(8192)
_AT_MOST = const(96)
_ID_BYTES = const(16)


class Tickets:
    """The unspent tickets, oldest first, as [id, public key, use by (utc s)]."""

    def __init__(self, folder: str) -> None:
        self._path = folder + "/tickets"
        self._spent = flashfile.RecordLog(folder + "/spent", _ID_BYTES)
        self.counter = 0
        self._unspent = []
        payload = flashfile.load(self._path, _LIMIT_BYTES)
        if payload is not None:
            self.counter, self._unspent = cbor.decode(payload, _LIMIT_BYTES)
        self._spent.load(self._strike)

    def left(self) -> int:
        """How many recordings can still be made."""
        return len(self._unspent)

    def take(self, counter: int, use_by_s: int, batch: list[tuple[bytes, bytes]]) -> None:
        """Durably add a batch; the caller has verified its order and that its counter is new."""
        known = [ticket[0] for ticket in self._unspent]
        fresh = [[name, public, use_by_s] for name, public in batch if name not in known]
        unspent = (self._unspent + fresh)[-_AT_MOST:]
        flashfile.replace(self._path, cbor.encode([counter, unspent]))
        self._unspent = unspent
        self.counter = counter
        # Only now: until the new batch stood, the log told which of the old one were spent.
        self._spent.rewrite(())

    def spend(self, utc_s: int | None) -> tuple[bytes, bytes]:
        """(id, public key) of the next ticket, durably spent. TicketsSpent where none is left.

        `utc_s` is None where the time is not known: then use-by can't be judged.
        """
        while self._unspent:
            name, public, use_by_s = self._unspent[0]
            self._spent.append(name)
            del self._unspent[0]
            if utc_s is None or utc_s <= use_by_s or not self._unspent:
                return name, public
        raise TicketsSpent("tickets")

    def _strike(self, name: memoryview) -> None:
        for index, ticket in enumerate(self._unspent):
            if ticket[0] == name:
                del self._unspent[index]
                return
