# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Pulls segments into the spool: asks ahead so that the link stays full, never past the window.

A byte that was asked for is credit until it stands in the spool. Resume is by the offset that is
durable there. docs/link.md §3.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from dock.config import Config
from dock.errors import ProtocolError, SpoolError
from dock.journal import WHOLE, Row
from dock.keeper import Keeper
from dock.messages import Entry, Messages, Run
from dock.trust import Segment


@dataclass(frozen=True, slots=True)
class _Asked:
    key: Segment
    run: Run
    length: int  # of the whole segment


class Puller:
    """`pull` asks, `arrived` takes, `store` keeps; `whole` hears of each complete segment."""

    def __init__(
        self,
        config: Config,
        messages: Messages,
        keeper: Keeper,
        asked: Callable[[], None],
        whole: Callable[[Row], None],
    ) -> None:
        self._config = config
        self._messages = messages
        self._keeper = keeper
        self._on_asked = asked
        self._on_whole = whole
        self._asked: deque[_Asked] = deque()
        self._came: asyncio.Queue[tuple[_Asked, memoryview]] = asyncio.Queue()  # within the credit
        self._open: set[Segment] = set()
        self._credit_bytes = config.window_bytes
        self._room = asyncio.Event()
        self.pulled_bytes = 0

    @property
    def outstanding(self) -> bool:
        """Bytes that were asked for have not come."""
        return bool(self._asked)

    async def pull(self, key: Segment, entry: Entry, certificate: bytes) -> None:
        """Ask for all that is missing; returns when all is asked for. Raises SpoolError."""
        spool = self._keeper.spool
        offset = await self._keeper.do(spool.begin, key, entry, certificate)
        self._open.add(key)
        if offset == entry.length:
            await self._finish(key)
        while offset < entry.length:
            length = min(self._config.run_bytes, entry.length - offset)
            await self._take_credit(length)
            run = Run(entry.recording, entry.segment, offset, length)
            self._asked.append(_Asked(key, run, entry.length))
            self._messages.get(run)
            self._on_asked()
            offset += length

    async def arrived(self, run: Run) -> None:
        """Take the raw bytes behind a data message. Raises ProtocolError, SpoolError."""
        if not self._asked or self._asked[0].run != run:
            raise ProtocolError("bytes that were not asked for, or not in that order")
        asked = self._asked[0]
        block = memoryview(bytearray(run.length))  # as long as was asked for
        got = 0
        try:
            while got < run.length:
                got += await self._messages.receive_raw(block[got:])
        finally:
            self._came.put_nowait((asked, block[:got]))  # of a run that was cut, what came
        self._asked.popleft()

    async def store(self) -> None:
        """Put what arrives into the spool, for ever, while more arrives. Raises SpoolError."""
        while True:
            await self._keep(*await self._came.get())

    async def finished(self) -> None:
        """Until all that was asked for stands in the spool."""
        while self._open:
            self._room.clear()
            await self._room.wait()

    async def stop(self) -> None:
        """The session ends: what came is kept. Raises the first SpoolError, behind all of it."""
        first: SpoolError | None = None
        while not self._came.empty():
            try:
                await self._keep(*self._came.get_nowait())
            except SpoolError as error:
                first = first or error
        for key in list(self._open):
            try:
                row = await self._keeper.do(self._keeper.spool.pause, key)
                if row is not None and row.state == WHOLE:  # the end of it was not waited for
                    self._on_whole(row)
            except SpoolError as error:
                first = first or error
        if first is not None:
            raise first

    async def _keep(self, asked: _Asked, block: memoryview) -> None:
        spool = self._keeper.spool
        await self._keeper.do(spool.append, asked.key, asked.run.offset, block)
        self.pulled_bytes += len(block)
        self._credit_bytes += len(block)
        self._room.set()
        if asked.run.offset + len(block) == asked.length:
            await self._finish(asked.key)

    async def _take_credit(self, length: int) -> None:
        while self._credit_bytes < length or len(self._asked) >= self._config.gets:
            self._room.clear()
            await self._room.wait()
        self._credit_bytes -= length

    async def _finish(self, key: Segment) -> None:
        row = await self._keeper.do(self._keeper.spool.finish, key)
        self._open.discard(key)
        self._room.set()
        self._on_whole(row)
