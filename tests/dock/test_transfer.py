# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A card's whole way: camera, cable, dock, evidence server, receipt, and free again."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from dock import journal
from tests.dock.stage import Card, Site, command, plugged
from tests.upstream.stage import Running

NewCard = Callable[..., Card]


def test_everything_arrives_and_is_freed(
    micropython: Path, server: Running, site: Site, new_card: NewCard
) -> None:
    card = new_card(3, 1, 2)
    with plugged(micropython, card, site.port, {}):
        assert site.drain(server.port) == 0
    assert card.released == card.held
    rows = {(row.key.recording, row.key.segment): row for row in site.rows()}
    for recording, _, segment, data in card.segments:
        row = rows[recording, segment]
        assert row.state == journal.ACKNOWLEDGED
        assert row.digest == sha256(data).digest()
    assert site.files("whole") == site.files("partial") == site.files("quarantine") == []


def test_the_camera_gets_time_and_tickets(
    micropython: Path, server: Running, site: Site, new_card: NewCard
) -> None:
    card = new_card()
    with plugged(micropython, card, site.port, {}):
        assert site.drain(server.port) == 0
    (tickets,) = card.events("tickets")
    assert tickets[1] >= 16
    (answer,) = card.events("time")
    assert answer[2] < 30_000_000
    assert len(card.events("floor")) == 1
    assert len(card.events("order")) == 2


def test_on_32_bits_too(
    micropython32: Path, server: Running, site: Site, new_card: NewCard
) -> None:
    card = new_card(2)
    with plugged(micropython32, card, site.port, {}):
        assert site.drain(server.port) == 0
    assert card.released == card.held


def test_several_cameras_one_after_another_on_one_spool(
    micropython: Path, server: Running, site: Site, new_card: NewCard
) -> None:
    for card in (new_card(1), new_card(2)):
        with plugged(micropython, card, site.port, {}):
            assert site.drain(server.port) == 0
        assert card.released == card.held


def test_a_second_docking_pulls_nothing(
    micropython: Path, server: Running, site: Site, new_card: NewCard
) -> None:
    card = new_card(2)
    for expected in (sum(len(data) for *_, data in card.segments), 0):
        with plugged(micropython, card, site.port, {}):
            assert site.drain(server.port) == 0
        assert site.state()["bays"][0]["pulled_bytes"] == expected


def test_a_card_that_was_rolled_back_gets_its_receipts_again(
    micropython: Path, server: Running, site: Site, new_card: NewCard
) -> None:
    card = new_card(2)
    with plugged(micropython, card, site.port, {}):
        assert site.drain(server.port) == 0
    (card.folder / "released").unlink()
    with plugged(micropython, card, site.port, {}):
        assert site.drain(server.port) == 0
    assert site.state()["bays"][0]["pulled_bytes"] == 0
    assert len(card.events("released")) == 2 * len(card.held)


def test_the_command_line_drains_and_shows_its_state(
    micropython: Path, server: Running, site: Site, new_card: NewCard
) -> None:
    card = new_card(1)
    config = ["--config", str(site.stage.folder / "dock" / "dock.toml")]
    flags = ["--port", str(site.port), "--upstream-url", f"https://localhost:{server.port}"]
    flags += ["--spool", str(site.spool), "--once", "--within", "60"]
    with plugged(micropython, card, site.port, {}):
        subprocess.run(command("run", *config, *flags), check=True, timeout=90)
    assert card.released == card.held
    shown = subprocess.run(
        command("status", *config, "--json"),
        check=True,
        capture_output=True,
        env={"CANDOUR_DOCK_SPOOL": str(site.spool), "PATH": ""},
        timeout=60,
    )
    state = json.loads(shown.stdout)
    assert state["spool"]["segments"] == {"acknowledged": 1}
    assert state["bays"][0]["doing"] == "stopped"


@pytest.mark.parametrize("window", [1 << 14, 1 << 16])
def test_a_small_window_is_kept(
    micropython: Path, server: Running, site: Site, new_card: NewCard, window: int
) -> None:
    card = new_card(1, frames=40)
    with plugged(micropython, card, site.port, {}):
        assert site.drain(server.port, window_bytes=window, run_bytes=window // 4) == 0
    assert card.released == card.held
