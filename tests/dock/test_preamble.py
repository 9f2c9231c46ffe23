# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""From whatever stood on the port to a session: the camera's side of docs/link.md §1."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from dock import messages
from dock.messages import Run
from dock.port import Port
from tests.dock import bays
from tests.dock.dishonest import session
from tests.dock.stage import Card, Site, plugged
from tests.upstream.stage import Running

NewCard = Callable[..., Card]
S = b"0123456789abcdef"
BEFORE = {
    "nothing": b"",
    "a line that is none": b"CANDOUR1 HELLO\n",
    "START without HELLO": b"CANDOUR1 START " + S + b"\n",
    "START of another": b"CANDOUR1 HELLO " + S + b"\nCANDOUR1 START " + S[::-1] + b"\n",
    "HELLO in capitals": b"CANDOUR1 HELLO " + S.upper() + b"\n",
    "HELLO too long": b"CANDOUR1 HELLO " + S + b"0\n",
    "half a line": b"CANDOUR1 HEL",
    "a long line": b"x" * 5000,
    "lines": b"\n" * 5000,
    "two HELLOs": (b"CANDOUR1 HELLO " + S + b"\n") * 2,
    "0x03 and 0x04": b"\x03\x04\x01",
}


@pytest.mark.parametrize("name", BEFORE)
def test_a_session_begins_behind_anything(
    micropython: Path, site: Site, new_card: NewCard, name: str
) -> None:
    card = new_card(1)

    async def whole() -> None:
        port = Port(str(site.port), site.config(1))
        port.write(BEFORE[name])
        port.close()
        async with session(site) as dock:
            dock.messages.bye(messages.DONE)

    with plugged(micropython, card, site.port, {}):
        asyncio.run(whole())


def test_a_session_begins_behind_noise(
    micropython: Path, site: Site, new_card: NewCard, rng: random.Random
) -> None:
    card = new_card(1)

    async def whole() -> None:
        for _ in range(20):
            port = Port(str(site.port), site.config(1))
            port.write(rng.randbytes(rng.randrange(20_000)))
            port.close()
        async with session(site) as dock:
            dock.messages.bye(messages.DONE)

    with plugged(micropython, card, site.port, {}):
        asyncio.run(whole())


@pytest.mark.parametrize(
    "left", [b"", b"\x17\x03\x03\x40\x00", b"\x17\x03\x03\x0f\xff" + b"x" * 99]
)
def test_a_dock_that_died_in_a_session_begins_another(
    micropython: Path, site: Site, new_card: NewCard, left: bytes
) -> None:
    card = new_card(1)

    async def whole() -> None:
        async with session(site):
            pass  # the port is let go without a bye
        port = Port(str(site.port), site.config(1))
        port.write(left)  # in the middle of a record
        port.close()
        async with session(site) as dock:
            dock.messages.bye(messages.DONE)

    with plugged(micropython, card, site.port, {}):
        asyncio.run(whole())
    assert card.events("ended")[0][0] == "TlsFailed"


def test_a_dock_that_left_in_a_run_finds_the_camera_again(
    micropython: Path, site: Site, new_card: NewCard
) -> None:
    card = new_card(1, frames=120, groups=4)
    recording, _, segment, data = card.segments[0]

    async def whole() -> None:
        for _ in range(3):
            async with session(site) as dock:
                dock.messages.get(Run(recording, segment, 0, len(data)))
                await dock.messages.receive()
        async with session(site) as dock:
            assert await dock.get(Run(recording, segment, 0, len(data))) == data

    with plugged(micropython, card, site.port, {}):
        asyncio.run(whole())


def test_a_wearer_who_wants_to_record_gets_the_camera_behind_the_run(
    micropython: Path, site: Site, new_card: NewCard
) -> None:
    card = new_card(1, frames=120, groups=4)
    recording, _, segment, data = card.segments[0]

    async def whole() -> None:
        async with session(site) as dock:
            assert await dock.get(Run(recording, segment, 0, len(data))) == data
            assert await dock.bye() == messages.WEARER

    with plugged(micropython, card, site.port, {}, leave_at=2):
        asyncio.run(whole())


def test_a_dock_reports_that_the_wearer_left(
    micropython: Path, server: Running, site: Site, new_card: NewCard
) -> None:
    card = new_card(2, frames=120, groups=4)

    async def whole() -> None:
        async with bays.running(site.config(server.port)) as made:
            assert await made.fault() == "bye"
            await made.until(lambda: made.state().doing == "done")

    with plugged(micropython, card, site.port, {}, leave_at=3):
        asyncio.run(whole())
    assert card.released == card.held
