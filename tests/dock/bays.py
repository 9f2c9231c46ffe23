# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Bays in this process, for tests that watch what they do and what becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from dock import trust
from dock.bay import Bay
from dock.config import Config
from dock.keeper import Keeper
from dock.spool import Spool
from dock.state import BayState
from dock.station import Station

_WITHIN_S = 60


class Bays:
    """A running station; `until` waits for what a bay's state comes to."""

    def __init__(self, station: Station, bays: list[Bay]) -> None:
        self.station = station
        self._bays = bays
        self._changed = asyncio.Event()
        self._tell = station.state_file.changed
        station.state_file.changed = self._hear  # type: ignore[method-assign]

    def _hear(self) -> None:
        self._changed.set()
        self._tell()

    def state(self, bay: int = 0) -> BayState:
        """What a bay does."""
        return self._bays[bay].state

    async def until(self, true: Callable[[], object]) -> None:
        """Until it holds; it is looked at whenever the state changes."""
        async with asyncio.timeout(_WITHIN_S):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    async def fault(self, bay: int = 0) -> str:
        """The code of a bay's next fault."""
        before = self.state(bay).faults
        await self.until(lambda: self.state(bay).faults > before)
        fault = self.state(bay).fault
        assert fault is not None
        assert fault.next_step
        return fault.code


@asynccontextmanager
async def running(config: Config) -> AsyncIterator[Bays]:
    """A station with a bay for each port of its settings."""
    keeper = Keeper(Spool(config))
    station = Station(config, trust.load(config), keeper)
    bays = [Bay(station, port) for port in config.ports]
    made = Bays(station, bays)
    work: list[Any] = [station.verifier.run(), station.forwarder.run(), station.state_file.run()]
    tasks = [asyncio.create_task(each) for each in [*work, *(bay.run() for bay in bays)]]
    try:
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await station.courier.close()
        await keeper.close()
