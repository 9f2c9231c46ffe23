# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Relays upstream's orders to a camera and its receipts' answers to the journal.

The dock can neither make nor change an order; it forgets a receipt when the camera has answered
it. docs/link.md §4.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from dock.backoff import Backoff
from dock.config import Config
from dock.courier import Courier
from dock.errors import CameraRefused, DockError, ProtocolError, UpstreamError
from dock.journal import RECEIPTED
from dock.keeper import Keeper
from dock.messages import FAULT, OBEYED, RECEIPT, Messages
from dock.trust import Segment

_REFUSALS = {1: "signature or form", 2: "another camera", 3: "stale", 4: "no such bytes"}


class Relay:
    """The orders of one session."""

    def __init__(
        self,
        config: Config,
        messages: Messages,
        keeper: Keeper,
        courier: Courier,
        asked: Callable[[], None],
        report: Callable[[DockError], None],
    ) -> None:
        self._config = config
        self._messages = messages
        self._keeper = keeper
        self._courier = courier
        self._on_asked = asked
        self._report = report
        self._sent: deque[tuple[int, Segment | None]] = deque()
        self._offered: set[Segment] = set()
        self._room = asyncio.Event()
        self._news = asyncio.Event()
        self.answered = asyncio.Event()
        self.reported = False

    @property
    def outstanding(self) -> bool:
        """Orders were sent that the camera has not answered."""
        return bool(self._sent)

    def wake(self) -> None:
        """Something became of a segment of this camera."""
        self._news.set()
        self.answered.set()

    def offered(self, key: Segment) -> bool:
        """Whether this session has sent the receipt already."""
        return key in self._offered

    async def report_status(self, status: bytes, certificate: bytes) -> None:
        """Relay the camera's status, and what upstream orders for it; again while it fails."""
        backoff = Backoff(self._config.backoff_least_ms, self._config.backoff_most_ms)
        while True:
            try:
                orders = await self._courier.status(status, certificate)
            except UpstreamError as error:
                self._report(error)
                await asyncio.sleep(backoff.next_s())
                continue
            for kind, order in orders:
                await self._send(kind, order, None)
            self.reported = True
            self.answered.set()
            return

    async def receipts(self, camera: str, epoch: int) -> None:
        """Send each receipt that the spool holds for this camera, once, for ever."""
        spool = self._keeper.spool
        while True:
            self._news.clear()
            for row in await self._keeper.do(spool.of_camera, camera, epoch, RECEIPTED):
                if row.key not in self._offered and row.receipt is not None:
                    self._offered.add(row.key)
                    await self._send(RECEIPT, row.receipt, row.key)
            await self._news.wait()

    async def result(self, kind: int, code: int) -> None:
        """The camera has answered the oldest order."""
        if not self._sent or self._sent[0][0] != kind:
            raise ProtocolError("a result for an order that was not sent")
        _, key = self._sent.popleft()
        self._room.set()
        if code not in (OBEYED, FAULT):
            self._report(CameraRefused(f"{_REFUSALS[code]} (order {kind})"))
        if code == FAULT:
            self._report(CameraRefused(f"its card or flash failed (order {kind})"))
        elif key is not None:
            reason = "" if code == OBEYED else f"camera answered {code}"
            await self._keeper.do(self._keeper.spool.acknowledged, key, reason)
        self.answered.set()

    async def _send(self, kind: int, order: bytes, key: Segment | None) -> None:
        while len(self._sent) >= self._config.orders:
            self._room.clear()
            await self._room.wait()
        self._sent.append((kind, key))
        self._messages.order(kind, order)
        self._on_asked()
