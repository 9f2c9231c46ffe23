# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The spool on a thread of its own: the event loop never waits for a disk.

One thread, so calls take effect in the order in which they were made, also where the caller was
cancelled meanwhile.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from dock.spool import Spool

_LOG = logging.getLogger("candour.dock")
P = ParamSpec("P")
T = TypeVar("T")


class Keeper:
    """`await keeper.do(keeper.spool.find, key)`."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self._thread = ThreadPoolExecutor(1, "spool")

    async def do(self, method: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one of the spool's methods in its turn, also where the caller doesn't wait."""
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._thread, lambda: method(*args, **kwargs))
        # Cancelling would take a call that has not begun out of the order.
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            work.add_done_callback(_look_at)
            raise

    async def close(self) -> None:
        """Make everything durable and let go."""
        await self.do(self.spool.close)
        self._thread.shutdown()


def _look_at(work: "asyncio.Future[T]") -> None:
    """Nobody waits for this any more: what went wrong is said, not raised."""
    if not work.cancelled() and (error := work.exception()) is not None:
        _LOG.warning("%s", error)
