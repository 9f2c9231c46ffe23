# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Verifies whole segments without keys, off the event loop (docs/format.md §8).

EvidenceError means quarantine. Bytes that are not those that were written mean a failing disk:
the segment is pulled again, for nothing was acknowledged.
"""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from dock.errors import SpoolError, SpoolFault, Untrusted
from dock.journal import WHOLE, Row
from dock.keeper import Keeper
from dock.trust import Segment, Trust
from evidence.errors import EvidenceError, Foreign
from evidence.segment import verify_segment

Report = Callable[[Segment, str, str], None]


def check(trust: Trust, row: Row, data: bytes) -> None:
    """Raises EvidenceError where these aren't the camera's sealed bytes for this segment."""
    certificate = trust.certificate(row.certificate)
    header = verify_segment(data, certificate.public_key, certificate).header
    if (header.recording_id, header.segment) != (row.key.recording, row.key.segment):
        raise Foreign("the bytes are another segment's than the camera listed")
    if header.number != row.number:
        raise Foreign("the recording has another number than the camera listed")


class Verifier:
    """Takes whole segments in turn; `settled` hears of each that came to a verdict."""

    def __init__(
        self, trust: Trust, keeper: Keeper, settled: Callable[[Segment], None], report: Report
    ) -> None:
        self._trust = trust
        self._keeper = keeper
        self._settled = settled
        self._report = report
        self._queue: asyncio.Queue[Row] = asyncio.Queue()
        self._thread = ThreadPoolExecutor(1, "verify")

    def add(self, row: Row) -> None:
        """Verify this one in its turn."""
        self._queue.put_nowait(row)

    async def run(self) -> None:
        """For ever; first what a stop left unverified."""
        for row in await self._keeper.do(self._keeper.spool.rows, WHOLE):
            self.add(row)
        try:
            while True:
                row = await self._queue.get()
                try:
                    await self._verify(row)
                except SpoolError as error:
                    self._report(row.key, error.code, error.message)
                self._settled(row.key)
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def _verify(self, row: Row) -> None:
        loop = asyncio.get_running_loop()
        spool = self._keeper.spool
        try:
            await loop.run_in_executor(self._thread, self._check, row)
        except EvidenceError as error:
            await self._keeper.do(spool.quarantine, row.key, error.code, str(error))
            self._report(row.key, error.code, str(error))
        except Untrusted as error:
            await self._keeper.do(spool.quarantine, row.key, error.code, error.message)
            self._report(row.key, error.code, error.message)
        except SpoolFault as error:
            await self._keeper.do(spool.rewrite, row.key)
            self._report(row.key, error.code, error.message)
        else:
            await self._keeper.do(spool.verified, row.key)

    def _check(self, row: Row) -> None:
        data = self._keeper.spool.read(row)
        if hashlib.sha256(data).digest() != row.digest:
            raise SpoolFault("it gives back other bytes than were written")
        check(self._trust, row, data)
