# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The camera's own state in internal flash: identity, counters, tickets, orders, tail.

Every call that changes something is durable when it returns. Files are those of docs/format.md
section 14; each is read whole and checked when the desk is opened.
"""

from micropython import const
from sealing import cbor, cose

from store import flashfile, identity
from store.errors import AlreadyProvisioned, DelegationRefused
from store.tickets import Tickets

_LIMIT_BYTES = const(4096)
_DELEGATION = "candour-v1/delegation"


class Desk:
    """What the recorder and the link keep. `time` is given by `attend`, before `set_time`."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.identity: Any = identity.load(folder + "/identity")
        self.boot, self._last_number, self.first_draw = self._load("counters", [0, 0, None])
        self.order_digest, self._signed_time_us = self._load("orders", [None, 0])
        self.tickets = Tickets(folder)
        self.firmware_digest = None
        self.service_public = None
        self._time = None
        if self.identity is not None:
            self.service_public = _service(self.identity)

    def attend(self, time, firmware_digest: bytes, first_draw: bytes) -> None:
        """Count this boot and take what is known only once the board runs.

        `first_draw` is the digest of this boot's first random bytes: the next must differ.
        """
        self._time = time
        self.firmware_digest = firmware_digest
        self.first_draw = first_draw
        self._count(self.boot + 1, self._last_number)

    def provision(self, **fields) -> None:
        """Become this camera, durably and once: `fields` are those of `Identity`."""
        if self.identity is not None:
            raise AlreadyProvisioned("identity")
        made = identity.Identity(**fields)
        self.service_public = _service(made)
        made.save(self._folder + "/identity")
        self.identity = made

    def last_number(self) -> int:
        """The last recording number given out; 0 before the first."""
        return self._last_number

    def next_number(self) -> int:
        """A recording number that was never given out, durably."""
        self._count(self.boot, self._last_number + 1)
        return self._last_number

    def tickets_left(self) -> int:
        """How many recordings can still be made."""
        return self.tickets.left()

    def tickets_counter(self) -> int:
        """The counter of the last tickets order obeyed; 0 before the first."""
        return self.tickets.counter

    def take_tickets(self, counter: int, use_by_s: int, batch: list[tuple[bytes, bytes]]) -> None:
        """Add a verified batch of (ticket id, X25519 public key)."""
        self.tickets.take(counter, use_by_s, batch)

    def spend_ticket(self) -> tuple[bytes, bytes]:
        """(id, public key) of a ticket, spent. TicketsSpent where none is left."""
        return self.tickets.spend(self._time.known_utc_s())

    def note_order(self, digest: bytes) -> None:
        """Keep the digest of the last order that was obeyed; headers carry it."""
        self._save("orders", [digest, self._signed_time_us])
        self.order_digest = digest

    def set_time(self, utc_us: int, mono_us: int, uncertainty_us: int) -> None:
        """Take a verified time answer: it was `utc_us` when the monotonic clock said `mono_us`."""
        floor_us = max(utc_us, self._signed_time_us)
        self._save("orders", [self.order_digest, floor_us])
        self._signed_time_us = floor_us
        self._time.answer(utc_us, mono_us, uncertainty_us)

    def floor_s(self) -> int:
        """The last signed time, in seconds since 1970: no clock may show less."""
        signed_s = self._signed_time_us // 1000000
        return max(signed_s, self.identity.utc_s) if self.identity else signed_s

    def tail(self) -> list | None:
        """What `keep_tail` kept, or None."""
        return self._load("tail", None)

    def keep_tail(self, fields: list) -> None:
        """Keep what recovery needs of the recording that runs (docs/format.md section 14)."""
        self._save("tail", fields)

    def drop_tail(self) -> None:
        """The recording has its end."""
        flashfile.remove(self._folder + "/tail")

    def _count(self, boot: int, last_number: int) -> None:
        self._save("counters", [boot, last_number, self.first_draw])
        self.boot = boot
        self._last_number = last_number

    def _load(self, name: str, otherwise: list | None) -> Any:
        payload = flashfile.load(self._folder + "/" + name, _LIMIT_BYTES)
        return otherwise if payload is None else cbor.decode(payload, _LIMIT_BYTES)

    def _save(self, name: str, fields: list) -> None:
        flashfile.replace(self._folder + "/" + name, cbor.encode(fields))


def _service(made: identity.Identity) -> bytes:
    """The service key that the root has delegated. CoseError, CborError where it has not."""
    payload = cose.verify1(made.root_public, _DELEGATION, made.delegation)
    version, force, role, public, _ = cbor.decode(payload, _LIMIT_BYTES)
    if version != 1 or force != made.force or role != "service" or len(public) != 32:
        raise DelegationRefused("service")
    return public
