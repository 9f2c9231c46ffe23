# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A dock that lies, doubles, reorders and breaks the protocol: the camera erases nothing by it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from dock import messages
from dock.messages import FOREIGN, OBEYED, RECEIPT, REFUSED, STALE, TIME, UNMATCHED, Run
from evidence.statements import Receipt, Status, TimeAnswer
from tests.dock.dishonest import Dishonest, session
from tests.dock.stage import Card, Site, plugged

NewCard = Callable[..., Card]


def receipt(card: Card, index: int, **changes: Any) -> bytes:
    """A receipt for a segment, signed by the service key; right unless changed."""
    recording, _, segment, data = card.segments[index]
    fields: dict[str, Any] = {
        "force": card.camera.force,
        "camera": card.camera.name,
        "epoch": card.camera.epoch,
        "recording_id": recording,
        "segment": segment,
        "length": len(data),
        "digest": sha256(data).digest(),
        "entry_hash": bytes(32),
        "utc_us": 1,
    }
    return Receipt(**(fields | changes)).sign(card.stage.force.service)


def run(
    micropython: Path, card: Card, site: Site, talk: Callable[[Dishonest], Any], **changes: Any
) -> None:
    """Talk to a camera in one session."""

    async def whole() -> None:
        async with session(site) as dishonest:
            await talk(dishonest)

    with plugged(micropython, card, site.port, {}, **changes):
        asyncio.run(whole())


def test_orders_doubled_and_reordered_free_exactly_what_they_name(
    micropython: Path, site: Site, new_card: NewCard, rng: random.Random
) -> None:
    card = new_card(3)
    order = [0, 1, 2, 2, 1, 0]
    rng.shuffle(order)

    async def talk(dock: Dishonest) -> None:
        for index in order:
            assert await dock.order(RECEIPT, receipt(card, index)) == OBEYED

    run(micropython, card, site, talk)
    assert card.released == card.held
    assert len(card.events("released")) == 3


def test_no_dropped_or_wrong_order_frees_anything(
    micropython: Path, site: Site, new_card: NewCard
) -> None:
    card = new_card(2)
    other = sha256(card.segments[1][3]).digest()
    wrong = [
        (receipt(card, 0, epoch=2), FOREIGN),
        (receipt(card, 0, camera="camera-0"), FOREIGN),
        (receipt(card, 0, digest=other), UNMATCHED),
        (receipt(card, 0, segment=7), UNMATCHED),
        (receipt(card, 0)[:-1], REFUSED),
        (b"", REFUSED),
        (bytes(4000), REFUSED),
    ]

    async def talk(dock: Dishonest) -> None:
        for order, code in wrong:
            assert await dock.order(RECEIPT, order) == code

    run(micropython, card, site, talk)
    assert card.released == set()


def test_time_of_another_session_is_stale(
    micropython: Path, site: Site, new_card: NewCard
) -> None:
    card = new_card(1)
    answers: list[bytes] = []

    async def talk(dock: Dishonest) -> None:
        nonce = Status.verify(card.camera.evidence_public, dock.status[0]).nonce
        named = (card.camera.force, card.camera.name, card.camera.epoch)
        answers.append(TimeAnswer(*named, nonce, 5).sign(card.stage.force.service))
        codes = [await dock.order(TIME, answer) for answer in answers]
        assert codes == [STALE] * (len(answers) - 1) + [OBEYED]
        assert await dock.order(TIME, answers[-1]) == STALE

    for _ in range(3):
        run(micropython, card, site, talk)
    assert len(card.events("time")) == 3


def test_orders_between_runs_are_answered_in_their_order(
    micropython: Path, site: Site, new_card: NewCard
) -> None:
    card = new_card(2, frames=100)
    recording, _, segment, data = card.segments[1]

    async def talk(dock: Dishonest) -> None:
        runs = [Run(recording, segment, at, 1000) for at in range(0, 10_000, 1000)]
        for asked in runs:
            dock.messages.get(asked)
        dock.messages.order(RECEIPT, receipt(card, 0))
        dock.messages.order(TIME, b"")
        results: list[tuple[int, int]] = []
        pulled = b""
        while len(results) < 2 or len(pulled) < 10_000:
            kind, fields = await dock.messages.receive()
            if kind == messages.RESULT:
                results.append(messages.read_result(fields))
                continue
            assert messages.read_run(fields) == runs.pop(0)
            block = memoryview(bytearray(1000))
            await dock.channel.read_exactly(block)
            pulled += block
        assert results == [(RECEIPT, OBEYED), (TIME, REFUSED)]
        assert pulled == data[:10_000]

    run(micropython, card, site, talk)


@pytest.mark.parametrize(
    "said",
    [
        b"\x00\x00\x10\x01" + bytes(4097),  # a message over 4,096 bytes
        b"\x00\x00\x00\x00",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x01\xff",
        b"\x00\x00\x00\x02\x18\x01",  # a second encoding of 1
        [1, b"", b""],
        [99],
        [],
        ["get"],
        [16, 0],
        [16, -1, 0],
        [16, 1 << 32, 0],
        [17, bytes(16), 0, 0, 1],
        [17, bytes(16), 0, 0, 0],
        [17, bytes(15), 0, 0, 1],
        [17, bytes(16), 0, 0, 1 << 30],
        [18, 1],
        [18, 1, "text"],
        [34, b""],
    ],
    ids=repr,
)
def test_what_is_out_of_place_ends_the_session_with_a_bye(
    micropython: Path, site: Site, new_card: NewCard, said: Any
) -> None:
    card = new_card(1)

    async def talk(dock: Dishonest) -> None:
        if isinstance(said, bytes):
            dock.send_raw(said)
        else:
            dock.send(said)
        assert await dock.bye() == messages.PROTOCOL

    run(micropython, card, site, talk)


def test_a_get_beyond_the_end_gives_nothing(
    micropython: Path, site: Site, new_card: NewCard
) -> None:
    card = new_card(1)
    recording, _, segment, data = card.segments[0]

    async def talk(dock: Dishonest) -> None:
        assert await dock.get(Run(recording, segment, len(data) - 5, 5)) == data[-5:]
        dock.messages.get(Run(recording, segment, len(data) - 5, 6))
        assert await dock.bye() == messages.PROTOCOL

    run(micropython, card, site, talk)


def test_more_gets_than_it_keeps_are_all_answered(
    micropython: Path, site: Site, new_card: NewCard
) -> None:
    card = new_card(1)
    recording, _, segment, data = card.segments[0]

    async def talk(dock: Dishonest) -> None:
        for at in range(500):
            dock.messages.get(Run(recording, segment, at, 1))
        got = b""
        for _ in range(500):
            await dock.messages.receive()
            block = memoryview(bytearray(1))
            await dock.channel.read_exactly(block)
            got += block
        assert got == data[:500]

    run(micropython, card, site, talk)


def test_a_card_that_fails_says_bye_and_frees_nothing(
    micropython: Path, site: Site, new_card: NewCard
) -> None:
    card = new_card(1)
    recording, _, segment, _ = card.segments[0]

    async def talk(dock: Dishonest) -> None:
        assert await dock.order(RECEIPT, receipt(card, 0)) == messages.FAULT
        dock.messages.get(Run(recording, segment, 0, 100))
        assert await dock.bye() == messages.CARD

    run(micropython, card, site, talk, fault_at=0)
    assert card.released == set()
