# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Goodput of the link beside `cat` and ZMODEM (lrzsz) on the same cable: BUDGETS 'Link'.

Ours is all of it: HELLO, handshake, status and listing; the firmware's session with mutual TLS
under MicroPython, from a card image through the real store; the dock's session and its spool. It
ends when the last segment is durable there, verification of those before it included. A peer
ends when it has the last byte; nothing of its is synced.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dock import trust
from dock.bay import Bay
from dock.config import load
from dock.errors import UpstreamError
from dock.journal import Row
from dock.keeper import Keeper
from dock.spool import Spool
from dock.station import Station
from sim import interpreter
from sim.usb import FULL_SPEED_BYTES_S
from tools.bench.verify import written_segments
from tools.provision import folders
from tools.provision.certificates import CLIENT
from tools.provision.force import Force, found

_ROOT = Path(__file__).parents[2]
_SCRIPT = _ROOT / "tests" / "device" / "link" / "on_card.py"
_RUNS = 5
_LIMITED_SEGMENTS, _FREE_SEGMENTS = 3, 8
_MIB = 1 << 20


@dataclass(frozen=True)
class Result:
    """One transfer."""

    bytes_s: float
    sender_s_mib: float
    receiver_s_mib: float


def measure() -> list[dict[str, Any]]:
    """Rows at full-speed USB's rate, without a limit, and of CPU time."""
    with tempfile.TemporaryDirectory() as folder:
        bench = _Bench(Path(folder))
        limited = bench.compare(_LIMITED_SEGMENTS, FULL_SPEED_BYTES_S)
        free = bench.compare(_FREE_SEGMENTS, 0)
    return [*_limited_rows(limited), *_free_rows(free)]


Results = dict[str, list[Result]]


def _limited_rows(results: Results) -> Iterator[dict[str, Any]]:
    ours, cat, zmodem = (_median(results[name], "bytes_s") for name in ("ours", "cat", "sz"))
    how = (
        f"{_size(_LIMITED_SEGMENTS)}, mutual TLS, card image to durable spool; "
        f"median of {_RUNS}; cat {cat / 1e6:.4f}, ZMODEM {zmodem / 1e6:.4f} MB/s"
    )
    limit = float(FULL_SPEED_BYTES_S)
    of_limit = "link at full-speed USB, of the limit"
    yield _row(of_limit, "MB/s", ours / 1e6, limit / 1e6, "≥ 0.985", 0.985, how)
    yield _row("link beside ZMODEM", "MB/s", ours / 1e6, zmodem / 1e6, "≥ 1.01", 1.01, how)


def _free_rows(results: Results) -> Iterator[dict[str, Any]]:
    ours, cat, zmodem = (_median(results[name], "bytes_s") for name in ("ours", "cat", "sz"))
    how = f"{_size(_FREE_SEGMENTS)}, no limit, as above; cat {cat / 1e6:.1f} MB/s"
    yield _row("link without a limit", "MB/s", ours / 1e6, zmodem / 1e6, "≥ ZMODEM", 1.0, how)
    sender = _median(results["ours"], "sender_s_mib")
    receiver = _median(results["ours"], "receiver_s_mib")
    peer = _median(results["sz"], "sender_s_mib")
    peer_receiver = _median(results["cat"], "receiver_s_mib")
    yield {
        **_row("link, sender's CPU", "s/MiB", sender, peer, "≤ 0.02", 0, "beside sz"),
        "met": sender <= 0.02,
    }
    yield {
        **_row(
            "link, receiver's CPU", "s/MiB", receiver, peer_receiver, "≤ 2 × cat", 0, "lone bay"
        ),
        "met": receiver <= 2 * peer_receiver,
    }


def _row(
    name: str, unit: str, ours: float, against: float, goal: str, least: float, how: str
) -> dict[str, Any]:
    ratio = ours / against
    return {
        "name": name,
        "unit": unit,
        "ours": round(ours, 5),
        "against": round(against, 5),
        "ratio": round(ratio, 4),
        "goal": goal,
        "met": ratio >= least,
        "how": how,
    }


def _median(results: list[Result], name: str) -> float:
    figures: list[float] = [getattr(result, name) for result in results]
    return statistics.median(figures)


def _size(count: int) -> str:
    return f"{count} segments of 6.8 MB"


class _Bench:
    """A force, a camera's footage, and the peers' file of the same bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._force: Force = found("bench", ("localhost",), datetime.now(UTC))
        folders.write_dock(folder / "dock", self._force, 9, folder / "usb")
        source = random.Random(1)  # noqa: S311 - test data, the same in each run
        self._key = Ed25519PrivateKey.from_private_bytes(source.randbytes(32))
        self._recording = source.randbytes(16)
        self._files = []
        made = written_segments(source, self._key, self._recording)
        for number, data in enumerate(islice(made, _FREE_SEGMENTS)):
            path = folder / f"{number}.seg"
            path.write_bytes(data)
            self._files.append(path)

    def compare(self, count: int, rate: int) -> Results:
        """All three in turn, several times, so that a busy moment burdens each."""
        whole = self._folder / "whole"
        with whole.open("wb") as file:
            for path in self._files[:count]:
                file.write(path.read_bytes())
        results: Results = {"ours": [], "cat": [], "sz": []}
        for _ in range(_RUNS):
            results["ours"].append(self._ours(count, rate))
            results["cat"].append(self._peer(["cat", str(whole)], rate, whole))
            results["sz"].append(self._peer(["sz", "-8", "-b", "-q", str(whole)], rate, whole))
        return results

    def _ours(self, count: int, rate: int) -> Result:
        size = sum(path.stat().st_size for path in self._files[:count])
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            given = self._card(Path(folder), self._files[:count])
            binary = interpreter.find(64).path
            command = [str(binary), "-X", "heapsize=16m", str(_SCRIPT), str(given)]
            with Wire(self._folder / "usb", rate, ["--nonblocking", *command]) as wire:
                seconds, receiver_s = asyncio.run(self._pull(Path(folder), count))
        return Result(size / seconds, wire.sender_s * _MIB / size, receiver_s * _MIB / size)

    def _card(self, folder: Path, files: list[Path]) -> Path:
        pair = self._force.camera.issue("0123456789abcdef", CLIENT)
        public = self._key.public_key().public_bytes_raw()
        given = {
            "force": "bench",
            "camera": "camera-1",
            "epoch": 1,
            "seed": self._key.private_bytes_raw().hex(),
            "certificate": self._force.certify("camera-1", 1, public).hex(),
            "service_public": self._force.service.public_key().public_bytes_raw().hex(),
            "tls_cert": pair.certificate_der.hex(),
            "tls_key": pair.key_der.hex(),
            "dock_ca": self._force.dock.pair.certificate_der.hex(),
            "events": str(folder / "events"),
            "card": str(folder / "card.img"),
            "pages": 256 * (len(files) + 1),
            "recording": self._recording.hex(),
            "files": [str(path) for path in files],
        }
        path = folder / "card.json"
        path.write_text(json.dumps(given))
        return path

    async def _pull(self, folder: Path, count: int) -> tuple[float, float]:
        """Seconds, and CPU seconds of this process, until `count` segments are durable."""
        flags: dict[str, object] = {"spool": folder / "spool", "backoff_least_ms": 600_000}
        config = load(self._folder / "dock" / "dock.toml", flags, {})
        keeper = Keeper(Spool(config))
        station = Station(config, trust.load(config), keeper)
        durable = asyncio.Event()
        whole: list[Row] = []

        def hear(row: Row) -> None:
            whole.append(row)
            station.verifier.add(row)
            if len(whole) == count:
                durable.set()

        station.whole = hear  # type: ignore[method-assign]
        with suppress(UpstreamError):
            await station.courier.health()  # loads the client; nothing answers
        bay = Bay(station, str(self._folder / "usb"))
        begin_s, cpu_s = time.perf_counter(), time.process_time()
        tasks = [asyncio.create_task(work) for work in (bay.run(), station.verifier.run())]
        await durable.wait()
        taken = time.perf_counter() - begin_s, time.process_time() - cpu_s
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await station.courier.close()
        await keeper.close()
        return taken

    def _peer(self, command: list[str], rate: int, whole: Path) -> Result:
        size = whole.stat().st_size
        receive = ["head", "-c", str(size)] if command[0] == "cat" else ["rz", "-b", "-y", "-q"]
        with (
            tempfile.TemporaryDirectory(dir=self._folder) as folder,
            Wire(self._folder / "usb", rate, command) as wire,
            (self._folder / "usb").open("rb+", buffering=0) as port,
            Path(folder, "received").open("wb") as received,
        ):
            begin_s = time.perf_counter()
            receiver = subprocess.Popen(
                receive,
                stdin=port,
                stdout=port if receive[0] == "rz" else received,
                stderr=subprocess.DEVNULL,
                cwd=folder,
            )
            _, status, used = os.wait4(receiver.pid, 0)
            seconds = time.perf_counter() - begin_s
            receiver.returncode = os.waitstatus_to_exitcode(status)
            whole_came = receive[0] == "head" or Path(folder, whole.name).stat().st_size == size
        if receiver.returncode or not whole_came:
            raise RuntimeError(f"{receive[0]} did not get the whole file")
        receiver_s = used.ru_utime + used.ru_stime
        return Result(size / seconds, wire.sender_s * _MIB / size, receiver_s * _MIB / size)


class Wire:
    """A program at the end of a cable, both in processes of their own (`tools.bench.wire`)."""

    def __init__(self, link: Path, rate: int, command: list[str]) -> None:
        environment = {**os.environ, "MICROPYPATH": f"{_ROOT / 'firmware'}:.frozen"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tools.bench.wire", str(link), str(rate), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=_ROOT,
        )
        self.sender_s = 0.0

    def __enter__(self) -> Self:
        if self._process.stdout is None or self._process.stdout.readline() != "plugged\n":
            raise RuntimeError("the cable could not be plugged in")
        return self

    def __exit__(self, *_: object) -> None:
        said, _errors = self._process.communicate()
        self.sender_s = float(said.split()[0])
