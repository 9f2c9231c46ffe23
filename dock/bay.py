# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""One bay: waits for its port, serves whatever camera is on it, rests, and again, for ever.

Nothing that a device does ends it: a LinkError or SpoolError is reported and rested from, with
jitter, longer each time.
"""

import asyncio
import os

from dock import preamble
from dock.backoff import Backoff
from dock.errors import DockError, LinkError, PortGone, SpoolError
from dock.port import Port
from dock.session import Session
from dock.state import BayState, Visit
from dock.station import Station
from dock.trust import Segment


class Bay:
    """Serves the port at `path`, which may come and go. `visited` hears of each good session."""

    def __init__(self, station: Station, path: str) -> None:
        self._station = station
        self._path = path
        self._config = station.config
        self.state = BayState(os.path.basename(path))
        station.state.bays.append(self.state)
        station.listeners.append(self._hear)
        self._wake = asyncio.Event()
        self._backoff = Backoff(self._config.retry_least_ms, self._config.retry_most_ms)

    async def run(self) -> None:
        """For ever."""
        while True:
            await self._present()
            try:
                visit = await self._visit()
            except (LinkError, SpoolError) as error:
                self._failed(error)
                await self._rest(self._backoff.next_s())
            else:
                self._backoff.reset()
                if visit.settled:
                    self._wake.clear()  # what woke it was done in the session
                self.state.fault = None if visit.settled else self.state.fault
                self._doing("done" if visit.settled else "resting")
                self._station.visited(self.state, visit)
                rest_s = self._config.rest_ms / 1000
                await self._rest(rest_s if visit.settled else self._backoff.next_s())

    async def _present(self) -> None:
        while not os.path.exists(self._path):
            self._doing("absent")
            await asyncio.sleep(self._config.scan_ms / 1000)

    async def _visit(self) -> Visit:
        self._wake.clear()
        self._doing("looking")
        port = Port(self._path, self._config)
        try:
            await preamble.greet(port, self._config)
            self._doing("greeting")
            self.state.sessions += 1
            return await Session(self._station, port, self.state).run()
        finally:
            port.close()

    async def _rest(self, rest_s: float) -> None:
        """Until the time is over, the camera was changed, or there is something to bring it."""
        loop = asyncio.get_running_loop()
        end_s = loop.time() + rest_s
        device = _device(self._path)
        while (left_s := end_s - loop.time()) > 0:
            try:
                async with asyncio.timeout(min(left_s, self._config.scan_ms / 1000)):
                    await self._wake.wait()
            except TimeoutError:
                if _device(self._path) != device:
                    return
            else:
                return

    def _hear(self, key: Segment) -> None:
        if (key.camera, key.epoch) == (self.state.camera, self.state.epoch):
            self._wake.set()

    def _failed(self, error: DockError) -> None:
        if isinstance(error, PortGone) and not os.path.exists(self._path):
            self._doing("absent")  # the camera was taken out
            self.state.camera, self.state.epoch = "", 0
            return
        self._station.report_bay(self.state, error)
        self._doing("resting")

    def _doing(self, what: str) -> None:
        if self.state.doing != what:
            self.state.doing = what
            self._station.changed()


def _device(path: str) -> tuple[int, int] | None:
    """What tells one device on a path from the next; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_rdev, found.st_ino
