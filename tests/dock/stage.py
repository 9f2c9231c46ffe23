# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the dock stand on: a force, the real firmware on a real port, real card.

The camera is `firmware/link` under MicroPython (`tests/device/link/on_camera.py`), the cable the
simulator's pty; segments are written by `tests.evidence.writer`.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dock import journal, serve
from dock.config import Config, load
from dock.journal import Row
from dock.spool import Spool
from sim.usb import Cable
from tests.evidence.writer import Camera, Writer
from tests.upstream.stage import Footage, Running, Stage
from tools.provision.certificates import CLIENT, Pair

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests" / "device" / "link" / "on_camera.py"
HEAP_BYTES = 16 << 20
STATES = (*journal.HELD, journal.RECEIPTED, journal.ACKNOWLEDGED, journal.QUARANTINED)
QUICK = {
    "hello_ms": 200,
    "scan_ms": 10,
    "retry_least_ms": 1,
    "retry_most_ms": 20,
    "backoff_least_ms": 1,
    "backoff_most_ms": 50,
    "reserve_bytes": 0,
}


class Card:
    """What one camera holds: files on its card, and what it has told and done."""

    def __init__(self, stage: Stage, camera: Camera) -> None:
        self.stage = stage
        self.camera = camera
        name = camera.name
        self.certificate = stage.enlist(self.camera)
        self.folder = stage.folder / name
        (self.folder / "card").mkdir(parents=True)
        self.pair: Pair = stage.force.camera.issue("0123456789abcdef", CLIENT)
        self.segments: list[tuple[bytes, int, int, bytes]] = []
        self._rows: list[list[Any]] = []

    @classmethod
    def filled(
        cls, server: Running, seed: int, recordings: Sequence[int], frames: int, groups: int
    ) -> Card:
        """A camera with one recording for each number of segments, under the server's tickets."""
        source = Footage(server, seed, f"camera-{seed}")
        card = cls(server.stage, source.camera)
        for number, segments in enumerate(recordings, 1):
            writer = source.writer(number)
            card.hold(writer, writer.segments(segments, groups, frames))
        return card

    def hold(self, writer: Writer, segments: Sequence[bytes], marked: bool = False) -> None:
        """Put a recording onto the card."""
        for number, data in enumerate(segments):
            path = self.folder / "card" / f"{writer.recording_id.hex()}-{number}"
            path.write_bytes(data)
            last = number == len(segments) - 1
            row = [writer.recording_id.hex(), writer.header.number, number, str(path)]
            self._rows.append([*row, marked, last])
            self.segments.append((writer.recording_id, writer.header.number, number, data))

    def use_file(self, index: int, path: Path) -> None:
        """Let a segment's bytes be another file's."""
        self._rows[index][3] = str(path)

    def write(self, **changes: Any) -> Path:
        """The file that the camera's process reads."""
        given = {
            "force": self.camera.force,
            "camera": self.camera.name,
            "epoch": self.camera.epoch,
            "seed": self.camera.evidence.private_bytes_raw().hex(),
            "certificate": self.certificate.hex(),
            "service_public": self.stage.force.service.public_key().public_bytes_raw().hex(),
            "tls_cert": self.pair.certificate_der.hex(),
            "tls_key": self.pair.key_der.hex(),
            "dock_ca": self.stage.force.dock.pair.certificate_der.hex(),
            "segments": self._rows,
            "released": str(self.folder / "released"),
            "events": str(self.folder / "events"),
        }
        path = self.folder / "camera.json"
        path.write_text(json.dumps(given | changes))
        return path

    def events(self, what: str) -> list[list[Any]]:
        """The details of each event of that name so far."""
        path = self.folder / "events"
        lines = path.read_text().splitlines() if path.exists() else []
        return [event[1:] for event in map(json.loads, lines) if event[0] == what]

    def wait_for(self, what: str, timeout_s: float = 30.0) -> None:
        """Return once the camera, which still runs, has noted such an event."""
        deadline = time.monotonic() + timeout_s
        pause = threading.Event()
        while not self.events(what):
            assert time.monotonic() < deadline, f"the camera noted no {what!r}"
            pause.wait(0.01)

    @property
    def released(self) -> set[tuple[str, int]]:
        """What the camera has freed."""
        return {(recording, segment) for recording, segment in self.events("released")}

    @property
    def held(self) -> set[tuple[str, int]]:
        """What stood on the card at first."""
        return {(recording.hex(), segment) for recording, _, segment, _ in self.segments}


class Device:
    """The camera's process and its end of the wire."""

    def __init__(self, micropython: Path, card: Card, **changes: Any) -> None:
        self.usb, theirs = socket.socketpair()
        theirs.setblocking(False)
        environment = {**os.environ, "MICROPYPATH": f"{ROOT / 'firmware'}:.frozen"}
        command = [str(micropython), "-X", f"heapsize={HEAP_BYTES}", str(SCRIPT)]
        self.log = (card.folder / "camera.log").open("ab")
        self.process = subprocess.Popen(
            [*command, str(card.write(**changes))],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=self.log,
            env=environment,
        )
        theirs.close()

    def stop(self) -> None:
        """End the process; its wire is closed by its cable."""
        self.process.kill()
        self.process.wait()
        self.log.close()


@contextmanager
def plugged(
    micropython: Path, card: Card, port: Path, cable: dict[str, Any], **changes: Any
) -> Iterator[Cable]:
    """A camera on the port for the length of a block."""
    device = Device(micropython, card, **changes)
    try:
        with Cable(device.usb, port, **cable) as made:
            made.plug()
            yield made
    finally:
        device.stop()


class Site:
    """A dock with a spool of its own, watching one port."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage = stage
        self.port = folder / "usb"
        self.spool = folder / "spool"

    def config(self, upstream_port: int, **changes: Any) -> Config:
        """The provisioned dock's settings, with waits that suit a test."""
        flags: dict[str, Any] = {
            "upstream_url": f"https://localhost:{upstream_port}",
            "ports": (str(self.port),),
            "spool": self.spool,
            **QUICK,
        }
        return load(self.stage.folder / "dock" / "dock.toml", flags | changes, {})

    def drain(self, upstream_port: int, within_s: float = 60, **changes: Any) -> int:
        """Run the dock in this process until a camera is drained; the exit code."""
        return serve.run(self.config(upstream_port, **changes), once=True, within_s=within_s)

    def state(self) -> Any:
        """What the dock wrote of itself last."""
        return json.loads((self.spool / "state.json").read_bytes())

    def rows(self, upstream_port: int = 1) -> list[Row]:
        """What its journal knows, after it has ended."""
        spool = Spool(self.config(upstream_port))
        try:
            return spool.rows(*STATES)
        finally:
            spool.close()

    def files(self, folder: str) -> list[Path]:
        """Segments in a part of the spool."""
        return sorted(path for path in (self.spool / folder).rglob("*.seg"))


def command(*words: str) -> list[str]:
    """The shipped command line."""
    return [sys.executable, "-c", "from tools.cli import main; main()", "dock", *words]
