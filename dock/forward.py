# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Forwards verified segments upstream, marked recordings first, then the oldest.

A segment has arrived when its receipt verifies against the delegated service key and names
exactly its bytes; no status code says so. What upstream refuses for the moment is tried again for
as long as it takes. docs/link.md §5.
"""

import asyncio
import hashlib
from collections.abc import Callable

from dock.backoff import Backoff
from dock.config import Config
from dock.courier import Courier
from dock.errors import (
    DockError,
    NotAuthorised,
    SpoolError,
    SpoolFault,
    Unavailable,
    Unreachable,
    UpstreamError,
)
from dock.journal import Row
from dock.keeper import Keeper
from dock.trust import Segment, Trust

_CHOICE = 64
Reported = Callable[[Segment, DockError | None], None]


class Forwarder:
    """Several uploads at once, one a recording; `settled` hears of each that left the spool."""

    def __init__(
        self,
        config: Config,
        trust: Trust,
        keeper: Keeper,
        courier: Courier,
        settled: Callable[[Segment], None],
        report: Reported,
    ) -> None:
        self._config = config
        self._trust = trust
        self._keeper = keeper
        self._courier = courier
        self._settled = settled
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._work = asyncio.Event()
        self._busy: set[tuple[str, int, bytes]] = set()
        self._later: dict[Segment, float] = {}
        self._waits: dict[Segment, Backoff] = {}
        self._pause = self._backoff()
        self._paused_until_s = 0.0

    def wake(self) -> None:
        """There may be something to forward."""
        self._work.set()

    async def run(self) -> None:
        """For ever."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._config.uploads):
                group.create_task(self._worker())

    async def _worker(self) -> None:
        while True:
            row = await self._next()
            key = row.key
            try:
                await self._forward(row)
            except UpstreamError as error:
                await self._refused(row, error)
            except SpoolError as error:
                self._put_off(key)
                self._report(key, error)
            else:
                self._waits.pop(key, None)
                self._pause.reset()
                self._report(key, None)
                self._settled(key)
            self._busy.discard((key.camera, key.epoch, key.recording))
            self._work.set()

    async def _next(self) -> Row:
        while True:
            self._work.clear()
            now_s = self._loop.time()
            wait_s = self._paused_until_s - now_s
            if wait_s <= 0:
                self._later = {k: due_s for k, due_s in self._later.items() if due_s > now_s}
                spool = self._keeper.spool
                rows = await self._keeper.do(spool.waiting, _CHOICE + len(self._later))
                for row in rows:
                    recording = (row.key.camera, row.key.epoch, row.key.recording)
                    if recording not in self._busy and row.key not in self._later:
                        self._busy.add(recording)
                        return row
                wait_s = min(self._later.values(), default=now_s + 3600) - now_s
            try:
                async with asyncio.timeout(max(wait_s, 0.001)):
                    await self._work.wait()
            except TimeoutError:
                continue

    async def _forward(self, row: Row) -> None:
        spool = self._keeper.spool
        data = await asyncio.to_thread(self._read, row)
        if data is None:
            await self._keeper.do(spool.rewrite, row.key)
            self._settled(row.key)
            raise SpoolFault("it gives back other bytes than were written")
        message = await self._courier.segment(row.key, data)
        self._trust.receipt(message, row.key, row.length, row.digest)
        await self._keeper.do(spool.receipted, row.key, message)

    def _read(self, row: Row) -> bytes | None:
        data = self._keeper.spool.read(row)
        return data if hashlib.sha256(data).digest() == row.digest else None

    async def _refused(self, row: Row, error: UpstreamError) -> None:
        if error.quarantine:
            try:
                spool = self._keeper.spool
                await self._keeper.do(spool.quarantine, row.key, error.code, error.message)
                self._settled(row.key)
            except SpoolError as fault:
                self._put_off(row.key)
                self._report(row.key, fault)
        elif isinstance(error, Unreachable | Unavailable | NotAuthorised):
            self._paused_until_s = self._loop.time() + self._pause.next_s()
        else:
            self._put_off(row.key)
        self._report(row.key, error)

    def _put_off(self, key: Segment) -> None:
        wait = self._waits.setdefault(key, self._backoff())
        self._later[key] = self._loop.time() + wait.next_s()

    def _backoff(self) -> Backoff:
        return Backoff(self._config.backoff_least_ms, self._config.backoff_most_ms)
