# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The parts of one evidence server, put together over one data folder.

Opening it checks the identity, the log's whole chain and that the catalogue follows from the log;
a server that cannot vouch for its own records does not start.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from upstream import catalogue, identity, log
from upstream.access import Access
from upstream.bundles import Bundles
from upstream.clock import Clock
from upstream.config import Settings
from upstream.database import Database
from upstream.disclosure import Disclosure
from upstream.errors import DataDamagedError, UnavailableError
from upstream.identity import Inventory
from upstream.ingest import Ingest
from upstream.log import Log
from upstream.objects import Disk, Objects
from upstream.orders import Orders
from upstream.tickets import Keyring, TicketRules


@dataclass(frozen=True)
class Server:
    """All that the pages and calls of one server use."""

    settings: Settings
    access: Access
    database: Database
    keyring: Keyring
    ingest: Ingest
    orders: Orders
    disclosure: Disclosure
    bundles: Bundles

    def close(self) -> None:
        """Give the data folder back."""
        self.keyring.close()
        self.database.close()


def open_server(
    settings: Settings, clock: Clock | None = None, disk: Disk | None = None
) -> Server:
    """A server over its data folder; raises what `errors` lists as stopping a start."""
    who = identity.load(settings)
    access = Access(settings)
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        objects = Objects(settings.data / "objects", settings.reserve_bytes, disk)
        database = Database(settings.data / "evidence.sqlite", log.tables, log.RULES)
    except OSError as error:
        raise UnavailableError(f"The data folder cannot be used: {error.strerror}.") from error
    rules = TicketRules(
        settings.ticket_batch, settings.ticket_refill_below, settings.ticket_use_by_s
    )
    keyring = Keyring(settings.data / "keyring.sqlite", who, rules)
    inventory = Inventory(settings.cameras, who)
    journal = Log(clock or Clock(settings.clock_slack_s))
    _check(database, journal)

    def now_us() -> int:
        with database.transaction() as connection:
            return journal.now_us(connection)

    disclosure = Disclosure(who, keyring, objects, database, journal)
    return Server(
        settings=settings,
        access=access,
        database=database,
        keyring=keyring,
        ingest=Ingest(who, inventory, keyring, objects, database, journal),
        orders=Orders(who, inventory, keyring, now_us),
        disclosure=disclosure,
        bundles=Bundles(who, disclosure, objects, now_us),
    )


def _check(database: Database, journal: Log) -> None:
    """The log's chain stands, and each registered segment and conflict has its entry in it."""
    with database.transaction() as connection:
        journal.check(connection)
        for table, kind in ((catalogue.segments, "register"), (catalogue.conflicts, "conflict")):
            query = select(table, log.entries.c.entry.label("bytes")).join_from(
                table, log.entries, table.c.entry == log.entries.c.seq, isouter=True
            )
            for row in connection.execute(query).yield_per(1000):
                entry = log.parse(row.bytes) if row.bytes is not None else None
                named = (row.recording, row.segment, row.length, row.digest)
                if entry is None or entry.kind != kind or tuple(entry.body[3:7]) != named:
                    raise DataDamagedError("The catalogue does not follow from the log.")
