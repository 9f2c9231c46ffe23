# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A room that runs the small firmware of this folder, and a line to it over its USB port."""

from __future__ import annotations

import json
import os
import select
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sim.process import Build
from sim.room import Room
from sim.state import RoomConfig

FIRMWARE = Path(__file__).parent / "firmware"
ANSWER_S = 20.0


class Port:
    """The host's end of the USB port: asks the small firmware, one line at a time."""

    def __init__(self, path: Path) -> None:
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)

    def ask(self, expression: str) -> Any:
        """What the expression gives in the firmware."""
        self.send(expression.encode() + b"\n")
        line = b""
        while not line.endswith(b"\n"):
            line += self.receive(4096)
        return json.loads(line)

    def send(self, some: bytes) -> None:
        """All of it."""
        while some:
            some = some[os.write(self.fd, some) :]

    def receive(self, limit: int) -> bytes:
        """Some bytes; TimeoutError where none come, OSError where the port hung up."""
        if not select.select([self.fd], [], [], ANSWER_S)[0]:
            raise TimeoutError("the camera does not answer")
        return os.read(self.fd, limit)

    def close(self) -> None:
        """Leave the port."""
        os.close(self.fd)


class Bench:
    """Makes rooms and ports, and clears them away."""

    def __init__(self, folder: Path, held: ExitStack) -> None:
        self.folder = folder
        self._held = held

    def room(self, **config: Any) -> Room:
        """A running room with the small firmware, docked unless said otherwise."""
        whole: dict[str, Any] = {"docked": True, "build": Build(firmware=FIRMWARE)} | config
        return self._held.enter_context(Room(RoomConfig(self.folder, **whole)))

    def port(self, room: Room) -> Port:
        """The port of a room, as soon as it is there."""
        room.wait_for(lambda s: s.usb is not None, what="a port")
        port = Port(room.usb)
        self._held.callback(port.close)
        return port


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A place for rooms."""
    with ExitStack() as held:
        yield Bench(tmp_path / "camera", held)


@pytest.fixture
def camera(bench: Bench) -> Callable[[str], Any]:
    """A docked camera to ask."""
    return bench.port(bench.room()).ask
