# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What lasts longer than a session: kills, a spool smaller than a card, upstream away."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from evidence import cbor
from evidence.statements import Receipt
from tests import counting
from tests.dock import bays
from tests.dock.answering import Answer, Answering, serving
from tests.dock.stage import Card, Site, command, plugged
from tests.evidence.writer import Writer
from tests.upstream.stage import Footage, Running, Stage

NewCard = Callable[..., Card]
KILLS = 8


def test_a_killed_dock_loses_nothing(
    micropython: Path, server: Running, site: Site, new_card: NewCard, rng: random.Random
) -> None:
    card = new_card(3, frames=120, groups=4)
    whole = sum(len(data) for *_, data in card.segments)
    config = ["--config", str(site.stage.folder / "dock" / "dock.toml")]
    flags = ["--port", str(site.port), "--upstream-url", f"https://localhost:{server.port}"]
    flags += ["--spool", str(site.spool), "--once", "--within", "60"]
    environment = {**os.environ, "CANDOUR_DOCK_RESERVE_BYTES": "0"}
    environment |= {"CANDOUR_DOCK_CHECKPOINT_BYTES": "16384", "CANDOUR_DOCK_HELLO_MS": "200"}
    with plugged(micropython, card, site.port, {"rate_bytes_s": 4_000_000}) as cable:
        for kill in range(KILLS):
            begun = cable.carried.to_dock
            until = begun + rng.randrange(1, whole // KILLS)
            words = command("run", *config, *flags)
            dock = subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL)
            while cable.carried.to_dock < until and dock.poll() is None:
                os.sched_yield()
            dock.kill()
            dock.wait()
            assert kill >= 0
        done = subprocess.run(command("run", *config, *flags), env=environment, timeout=90)
    assert done.returncode == 0
    assert card.released == card.held
    counting.record("dock kills", KILLS, 0)


def test_a_spool_smaller_than_the_card_is_no_end(
    micropython: Path, server: Running, site: Site, new_card: NewCard
) -> None:
    card = new_card(4, frames=30)
    largest = max(len(data) for *_, data in card.segments)
    with plugged(micropython, card, site.port, {}):
        assert site.drain(server.port, spool_bytes=largest + 100) == 0
    assert card.released == card.held


def test_a_full_spool_stops_pulling_and_not_the_service(
    micropython: Path, server: Running, site: Site, new_card: NewCard
) -> None:
    card = new_card(1, frames=120, groups=4)

    async def whole() -> None:
        config = site.config(server.port, spool_bytes=1 << 14)
        async with bays.running(config) as made:
            assert await made.fault() == "spool-full"
            assert await made.fault() == "spool-full"

    with plugged(micropython, card, site.port, {}):
        asyncio.run(whole())
        assert len(card.events("time")) >= 1  # orders were relayed all the same
        assert site.drain(server.port) == 0
    assert card.released == card.held


def test_receipts_that_come_later_are_brought_to_the_camera(
    micropython: Path, stage: Stage, server: Running, site: Site, new_card: NewCard
) -> None:
    card = new_card(2)
    away = [True]

    def answer(path: str, camera: str, body: bytes) -> Answer:
        if away[0]:
            return 503, b""
        _, _, _, recording, segment = path.split("/")
        name, epoch = camera.split("/")
        named = (card.camera.force, name, int(epoch), bytes.fromhex(recording), int(segment))
        receipt = Receipt(*named, len(body), sha256(body).digest(), bytes(32), 1)
        return 200, cbor.encode([receipt.sign(stage.force.service)])

    async def whole(port: int) -> None:
        config = site.config(port, patience_ms=100, rest_ms=3_600_000, retry_least_ms=600_000)
        async with bays.running(config) as made:
            await made.until(lambda: made.state().doing == "resting")
            assert card.released == set()
            away[0] = False
            await made.until(lambda: made.state().doing == "done")

    with serving(stage, Answering(answer)) as port, plugged(micropython, card, site.port, {}):
        asyncio.run(whole(port))
    assert card.released == card.held


@pytest.mark.parametrize("what", ["flipped", "cut", "foreign"])
def test_evidence_that_does_not_verify_is_kept_apart_and_not_acknowledged(
    micropython: Path, server: Running, site: Site, what: str
) -> None:
    source = Footage(server, 900, f"camera-{what}")
    card = Card(server.stage, source.camera)
    writer = source.writer(1)
    (data,) = writer.segments(1)
    flipped = data[:600] + bytes([data[600] ^ 1]) + data[601:]
    other = Writer(source.camera, 1).segments(1)[0]
    bad = {"flipped": flipped, "cut": data[:-1], "foreign": other}[what]
    card.hold(writer, [bad])
    good = source.writer(2)
    card.hold(good, good.segments(2))
    with plugged(micropython, card, site.port, {}):
        assert site.drain(server.port) == 1
    assert card.released == {(good.recording_id.hex(), 0), (good.recording_id.hex(), 1)}
    (kept,) = site.files("quarantine")
    assert kept.read_bytes() == bad
    assert kept.with_suffix(".json").exists()


def test_a_segment_that_does_not_verify_is_pulled_three_times_and_no_more(
    micropython: Path, server: Running, site: Site
) -> None:
    source = Footage(server, 901, "camera-bad")
    card = Card(server.stage, source.camera)
    writer = source.writer(1)
    card.hold(writer, [writer.segments(1)[0][:-1]])
    pulled = []
    with plugged(micropython, card, site.port, {}):
        for _ in range(5):
            assert site.drain(server.port) == 1
            pulled.append(site.state()["bays"][0]["pulled_bytes"])
    assert [bool(count) for count in pulled] == [True, True, True, False, False]
    assert len(site.files("quarantine")) == 1
