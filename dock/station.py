# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What all bays of a dock share, and who hears of what: the wiring, no decisions."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dock.config import Config
from dock.courier import Courier
from dock.errors import CameraElsewhere, DockError, UpstreamError
from dock.forward import Forwarder
from dock.journal import Row
from dock.keeper import Keeper
from dock.relay import Relay
from dock.state import BayState, Fault, State, StateFile, Visit
from dock.tls import link_context
from dock.trust import Segment, Trust
from dock.verify import Verifier

_LOG = logging.getLogger("candour.dock")


class Station:
    """One dock: its trust, its spool, its way upstream, its state."""

    def __init__(self, config: Config, trust: Trust, keeper: Keeper) -> None:
        self.config = config
        self.trust = trust
        self.keeper = keeper
        self.link_context: ssl.SSLContext = link_context(config)
        self.courier = Courier(config)
        self.state = State(config.name, config.upstream_url)
        self.state_file = StateFile(
            config.spool / "state.json", self.state, lambda: keeper.do(keeper.spool.figures)
        )
        self.verifier = Verifier(trust, keeper, self._verified, self._quarantined)
        self.forwarder = Forwarder(
            config, trust, keeper, self.courier, self._settled, self._forwarded
        )
        self._relays: dict[tuple[str, int], Relay] = {}
        self.listeners: list[Callable[[Segment], None]] = []
        self.visitors: list[Callable[[BayState, Visit], None]] = []

    @contextmanager
    def attending(self, camera: str, epoch: int, relay: Relay) -> Iterator[None]:
        """A session with this camera runs; its relay hears of its segments."""
        if (camera, epoch) in self._relays:
            raise CameraElsewhere
        self._relays[camera, epoch] = relay
        try:
            yield
        finally:
            del self._relays[camera, epoch]

    def whole(self, row: Row) -> None:
        """A segment is complete in the spool."""
        self.verifier.add(row)

    async def greet_upstream(self) -> None:
        """Say at the start whether there is a way upstream; then wait with the others."""
        try:
            await self.courier.health()
        except UpstreamError as error:
            _LOG.warning("%s: %s %s", error.code, error.message, error.next_step)
            self.state.upstream_fault = Fault.of(error)
            self.changed()
        await asyncio.Event().wait()

    def visited(self, bay: BayState, visit: Visit) -> None:
        """A session ended well."""
        for hear in self.visitors:
            hear(bay, visit)

    def changed(self) -> None:
        """The state is another."""
        self.state_file.changed()

    def report_bay(self, bay: BayState, error: DockError) -> None:
        """Something went wrong in a bay: once a kind, until it changes."""
        if bay.fault is None or (bay.fault.code, bay.fault.message) != (error.code, error.message):
            _LOG.warning("%s: %s: %s %s", bay.port, error.code, error.message, error.next_step)
        bay.fault = Fault.of(error)
        bay.faults += 1
        if isinstance(error, UpstreamError):
            self.state.upstream_fault = bay.fault
        self.changed()

    def _verified(self, key: Segment) -> None:
        self.forwarder.wake()
        self._settled(key)

    def _quarantined(self, key: Segment, code: str, message: str) -> None:
        self.state.quarantined += 1
        _LOG.error("%s: %s", key, message)
        self.changed()

    def _settled(self, key: Segment) -> None:
        relay = self._relays.get((key.camera, key.epoch))
        if relay is not None:
            relay.wake()
        for wake in self.listeners:
            wake(key)
        self.changed()

    def _forwarded(self, key: Segment, error: DockError | None) -> None:
        if error is None:
            self.state.forwarded += 1
            self.state.upstream_fault = None
            return
        if self.state.upstream_fault is None or self.state.upstream_fault.code != error.code:
            _LOG.warning("%s: %s: %s %s", key, error.code, error.message, error.next_step)
        self.state.upstream_fault = Fault.of(error)
        self.changed()
