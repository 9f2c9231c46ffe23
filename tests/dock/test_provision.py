# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A camera takes its identity from the fleet team's tool, whole or not at all (link.md §6)."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sim.usb import Cable
from tests.dock.stage import HEAP_BYTES, ROOT
from tests.upstream.stage import Stage
from tools.provision.camera import Offer, provision
from tools.provision.certificates import CLIENT
from tools.provision.errors import CameraProtocolError

SCRIPT = ROOT / "tests" / "device" / "link" / "on_provision.py"
Certify = Callable[[bytes], bytes]


@contextmanager
def camera(micropython: Path, folder: Path) -> Iterator[Path]:
    """A camera without an identity; its port."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    process = subprocess.Popen(
        [str(micropython), "-X", f"heapsize={HEAP_BYTES}", str(SCRIPT), str(folder / "events")],
        stdin=theirs.fileno(),
        stdout=theirs.fileno(),
        env={**os.environ, "MICROPYPATH": f"{ROOT / 'firmware'}:.frozen"},
    )
    theirs.close()
    try:
        with Cable(ours, folder / "usb") as cable:
            cable.plug()
            yield folder / "usb"
    finally:
        process.kill()
        process.wait()


def events(folder: Path, what: str) -> list[Any]:
    """What the camera noted."""
    path = folder / "events"
    lines = path.read_text().splitlines() if path.exists() else []
    return [event[1] for event in map(json.loads, lines) if event[0] == what]


def offer(stage: Stage, **changes: Any) -> Offer:
    """What the fleet team gives camera-7; right unless changed."""
    force = stage.force
    pair = force.camera.issue("0123456789abcdef", CLIENT)
    right = Offer(
        force=force.name,
        camera="camera-7",
        epoch=2,
        root_public=force.root_public,
        delegation=force.delegation,
        tls_certificate=pair.certificate_der,
        tls_key=pair.key_der,
        dock_ca=force.dock.pair.certificate_der,
        utc_s=int(time.time()),
    )
    return replace(right, **changes)


def test_the_whole_of_it_is_kept(micropython: Path, stage: Stage, tmp_path: Path) -> None:
    given = offer(stage)
    publics: list[bytes] = []

    def certify(public: bytes) -> bytes:
        publics.append(public)
        return stage.force.certify("camera-7", 2, public)

    with camera(micropython, tmp_path) as port:
        certificate = provision(port, given, certify)
    (kept,) = events(tmp_path, "provisioned")
    seed = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(kept.pop("seed")))
    assert seed.public_key().public_bytes_raw() == publics[0]
    assert kept == {
        "force": "demo",
        "camera": "camera-7",
        "epoch": 2,
        "root_public": given.root_public.hex(),
        "delegation": given.delegation.hex(),
        "certificate": certificate.hex(),
        "tls_cert": given.tls_certificate.hex(),
        "tls_key": given.tls_key.hex(),
        "dock_ca": given.dock_ca.hex(),
        "utc_s": given.utc_s,
    }


def _stranger() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(sha256(b"stranger").digest())


WRONG_OFFERS: dict[str, Callable[[Stage], dict[str, Any]]] = {
    "name": lambda stage: {"camera": "camera 7"},
    "empty name": lambda stage: {"force": ""},
    "long name": lambda stage: {"camera": "c" * 33},
    "epoch": lambda stage: {"epoch": 1 << 32},
    "root": lambda stage: {"root_public": bytes(31)},
    "another root": lambda stage: {"root_public": _stranger().public_key().public_bytes_raw()},
    "delegation": lambda stage: {"delegation": stage.force.root_statement},
    "another force": lambda stage: {"force": "other"},
    "certificate": lambda stage: {"tls_certificate": b"none"},
    "key": lambda stage: {"tls_key": b"none"},
    "authority": lambda stage: {"dock_ca": bytes(2000)},
    "too long": lambda stage: {"dock_ca": bytes(2049)},
}


@pytest.mark.parametrize("name", WRONG_OFFERS)
def test_a_wrong_offer_is_refused_and_a_right_one_taken_after_it(
    micropython: Path, stage: Stage, tmp_path: Path, name: str
) -> None:
    wrong = offer(stage, **WRONG_OFFERS[name](stage))
    with camera(micropython, tmp_path) as port:
        with pytest.raises(CameraProtocolError):
            provision(port, wrong, lambda public: b"")
        assert events(tmp_path, "provisioned") == []
        assert events(tmp_path, "ended")
        provision(port, offer(stage), lambda public: stage.force.certify("camera-7", 2, public))
    assert len(events(tmp_path, "provisioned")) == 1


WRONG_CERTIFICATES: dict[str, Callable[[Stage, bytes], bytes]] = {
    "another camera": lambda stage, public: stage.force.certify("camera-8", 2, public),
    "another epoch": lambda stage, public: stage.force.certify("camera-7", 3, public),
    "another key": lambda stage, public: stage.force.certify("camera-7", 2, bytes(32)),
    "another root": lambda stage, public: stage.force.delegation,
    "none": lambda stage, public: b"",
}


@pytest.mark.parametrize("name", WRONG_CERTIFICATES)
def test_a_wrong_certificate_is_refused_and_another_key_drawn(
    micropython: Path, stage: Stage, tmp_path: Path, name: str
) -> None:
    publics: list[bytes] = []

    def certify_wrong(public: bytes) -> bytes:
        publics.append(public)
        return WRONG_CERTIFICATES[name](stage, public)

    def certify(public: bytes) -> bytes:
        publics.append(public)
        return stage.force.certify("camera-7", 2, public)

    with camera(micropython, tmp_path) as port:
        with pytest.raises(CameraProtocolError):
            provision(port, offer(stage), certify_wrong)
        assert events(tmp_path, "provisioned") == []
        provision(port, offer(stage), certify)
    assert publics[0] != publics[1]
