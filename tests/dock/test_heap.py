# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The link's data path: no heap a frame, and little a run."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path

from dock.messages import Run
from tests.dock.dishonest import session
from tests.dock.stage import Card, Site, plugged

FRAME_BYTES = 16384
RUN_BYTES = 1 << 18
HEAP_BYTES_A_RUN = 2400


def test_a_frame_grows_the_heap_by_nothing_and_a_run_by_its_messages(
    micropython32: Path, site: Site, new_card: Callable[..., Card]
) -> None:
    card = new_card(1, frames=120, groups=4)
    big = card.folder / "card" / "big"
    big.write_bytes(bytes(4 * RUN_BYTES))
    card.use_file(0, big)
    recording, _, segment, _ = card.segments[0]

    async def pull() -> None:
        async with session(site) as dock:
            for offset in range(0, 4 * RUN_BYTES, RUN_BYTES):
                await dock.get(Run(recording, segment, offset, RUN_BYTES))
            dock.messages.bye(0)

    with plugged(micropython32, card, site.port, {}, heap=True):
        asyncio.run(pull())
        card.wait_for("heap")
    ((heap,),) = card.events("heap")
    assert len(heap) == 4 * RUN_BYTES // FRAME_BYTES
    growth = [after - before for before, after in itertools.pairwise(heap)]
    frames = RUN_BYTES // FRAME_BYTES
    for at, bytes_grown in enumerate(growth, 1):
        # The first frame ends the run's own header; between runs is a message each way.
        allowed = HEAP_BYTES_A_RUN if at % frames in (0, 1) else 0
        assert bytes_grown <= allowed, f"frame {at}"
