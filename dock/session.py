# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""One session with one camera (docs/link.md §4): status, list, pull, relay, until nothing is left.

A session ends by bye, by a LinkError (the bay tries again) or by a SpoolError (nothing more is
taken). What came before is kept in each case.
"""

import asyncio
from contextlib import suppress
from typing import Any

from dock import journal, messages
from dock.errors import (
    CameraSaidBye,
    DockError,
    LinkError,
    ProtocolError,
    SpoolError,
    SpoolFull,
)
from dock.journal import Row
from dock.messages import Entry, Messages
from dock.port import Port
from dock.pull import Puller
from dock.relay import Relay
from dock.state import BayState, Visit
from dock.station import Station
from dock.tls import Channel
from dock.trust import Segment
from dock.watch import Watch


class Session:
    """Runs over an open port behind the preamble."""

    def __init__(self, station: Station, port: Port, bay: BayState) -> None:
        self._station = station
        self._config = station.config
        self._bay = bay
        self._channel = Channel(port, station.link_context)
        self._messages = Messages(self._channel)
        self._watch = Watch(station.config.silence_ms, port.fail)
        port.moved = self._watch.moved
        self._puller = Puller(
            self._config, self._messages, station.keeper, self._asked, self._whole
        )
        self._relay = Relay(
            self._config,
            self._messages,
            station.keeper,
            station.courier,
            self._asked,
            self._report,
        )
        self._index: asyncio.Future[tuple[list[Entry], bool]] | None = None
        self._tried: set[Segment] = set()

    async def run(self) -> Visit:
        """Until nothing is left to do. Raises LinkError, SpoolError."""
        try:
            status, certificate = await self._greet()
            with self._station.attending(self._camera, self._epoch, self._relay):
                return await self._work(status, certificate)
        finally:
            self._watch.done()
            try:
                await self._puller.stop()
            except SpoolError as error:
                self._report(error)

    async def _greet(self) -> tuple[bytes, bytes]:
        self._watch.due("the handshake", self._config.handshake_ms)
        await self._channel.handshake()
        self._watch.due("the status", self._config.silence_ms)
        kind, fields = await self._messages.receive()
        if kind != messages.STATUS:
            raise ProtocolError("no status at the beginning")
        status, certificate = messages.read_status(fields)
        trust = self._station.trust
        named = trust.certificate(certificate)
        trust.status(status, named)
        self._watch.done()
        self._camera, self._epoch, self._certificate = named.camera, named.epoch, certificate
        self._bay.camera, self._bay.epoch = named.camera, named.epoch
        self._bay.pulled_bytes = 0
        return status, certificate

    async def _work(self, status: bytes, certificate: bytes) -> Visit:
        director = asyncio.create_task(self._direct())
        helpers = [
            asyncio.create_task(self._receive()),
            asyncio.create_task(self._puller.store()),
            asyncio.create_task(self._relay.receipts(self._camera, self._epoch)),
        ]
        report = asyncio.create_task(self._relay.report_status(status, certificate))
        try:
            await asyncio.wait([director, *helpers], return_when=asyncio.FIRST_COMPLETED)
            for task in helpers:
                if task.done():
                    task.result()  # raises what ended it
            visit = await director
            self._messages.bye(messages.DONE)
            return visit
        except (SpoolError, ProtocolError) as error:
            self._part(messages.STOPPING if isinstance(error, SpoolError) else messages.PROTOCOL)
            raise
        except asyncio.CancelledError:
            self._part(messages.STOPPING)
            raise
        finally:
            await _cancel(director, report, *helpers)

    def _part(self, code: int) -> None:
        with suppress(LinkError):  # it may be gone already
            self._messages.bye(code)

    # What comes.

    async def _receive(self) -> None:
        while True:
            kind, fields = await self._messages.receive()
            if kind == messages.DATA:
                await self._puller.arrived(messages.read_run(fields))
                self._bay.pulled_bytes = self._puller.pulled_bytes
                self._station.changed()
            elif kind == messages.RESULT:
                await self._relay.result(*messages.read_result(fields))
            elif kind == messages.INDEX and self._index is not None and not self._index.done():
                self._index.set_result(messages.read_index(fields))
            elif kind == messages.BYE:
                raise CameraSaidBye(messages.bye_reason(fields))
            else:
                raise ProtocolError(f"message {kind} out of place")
            self._answered()

    def _asked(self) -> None:
        self._watch.due("an answer", self._config.run_ms)

    def _answered(self) -> None:
        waiting = self._index is not None and not self._index.done()
        if waiting or self._puller.outstanding or self._relay.outstanding:
            self._asked()
        else:
            self._watch.done()

    # What is asked.

    async def _direct(self) -> Visit:
        while True:
            self._doing("pulling")
            before = self._puller.pulled_bytes
            full: SpoolFull | None = None
            moved = stuck = 0
            try:
                moved, stuck = await self._pass()
            except SpoolFull as error:
                full = error
                self._report(error)
            await self._puller.finished()
            self._doing("waiting" if full is None else "full")
            settled = await self._settle()
            if full is not None and (not settled or self._puller.pulled_bytes == before):
                raise full
            if full is None and (not moved or not settled):
                return Visit(settled, stuck)

    async def _pass(self) -> tuple[int, int]:
        """Go through the listing once: how many segments were set going, how many can't be."""
        moved = stuck = seen = 0
        number = segment = 0
        more = True
        while more:
            entries, more = await self._list(number, segment)
            for entry in entries:
                if (entry.number, entry.segment) <= (number, segment) and seen:
                    raise ProtocolError("an index that does not rise")
                number, segment = entry.number, entry.segment
                going = await self._consider(entry)
                moved += going is True
                stuck += going is None
            seen += len(entries)
            if seen > self._config.entries:
                raise ProtocolError(f"an index of over {self._config.entries} segments")
        return moved, stuck

    async def _list(self, number: int, segment: int) -> tuple[list[Entry], bool]:
        self._index = asyncio.get_running_loop().create_future()
        self._messages.list_above(number, segment)
        self._asked()
        return await self._index

    async def _consider(self, entry: Entry) -> bool | None:
        """True where something was begun, False where it is under way, None where it can't be."""
        key = Segment(self._camera, self._epoch, entry.recording, entry.segment)
        spool = self._station.keeper.spool
        row = await self._station.keeper.do(spool.find, key)
        if row is None or row.state == journal.PARTIAL:
            return await self._pull(key, entry)
        if row.length != entry.length:
            self._report(ProtocolError("a segment is listed with another length than before"))
            return None
        if row.state == journal.QUARANTINED:
            if key in self._tried or not spool.may_pull_again(row):
                return None
            return await self._pull(key, entry)
        if row.state == journal.ACKNOWLEDGED:
            if row.receipt is None or self._relay.offered(key):
                return None
            await self._station.keeper.do(spool.receipted_again, key)
            self._relay.wake()
            return True
        return False

    async def _pull(self, key: Segment, entry: Entry) -> bool:
        spool = self._station.keeper.spool
        self._tried.add(key)
        await self._station.keeper.do(spool.check_quarantine, self._camera, self._epoch)
        self._bay.segment = str(key)
        await self._puller.pull(key, entry, self._certificate)
        return True

    async def _settle(self) -> bool:
        """Until the camera has answered every receipt; False where that takes too long."""
        spool = self._station.keeper.spool
        states = (journal.WHOLE, journal.VERIFIED, journal.RECEIPTED)
        while True:
            self._relay.answered.clear()
            rows = await self._station.keeper.do(
                spool.of_camera, self._camera, self._epoch, *states
            )
            waiting = [row for row in rows if row.state != journal.RECEIPTED]
            if not rows and self._relay.reported and not self._relay.outstanding:
                return True
            if rows and not waiting and not self._relay.outstanding:
                unsent = [row for row in rows if not self._relay.offered(row.key)]
                if not unsent:
                    return False  # the camera could not: another session
            try:
                async with asyncio.timeout(self._config.patience_ms / 1000):
                    await self._relay.answered.wait()
            except TimeoutError:
                return False

    # What is told.

    def _whole(self, row: Row) -> None:
        self._bay.pulled_bytes = self._puller.pulled_bytes
        self._station.whole(row)

    def _report(self, error: DockError) -> None:
        self._station.report_bay(self._bay, error)

    def _doing(self, what: str) -> None:
        self._bay.doing = what
        self._station.changed()


async def _cancel(*tasks: "asyncio.Task[Any]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
