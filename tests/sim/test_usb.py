# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The cable: nothing lost or changed while it is plugged in, a hang-up when it is not."""

from __future__ import annotations

import os
import random
import select
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.usb import Cable


@pytest.fixture
def ends(tmp_path: Path) -> Iterator[tuple[socket.socket, socket.socket, Path]]:
    """The camera's end, the room's end of its wire, and where the port is named."""
    camera, room = socket.socketpair()
    camera.settimeout(20)
    yield camera, room, tmp_path / "usb"
    camera.close()


def _open(link: Path) -> int:
    return os.open(link, os.O_RDWR | os.O_NOCTTY)


def _read(fd: int, count: int) -> bytes:
    got = b""
    while len(got) < count:
        assert select.select([fd], [], [], 20)[0], f"{len(got)} of {count} bytes came"
        got += os.read(fd, count - len(got))
    return got


@pytest.mark.parametrize("rate", [None, 4_000_000])
def test_nothing_is_lost_or_changed_in_either_direction(
    ends: tuple[socket.socket, socket.socket, Path], rng: random.Random, rate: float | None
) -> None:
    camera, room, link = ends
    up, down = rng.randbytes(700_000), rng.randbytes(200_000)
    with Cable(room, link, rate_bytes_s=rate) as cable:
        cable.plug()
        fd = _open(link)

        def camera_talks() -> None:
            rest = up
            while rest:
                rest = rest[camera.send(rest[: rng.randrange(1, 9000)]) :]

        heard: list[bytes] = []

        def camera_listens() -> None:
            got = b""
            while len(got) < len(down):
                got += camera.recv(rng.randrange(1, 5000))
            heard.append(got)

        def dock_talks() -> None:
            rest = down
            while rest:
                rest = rest[os.write(fd, rest[:3000]) :]

        threads = [
            threading.Thread(target=talk) for talk in (camera_talks, camera_listens, dock_talks)
        ]
        for thread in threads:
            thread.start()
        assert _read(fd, len(up)) == up
        for thread in threads:
            thread.join(20)
        assert heard == [down]
        assert (cable.carried.to_dock, cable.carried.to_camera) == (len(up), len(down))
        os.close(fd)


def test_every_byte_goes_through_as_it_is(
    ends: tuple[socket.socket, socket.socket, Path],
) -> None:
    camera, room, link = ends
    every = bytes(range(256)) * 2
    with Cable(room, link) as cable:
        cable.plug()
        fd = _open(link)
        camera.sendall(every)
        assert _read(fd, 512) == every
        os.write(fd, every)
        got = b""
        while len(got) < 512:
            got += camera.recv(512)
        assert got == every
        os.close(fd)


def test_pulled_out_it_hangs_up_and_the_name_is_gone(
    ends: tuple[socket.socket, socket.socket, Path],
) -> None:
    camera, room, link = ends
    with Cable(room, link) as cable:
        cable.plug()
        fd = _open(link)
        cable.unplug()
        assert not os.path.lexists(link)
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        assert poll.poll(20_000)[0][1] & select.POLLHUP
        camera.sendall(b"into the air")
        cable.plug()
        again = _open(link)
        camera.sendall(b"here")
        assert _read(again, 4) == b"here"
        os.close(fd)
        os.close(again)


def test_a_dock_may_leave_and_come_back(
    ends: tuple[socket.socket, socket.socket, Path],
) -> None:
    camera, room, link = ends
    with Cable(room, link) as cable:
        cable.plug()
        for word in (b"one", b"two"):
            fd = _open(link)
            camera.sendall(word)
            assert _read(fd, 3) == word
            os.close(fd)


def test_it_is_cut_behind_the_byte_that_was_named(
    ends: tuple[socket.socket, socket.socket, Path],
) -> None:
    camera, room, link = ends
    cut = threading.Event()
    with Cable(room, link, cut_after_bytes=1000, on_cut=cut.set) as cable:
        cable.plug()
        fd = _open(link)
        camera.sendall(b"x" * 999)
        assert _read(fd, 999) == b"x" * 999
        assert not cut.is_set()
        camera.sendall(b"yz")
        assert cut.wait(20)
        assert (cable.carried.to_dock, cable.carried.cuts) == (1000, 1)
        assert not os.path.lexists(link)
        cable.plug()  # put in again, it holds
        again = _open(link)
        camera.sendall(b"x" * 2000)
        assert len(_read(again, 2000)) == 2000
        os.close(fd)
        os.close(again)


def test_a_camera_that_goes_away_ends_nothing_else(
    ends: tuple[socket.socket, socket.socket, Path],
) -> None:
    camera, room, link = ends
    with Cable(room, link) as cable:
        cable.plug()
        fd = _open(link)
        camera.sendall(b"last words")
        camera.close()
        assert _read(fd, 10) == b"last words"
        os.write(fd, b"nobody hears this")
        cable.unplug()
        os.close(fd)


def test_closing_twice_and_plugging_a_closed_cable(
    ends: tuple[socket.socket, socket.socket, Path],
) -> None:
    _, room, link = ends
    cable = Cable(room, link)
    cable.close()
    cable.close()
    with pytest.raises(RuntimeError, match="closed"):
        cable.plug()
