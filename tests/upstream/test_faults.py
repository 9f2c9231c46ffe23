# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A fault at every storage operation: nothing is acknowledged that a power cut could take away.

The parts of the real server run in this process, over a disk that fails, or loses what was not
synced, at the chosen operation. Afterwards a new server over the same folder takes it all in.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from evidence import cbor
from tests.counting import each
from tests.evidence.writer import Camera, Writer
from tests.upstream.stage import Stage, signed_status, tickets_of, writer
from upstream import catalogue
from upstream.clock import Clock
from upstream.database import Database
from upstream.errors import FullError, UnavailableError
from upstream.log import Log
from upstream.objects import RealDisk
from upstream.server import Server, open_server


class PowerCut(BaseException):
    """The machine is off: nothing handles this."""


@dataclass(frozen=True)
class Fault:
    """At the `at`-th operation: an error number, or a power cut (0)."""

    at: int
    number: int
    done: bool = False


class FaultyDisk(RealDisk):
    """Fails at one operation; a power cut takes back what was not synced."""

    def __init__(self, fault: Fault | None) -> None:
        self.fault = fault
        self.operations = 0
        self._unsynced: list[tuple[Path, Path]] = []

    def write(self, path: Path, data: bytes | memoryview) -> None:
        with self._operation():
            super().write(path, data[: len(data) // 2] if self._fails() else data)

    def rename(self, source: Path, target: Path) -> None:
        with self._operation():
            super().rename(source, target)
            self._unsynced.append((source, target))

    def sync_folder(self, folder: Path) -> None:
        with self._operation():
            super().sync_folder(folder)
            if not self._fails():
                self._unsynced.clear()

    def make_folder(self, folder: Path) -> None:
        with self._operation():
            super().make_folder(folder)

    def free_bytes(self, folder: Path) -> int:
        with self._operation():
            return super().free_bytes(folder)

    def _fails(self) -> bool:
        return self.fault is not None and self.operations == self.fault.at

    @contextmanager
    def _operation(self) -> Iterator[None]:
        self.operations += 1
        if self._fails() and self.fault is not None and not self.fault.done:
            self._raise()
        yield
        if self._fails():
            self._raise()

    def _raise(self) -> None:
        assert self.fault is not None
        if self.fault.number:
            raise OSError(self.fault.number, "injected")
        for source, target in reversed(self._unsynced):
            target.rename(source)
        raise PowerCut


class Case:
    """One server folder and two recordings' worth of footage for it."""

    def __init__(self, stage: Stage, segments: int = 2) -> None:
        self.stage = stage
        self.camera = Camera()
        certificate = stage.enlist(self.camera)
        server = open_server(stage.settings())
        body = cbor.encode([signed_status(self.camera), certificate])
        order = tickets_of(server.orders.answer(body), stage)
        server.close()
        assert order is not None
        self.made: Writer = writer(self.camera, order.tickets[0])
        self.segments = self.made.segments(segments, groups=1, frames=1)

    def take(self, server: Server, number: int) -> bytes:
        """Bring a segment."""
        data = memoryview(self.segments[number])
        return server.ingest.take("camera-1/1", self.made.recording_id, number, data)

    def check_whole(self, given: dict[int, bytes]) -> None:
        """A new server has what was acknowledged, takes the rest, and its log stands."""
        server = open_server(self.stage.settings())
        for number, receipt in given.items():
            with server.database.transaction() as connection:
                stored = catalogue.get_segment(connection, self.made.recording_id, number)
            assert stored is not None
            path = self.stage.data / "objects" / stored.object
            assert path.read_bytes() == self.segments[number]
            assert stored.receipt == receipt
        for number in range(2):
            receipt = self.take(server, number)
            assert given.get(number, receipt) == receipt
        with server.database.transaction() as connection:
            assert Log(Clock(60)).check(connection) == 2
            query = select(catalogue.recordings.c.ended)
            assert connection.execute(query).scalars().all() == [True]
        assert not list(self.stage.data.rglob("*.part"))
        server.close()


def test_a_fault_at_every_disk_operation(tmp_path: Path) -> None:
    force = Stage(tmp_path / "first").force
    counting = Case(Stage(tmp_path / "count", force))
    disk = FaultyDisk(None)
    server = open_server(counting.stage.settings(), disk=disk)
    before = disk.operations
    for number in range(2):
        counting.take(server, number)
    server.close()

    def check(fault: Fault) -> None:
        name = f"{fault.at}-{fault.number}-{fault.done}"
        case = Case(Stage(tmp_path / name, force))
        given: dict[int, bytes] = {}
        server = open_server(case.stage.settings(), disk=FaultyDisk(fault))
        expected = {0: PowerCut, errno.ENOSPC: FullError, errno.EIO: UnavailableError}
        with pytest.raises(expected[fault.number]):  # noqa: PT012 - both are one delivery
            for number in range(2):
                given[number] = case.take(server, number)
        server.close()
        case.check_whole(given)

    each(
        "upstream: a fault at every disk operation",
        [
            Fault(at, number, done)
            for at in range(before + 1, disk.operations + 1)
            for number in (0, errno.ENOSPC, errno.EIO)
            for done in (False, True)
        ],
        check,
    )


class CutDatabase:
    """A database whose machine loses power before or after its `at`-th commit."""

    def __init__(self, database: Database, at: int, after: bool) -> None:
        self._database = database
        self._left = at
        self._after = after

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with self._database.transaction() as connection:
            yield connection
            self._left -= 1
            if self._left == 0 and not self._after:
                raise PowerCut
        if self._left == 0:
            raise PowerCut


def test_a_power_cut_around_every_commit(tmp_path: Path) -> None:
    force = Stage(tmp_path / "first").force

    def check(cut: tuple[int, bool]) -> None:
        case = Case(Stage(tmp_path / f"{cut[0]}-{cut[1]}", force))
        server = open_server(case.stage.settings())
        server.ingest._database = CutDatabase(server.database, *cut)  # type: ignore[assignment]
        given: dict[int, bytes] = {}
        with pytest.raises(PowerCut):  # noqa: PT012 - both are one delivery
            for number in range(2):
                given[number] = case.take(server, number)
        server.close()
        case.check_whole(given)

    # Three transactions a segment: what is known, the decision, the registration.
    each(
        "upstream: a power cut around every commit",
        [(at, after) for at in range(1, 7) for after in (False, True)],
        check,
    )
