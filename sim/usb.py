# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""USB serial as a pty: a cable between a camera's end of a socket and a port on this machine.

While it is plugged in, a symlink names the port; pulled out, the port hangs up and what was on
its way is lost, as with a real cable. The cable can have a rate (each direction its own) and can
be cut behind a given byte of what the camera sends. Nothing else is ever lost or changed.
docs/simulator.md §6.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import time
import tty
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from sim.pacer import FRAME_S, FULL_SPEED_BYTES_S, Pacer

__all__ = ["FULL_SPEED_BYTES_S", "Cable", "Carried"]

_CHUNK_BYTES = 65536


@dataclass
class Carried:
    """Bytes that went over since the cable was made, and cuts."""

    to_dock: int = 0
    to_camera: int = 0
    cuts: int = 0


class _Lane:
    """One direction: what was read and not yet written, and its pace."""

    def __init__(self, rate_bytes_s: float | None, frame_s: float) -> None:
        now_s = time.monotonic()
        self.pacer = Pacer(rate_bytes_s, now_s, frame_s) if rate_bytes_s else None
        self.rest: memoryview = memoryview(b"")
        self.source_dry = False

    def allowance(self, now_s: float) -> int:
        """How much may be read now; nothing while the last is not delivered."""
        if self.rest:
            return 0
        if self.pacer is None:
            return _CHUNK_BYTES
        allowed = self.pacer.allowance(now_s)
        whole_frame = allowed + 1 > self.pacer.frame_bytes
        return min(allowed, _CHUNK_BYTES) if whole_frame else 0

    def took(self, count: int, allowed: int) -> None:
        """`count` of the `allowed` bytes were read."""
        if self.pacer is not None:
            self.pacer.passed(count, more=count == allowed)


class Cable:
    """Carries bytes between `device`, the camera's socket, and a pty that `link` names."""

    def __init__(
        self,
        device: socket.socket,
        link: Path,
        *,
        rate_bytes_s: float | None = None,
        cut_after_bytes: int | None = None,
        on_cut: Callable[[], None] | None = None,
        frame_s: float = FRAME_S,
    ) -> None:
        self.carried = Carried()
        self._device = device
        self._device.setblocking(False)
        self._link = link
        self._left = cut_after_bytes
        self._on_cut = on_cut
        self._up = _Lane(rate_bytes_s, frame_s)  # camera to dock
        self._down = _Lane(rate_bytes_s, frame_s)
        self._master = self._slave = -1
        self._device_open = True
        self._orders: list[tuple[str, Future[None]]] = []
        self._bell, self._ear = socket.socketpair()
        self._ear.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="usb", daemon=True)
        self._thread.start()

    @property
    def plugged(self) -> bool:
        """Whether the port exists."""
        return self._master >= 0

    def plug(self) -> None:
        """Make the port and its symlink; returns when a dock could open it."""
        self._order("plug")

    def unplug(self) -> None:
        """Hang the port up; what is on its way is lost."""
        self._order("unplug")

    def close(self) -> None:
        """Unplug, and let go of the camera's end."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):
                self._order("close")
            self._thread.join()

    def _order(self, what: str) -> None:
        done: Future[None] = Future()
        self._orders.append((what, done))
        try:
            self._bell.send(b"!")
        except OSError as error:
            raise RuntimeError("the cable is closed") from error
        done.result(timeout=10)

    def _run(self) -> None:
        try:
            while self._turn():
                pass
        finally:
            self._pull_out()
            self._device.close()
            self._bell.close()
            self._ear.close()
            for _, done in self._orders:
                done.set_exception(RuntimeError("the cable is closed"))

    def _turn(self) -> bool:
        """Wait for something to do, and do it; False to end."""
        now_s = time.monotonic()
        up, down = self._up.allowance(now_s), self._down.allowance(now_s)
        reads: list[int] = [self._ear.fileno()]
        writes: list[int] = []
        device = self._device.fileno()
        if self._device_open and (up or not self.plugged):
            reads.append(device)
        if self._up.rest:
            writes.append(self._master)
        if self.plugged and down:
            reads.append(self._master)
        if self._down.rest and self._device_open:
            writes.append(device)
        ready, writable, _ = select.select(reads, writes, [], self._wait_s(up, down))
        if self._ear.fileno() in ready and not self._obey():
            return False
        self._carry(ready, writable, device, up, down)
        return True

    def _wait_s(self, up: int, down: int) -> float | None:
        """Until a lane that has no credit gets some; for ever where none waits for that."""
        waits = [
            lane.pacer.wait_s()
            for lane, allowed in ((self._up, up), (self._down, down))
            if lane.pacer is not None and not allowed and not lane.rest and self.plugged
        ]
        return min(waits) if waits else None

    def _carry(
        self, ready: list[int], writable: list[int], device: int, up: int, down: int
    ) -> None:
        if not self.plugged:
            if device in ready:
                self._read_device(_CHUNK_BYTES)  # a port without a cable: gone
            return
        if device in ready and up:
            self._up.rest = memoryview(self._read_device(up))
            self._up.took(len(self._up.rest), up)
        if self._up.rest and (device in ready or self._master in writable):
            self._to_dock()
        if not self.plugged:
            return
        if self._master in ready and down:
            self._down.rest = memoryview(self._read_master(down))
            self._down.took(len(self._down.rest), down)
        if self._down.rest and (self._master in ready or device in writable):
            self._to_camera()

    def _read_device(self, limit: int) -> bytes:
        try:
            some = self._device.recv(limit)
        except BlockingIOError:
            return b""
        except ConnectionError:
            some = b""
        self._device_open = bool(some)
        return some

    def _read_master(self, limit: int) -> bytes:
        try:
            return os.read(self._master, limit)
        except BlockingIOError:
            return b""

    def _to_dock(self) -> None:
        """As much of what waits as the port takes."""
        while self._up.rest:
            rest = self._up.rest if self._left is None else self._up.rest[: self._left]
            try:
                sent = os.write(self._master, rest)
            except BlockingIOError:
                return
            self.carried.to_dock += sent
            self._up.rest = self._up.rest[sent:]
            if self._left is not None:
                self._left -= sent
                if self._left == 0:
                    self._cut()

    def _to_camera(self) -> None:
        try:
            sent = self._device.send(self._down.rest)
        except BlockingIOError:
            return
        except ConnectionError:
            self._device_open, sent = False, len(self._down.rest)
        self.carried.to_camera += sent
        self._down.rest = self._down.rest[sent:]

    def _cut(self) -> None:
        self._left = None
        self.carried.cuts += 1
        self._pull_out()
        if self._on_cut:
            self._on_cut()

    def _obey(self) -> bool:
        with contextlib.suppress(BlockingIOError):
            self._ear.recv(64)
        while self._orders:
            what, done = self._orders.pop(0)
            if what == "plug" and not self.plugged:
                self._plug_in()
            elif what != "plug":
                self._pull_out()
            done.set_result(None)
            if what == "close":
                return False
        return True

    def _plug_in(self) -> None:
        self._drop_waiting()
        self._master, self._slave = os.openpty()
        os.set_blocking(self._master, False)
        tty.setraw(self._slave)  # kept open here, so that a dock may come and go
        fresh = self._link.with_name(self._link.name + ".new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._slave))
        fresh.rename(self._link)

    def _drop_waiting(self) -> None:
        """What the camera said into an empty socket is gone before a port is there."""
        while self._device_open and select.select([self._device], [], [], 0)[0]:
            self._read_device(_CHUNK_BYTES)

    def _pull_out(self) -> None:
        if not self.plugged:
            return
        self._link.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1
        self._up.rest = self._down.rest = memoryview(b"")

    def __enter__(self) -> Cable:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
