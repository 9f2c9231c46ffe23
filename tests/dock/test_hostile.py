# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Devices that are no cameras: each is bounded, named and rested from, and the others go on."""

from __future__ import annotations

import asyncio
import fcntl
import os
import random
import tty
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dock.errors import LinkError
from tests.dock import bays
from tests.dock.stage import Card, Site, plugged
from tests.upstream.stage import Running

NewCard = Callable[..., Card]
Device = Callable[[int, random.Random], Coroutine[Any, Any, None]]
QUICK = {"silence_ms": 300, "handshake_ms": 500, "hello_ms": 100}


@contextmanager
def terminal(port: Path) -> Iterator[int]:
    """A port; its other end."""
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    port.symlink_to(os.ttyname(slave))
    try:
        yield master
    finally:
        port.unlink()
        os.close(slave)
        os.close(master)


class Wire:
    """The device's end on the event loop."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    async def read(self) -> bytes:
        """What the dock says next."""
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        while True:
            ready.clear()
            loop.add_reader(self._fd, ready.set)
            try:
                await ready.wait()
                return os.read(self._fd, 4096)
            except BlockingIOError:
                continue
            finally:
                loop.remove_reader(self._fd)

    async def write(self, data: bytes) -> None:
        """All of it, as fast as it goes."""
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        while data:
            ready.clear()
            loop.add_writer(self._fd, ready.set)
            try:
                await ready.wait()
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                continue
            finally:
                loop.remove_writer(self._fd)

    async def answer_ready(self) -> None:
        """As a camera does, up to START."""
        held = b""
        while b"START" not in held:
            held = (held + await self.read())[-4096:]
            line = held.rsplit(b"\n", 2)[-2] if held.count(b"\n") else b""
            if b"HELLO" in line:
                await self.write(line.replace(b"HELLO", b"READY") + b"\n")
                held = b""


async def garbage(fd: int, rng: random.Random) -> None:
    while True:
        await Wire(fd).write(rng.randbytes(4096))


async def lines(fd: int, rng: random.Random) -> None:
    while True:
        await Wire(fd).write(b"CANDOUR1 READY 0000000000000000\n" * 100)


async def one_endless_line(fd: int, rng: random.Random) -> None:
    while True:
        await Wire(fd).write(b"CANDOUR1 READY " + b"0" * 4096)


async def echo(fd: int, rng: random.Random) -> None:
    wire = Wire(fd)
    while True:
        await wire.write(await wire.read() * 64)


async def silent_behind_start(fd: int, rng: random.Random) -> None:
    while True:
        await Wire(fd).answer_ready()


async def garbage_behind_start(fd: int, rng: random.Random) -> None:
    wire = Wire(fd)
    while True:
        await wire.answer_ready()
        await wire.write(rng.randbytes(20_000))


async def huge_record(fd: int, rng: random.Random) -> None:
    wire = Wire(fd)
    while True:
        await wire.answer_ready()
        await wire.write(b"\x16\x03\x03\xff\xff" + bytes(70_000))


async def trickle(fd: int, rng: random.Random) -> None:
    wire = Wire(fd)
    while True:
        await wire.answer_ready()
        # The head of a handshake record, a byte for each thing the dock says.
        for byte in b"\x16\x03\x03\x40\x00\x01\x00\x3f\xfc":
            await wire.write(bytes([byte]))
            await asyncio.sleep(0)


async def empty(fd: int, rng: random.Random) -> None:
    wire = Wire(fd)
    while True:
        said = await wire.read()
        await wire.write(said.replace(b"HELLO", b"EMPTY"))


CASES: list[tuple[Device, set[str]]] = [
    (garbage, {"not-a-camera"}),
    (lines, {"not-a-camera"}),
    (one_endless_line, {"not-a-camera"}),
    (echo, {"not-a-camera"}),
    (silent_behind_start, {"silent"}),
    (garbage_behind_start, {"tls-refused"}),
    (huge_record, {"tls-refused"}),
    (trickle, {"silent"}),
    (empty, {"not-provisioned"}),
]


@pytest.mark.parametrize(("device", "codes"), CASES, ids=[case[0].__name__ for case in CASES])
def test_a_hostile_device_is_named_while_a_camera_is_served(
    micropython: Path,
    server: Running,
    site: Site,
    new_card: NewCard,
    rng: random.Random,
    device: Device,
    codes: set[str],
) -> None:
    card = new_card(1)
    hostile = site.port.with_name("hostile")
    ports = (str(hostile), str(site.port))

    async def whole(fd: int) -> None:
        task = asyncio.create_task(device(fd, rng))
        config = site.config(server.port, ports=ports, **QUICK)
        try:
            async with bays.running(config) as made:
                assert await made.fault(0) in codes
                await made.until(lambda: made.state(1).doing == "done")
                assert await made.fault(0) in codes  # again: it was rested from
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    with terminal(hostile) as fd, plugged(micropython, card, site.port, {}):
        asyncio.run(whole(fd))
    assert card.released == card.held


def test_a_silent_device_is_waited_for_while_a_camera_is_served(
    micropython: Path, server: Running, site: Site, new_card: NewCard
) -> None:
    card = new_card(1)
    hostile = site.port.with_name("hostile")
    ports = (str(hostile), str(site.port))

    async def whole() -> None:
        async with bays.running(site.config(server.port, ports=ports, **QUICK)) as made:
            await made.until(lambda: made.state(1).doing == "done")
            assert made.state(0).doing == "looking"
            assert made.state(0).fault is None

    with terminal(hostile), plugged(micropython, card, site.port, {}):
        asyncio.run(whole())
    assert card.released == card.held


def test_a_port_that_another_holds_is_named(server: Running, site: Site) -> None:
    async def whole(slave: str) -> str:
        with open(slave, "rb+", buffering=0) as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            async with bays.running(site.config(server.port)) as made:
                return await made.fault()

    with terminal(site.port):
        assert asyncio.run(whole(os.path.realpath(site.port))) == "port-busy"


def test_every_link_error_has_a_next_step() -> None:
    tree = [LinkError]
    for each in tree:
        tree += each.__subclasses__()
        assert each.next_step
        assert each.code
        assert each.__doc__
