# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The cable is pulled behind many different bytes: only what is missing is sent again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

from dock import journal, trust
from dock.bay import Bay
from dock.keeper import Keeper
from dock.spool import Spool
from dock.station import Station
from tests import counting
from tests.dock.stage import Card, Site, plugged
from tests.upstream.stage import Running

NewCard = Callable[..., Card]
WINDOW = {"window_bytes": 1 << 16, "run_bytes": 1 << 14, "checkpoint_bytes": 1 << 14}
# Handshake, status, listing and the orders of a session.
SESSION_BYTES = 6000
CUTS = 48


async def _until_hung_up(site: Site, server: Running) -> None:
    """One visit of a bay, without a way upstream, until the cable is out."""
    config = site.config(server.port, **WINDOW)
    keeper = Keeper(Spool(config))
    station = Station(config, trust.load(config), keeper)
    bay = Bay(station, str(site.port))
    verifier = asyncio.create_task(station.verifier.run())
    visiting = asyncio.create_task(bay.run())
    async with asyncio.timeout(60):
        while site.port.exists() or bay.state.doing != "absent":
            await asyncio.wait([visiting], timeout=0.01)
    for task in (visiting, verifier):
        task.cancel()
    await asyncio.gather(visiting, verifier, return_exceptions=True)
    await station.courier.close()
    await keeper.close()


def test_a_cut_at_any_byte_costs_at_most_a_window(
    micropython: Path, server: Running, site: Site, new_card: NewCard, rng: random.Random
) -> None:
    card = new_card(3, frames=120, groups=4)
    whole = sum(len(data) for *_, data in card.segments)
    assert whole > 4 * WINDOW["window_bytes"]
    carried = []
    for _ in range(CUTS):
        cut = rng.randrange(1, SESSION_BYTES // 2 + whole // (2 * CUTS))
        with plugged(micropython, card, site.port, {"cut_after_bytes": cut}) as cable:
            asyncio.run(_until_hung_up(site, server))
            assert cable.carried.cuts == 1
            carried.append(cable.carried.to_dock)
    with plugged(micropython, card, site.port, {}) as cable:
        assert site.drain(server.port, **WINDOW) == 0
        carried.append(cable.carried.to_dock)
    assert card.released == card.held
    extra = sum(carried) - whole
    bound = len(carried) * (SESSION_BYTES + WINDOW["window_bytes"]) + whole // 50
    assert extra < bound
    counting.record("cable cuts resumed", CUTS, 0)


def test_what_a_cut_left_is_not_pulled_again(
    micropython: Path, server: Running, site: Site, new_card: NewCard
) -> None:
    card = new_card(1, frames=120, groups=4)
    (_, _, _, data) = card.segments[0]
    cut = len(data) // 2
    with plugged(micropython, card, site.port, {"cut_after_bytes": cut}):
        asyncio.run(_until_hung_up(site, server))
    (row,) = site.rows()
    assert row.state == journal.PARTIAL
    assert cut - SESSION_BYTES - (1 << 14) < row.durable < cut
    with plugged(micropython, card, site.port, {}) as cable:
        assert site.drain(server.port, **WINDOW) == 0
        assert cable.carried.to_dock < len(data) - row.durable + SESSION_BYTES + len(data) // 50
    assert card.released == card.held


def test_a_damaged_partial_is_not_continued(
    micropython: Path, server: Running, site: Site, new_card: NewCard
) -> None:
    card = new_card(1, frames=120, groups=4)
    (_, _, _, data) = card.segments[0]
    with plugged(micropython, card, site.port, {"cut_after_bytes": len(data) // 2}):
        asyncio.run(_until_hung_up(site, server))
    (partial,) = (site.spool / "partial").rglob("*.part")
    bytes_on_disk = bytearray(partial.read_bytes())
    bytes_on_disk[len(bytes_on_disk) // 2] ^= 1
    partial.write_bytes(bytes_on_disk)
    with plugged(micropython, card, site.port, {}) as cable:
        assert site.drain(server.port, **WINDOW) == 0
        assert cable.carried.to_dock > len(data)
    assert card.released == card.held
    assert site.files("quarantine") == []
