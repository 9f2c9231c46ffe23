# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The keyring: the private halves of the tickets that cameras seal their content keys to.

They stand in a database file of their own (0600), durable before the order that names their
public halves is answered, and never leave this process. A batch that a camera has not confirmed
by its counter is given again as it was, so that a replayed status costs nothing. docs/format.md
§6 and §10.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    select,
)

from evidence.statements import Status, Tickets
from upstream.database import Database
from upstream.errors import UnavailableError
from upstream.identity import Identity

_COUNTER_MAX = (1 << 32) - 1

_tables = MetaData()
_batches = Table(
    "batches",
    _tables,
    Column("camera", String(32), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("counter", Integer, primary_key=True),
    Column("use_by_s", Integer, nullable=False),
)
_tickets = Table(
    "tickets",
    _tables,
    Column("id", LargeBinary(16), primary_key=True),
    Column("camera", String(32), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("counter", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("private", LargeBinary(32), nullable=False),
    Column("public", LargeBinary(32), nullable=False),
    ForeignKeyConstraint(
        ["camera", "epoch", "counter"], [_batches.c.camera, _batches.c.epoch, _batches.c.counter]
    ),
)


@dataclass(frozen=True)
class TicketRules:
    """How many tickets a batch has, when a camera gets one, and how long it may be used."""

    batch: int
    refill_below: int
    use_by_s: int


class Keyring:
    """Mints tickets and finds their private halves."""

    def __init__(self, path: Path, identity: Identity, rules: TicketRules) -> None:
        self._database = Database(path, _tables)
        self._identity = identity
        self._rules = rules

    def close(self) -> None:
        """Give the file back."""
        self._database.close()

    def private_of(self, ticket: bytes, camera: str, epoch: int) -> bytes | None:
        """The private half of a ticket that was minted for this camera and epoch."""
        query = select(_tickets.c.private).where(
            (_tickets.c.id == ticket) & (_tickets.c.camera == camera) & (_tickets.c.epoch == epoch)
        )
        with self._database.transaction() as connection:
            return connection.execute(query).scalar()

    def refill(self, status: Status, now_s: int) -> Tickets | None:
        """The tickets order that this camera is due, durable when it is returned; else None."""
        if status.tickets_left >= self._rules.refill_below:
            return None
        with self._database.transaction() as connection:
            counter, use_by_s = self._latest(connection, status)
            if counter <= status.tickets_counter or use_by_s <= now_s:
                counter = max(counter, status.tickets_counter) + 1
                use_by_s = now_s + self._rules.use_by_s
                self._mint(connection, status, counter, use_by_s)
            minted = self._batch(connection, status, counter)
        return Tickets(
            self._identity.force, status.camera, status.epoch, counter, use_by_s, tuple(minted)
        )

    def _latest(self, connection: Connection, status: Status) -> tuple[int, int]:
        """(counter, use by) of the camera's last batch, or zeros."""
        query = (
            select(_batches.c.counter, _batches.c.use_by_s)
            .where((_batches.c.camera == status.camera) & (_batches.c.epoch == status.epoch))
            .order_by(_batches.c.counter.desc())
            .limit(1)
        )
        row = connection.execute(query).first()
        return (row.counter, row.use_by_s) if row is not None else (0, 0)

    def _mint(self, connection: Connection, status: Status, counter: int, use_by_s: int) -> None:
        if counter > _COUNTER_MAX:
            raise UnavailableError(
                "The camera's ticket counter is at its end.", "Provision the camera again."
            )
        batch = {"camera": status.camera, "epoch": status.epoch, "counter": counter}
        connection.execute(_batches.insert().values(use_by_s=use_by_s, **batch))
        for place in range(self._rules.batch):
            private = X25519PrivateKey.generate()
            connection.execute(
                _tickets.insert().values(
                    id=os.urandom(16),
                    place=place,
                    private=private.private_bytes_raw(),
                    public=private.public_key().public_bytes_raw(),
                    **batch,
                )
            )

    def _batch(
        self, connection: Connection, status: Status, counter: int
    ) -> list[tuple[bytes, bytes]]:
        query = (
            select(_tickets.c.id, _tickets.c.public)
            .where(
                (_tickets.c.camera == status.camera)
                & (_tickets.c.epoch == status.epoch)
                & (_tickets.c.counter == counter)
            )
            .order_by(_tickets.c.place)
        )
        return [(row.id, row.public) for row in connection.execute(query)]
