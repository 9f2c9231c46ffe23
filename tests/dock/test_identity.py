# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Who may speak with whom: each side refuses the other's stranger, and says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.dock import bays
from tests.dock.stage import Card, Site, plugged
from tests.upstream.stage import Running, Stage
from tools.provision.certificates import CLIENT, SERVER, host_names
from tools.provision.force import DOCK_NAME

NewCard = Callable[..., Card]


def fault(
    micropython: Path, card: Card, site: Site, server: Running, noted: str = "", **changes: Any
) -> str:
    """The fault of the bay that this camera is put on; the camera may note it later."""

    async def whole() -> str:
        async with bays.running(site.config(server.port)) as made:
            return await made.fault()

    with plugged(micropython, card, site.port, {}, **changes):
        said = asyncio.run(whole())
        if noted:
            card.wait_for(noted)
        return said


@pytest.fixture
def stranger(tmp_path: Path) -> Stage:
    """Another force."""
    return Stage(tmp_path / "stranger")


def test_a_camera_of_another_intermediate_is_refused(
    micropython: Path, server: Running, site: Site, new_card: NewCard, stranger: Stage
) -> None:
    card = new_card(1)
    card.pair = stranger.force.camera.issue("0123456789abcdef", CLIENT)
    assert fault(micropython, card, site, server) == "tls-refused"
    assert {name for name, *_ in card.events("ended")} <= {"TlsFailed"}


def test_a_dock_certificate_does_not_make_a_camera(
    micropython: Path, server: Running, site: Site, new_card: NewCard
) -> None:
    card = new_card(1)
    card.pair = site.stage.force.dock.issue("dock-9", CLIENT)
    assert fault(micropython, card, site, server) == "tls-refused"


def test_a_camera_refuses_a_dock_of_another_intermediate(
    micropython: Path, server: Running, site: Site, new_card: NewCard, stranger: Stage
) -> None:
    card = new_card(1)
    other = stranger.force.dock.pair.certificate_der.hex()
    assert fault(micropython, card, site, server, "ended", dock_ca=other) == "tls-refused"
    (name, _, reason), *_ = card.events("ended")
    assert name == "TlsFailed"
    assert "trusted CA" in reason


@pytest.mark.parametrize(
    ("name", "usage"), [("other.candour", SERVER), (f"x.{DOCK_NAME}", SERVER), (DOCK_NAME, CLIENT)]
)
def test_a_camera_refuses_a_dock_of_another_name_or_use(
    micropython: Path, server: Running, site: Site, new_card: NewCard, name: str, usage: Any
) -> None:
    card = new_card(1)
    pair = site.stage.force.dock.issue("dock-1", usage, host_names(name))
    files = site.spool.parent
    (files / "tls.pem").write_bytes(pair.certificate_pem)
    (files / "tls.key").write_bytes(pair.key_pem)

    async def whole() -> str:
        flags = {"link_certificate": files / "tls.pem", "link_key": files / "tls.key"}
        async with bays.running(site.config(server.port, **flags)) as made:
            return await made.fault()

    with plugged(micropython, card, site.port, {}):
        assert asyncio.run(whole()) in ("tls-refused", "link")
        card.wait_for("ended")
    assert card.events("ended")[0][0] == "TlsFailed"


def test_a_certificate_of_another_root_is_untrusted(
    micropython: Path, server: Running, site: Site, new_card: NewCard, stranger: Stage
) -> None:
    card = new_card(1)
    camera = card.camera
    card.certificate = stranger.force.certify(camera.name, camera.epoch, camera.evidence_public)
    assert fault(micropython, card, site, server) == "untrusted"


def test_a_status_under_another_key_is_untrusted(
    micropython: Path, server: Running, site: Site, new_card: NewCard
) -> None:
    card = new_card(1)
    assert fault(micropython, card, site, server, seed="07" * 32) == "untrusted"


def test_a_status_of_another_camera_is_untrusted(
    micropython: Path, server: Running, site: Site, new_card: NewCard
) -> None:
    card = new_card(1)
    assert fault(micropython, card, site, server, camera="camera-99") == "untrusted"


def test_the_same_identity_in_two_bays_is_reported(
    micropython: Path, server: Running, site: Site, new_card: NewCard
) -> None:
    card = new_card(1)
    second = site.port.with_name("usb2")
    ports = (str(site.port), str(second))
    patient = {"upstream_url": "https://localhost:9", "ports": ports, "patience_ms": 60_000}
    config = replace(site.config(server.port), **patient)  # type: ignore[arg-type]

    async def whole() -> None:
        async with bays.running(config) as made:
            await made.until(lambda: any(made.state(bay).doing == "waiting" for bay in (0, 1)))
            codes = {
                made.state(bay).fault.code  # type: ignore[union-attr]
                for bay in (0, 1)
                if made.state(bay).fault
            }
            while "camera-elsewhere" not in codes:
                bay = 0 if made.state(1).doing == "waiting" else 1
                codes.add(await made.fault(bay))

    with (
        plugged(micropython, card, site.port, {}),
        plugged(micropython, card, second, {}),
    ):
        asyncio.run(whole())
