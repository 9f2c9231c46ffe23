# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Runs a dock: composes the station and its bays, and ends them in order.

`run` returns an exit code: 0 stopped, or drained; 1 drained but for evidence that was refused;
3 not drained in time.
"""

import asyncio
import glob
import logging
import os
import signal
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from dock import trust
from dock.bay import Bay
from dock.config import Config
from dock.errors import ConfigError
from dock.keeper import Keeper
from dock.spool import Spool
from dock.state import BayState, Visit
from dock.station import Station

_LOG = logging.getLogger("candour.dock")
_BAYS = 64
_DONE, _REFUSED, _LATE = 0, 1, 3


def run(config: Config, once: bool = False, within_s: float | None = None) -> int:
    """Serve until a signal; with `once`, until a camera was drained. Raises DockError."""
    if not config.ports:
        raise ConfigError("`ports` names no port.")
    if urlsplit(config.upstream_url).port == 0:
        raise ConfigError("`upstream_url` has port 0: give the one that upstream listens on.")
    believed = trust.load(config)
    return asyncio.run(_serve(config, believed, once, within_s))


async def _serve(config: Config, believed: trust.Trust, once: bool, within_s: float | None) -> int:
    stop: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    keeper = Keeper(Spool(config))
    try:
        station = Station(config, believed, keeper)
        if once:
            station.visitors.append(lambda bay, visit: _drained(stop, bay, visit))
        _heed_signals(stop)
        tasks = [
            asyncio.create_task(work)
            for work in (
                station.verifier.run(),
                station.forwarder.run(),
                station.greet_upstream(),
                station.state_file.run(),
                _keep_bays(station),
            )
        ]
        try:
            return await _until(stop, tasks, within_s)
        finally:
            await _end(tasks)
            await station.courier.close()
            for bay in station.state.bays:
                bay.doing = "stopped"
            await station.state_file.write()
    finally:
        await keeper.close()


async def _until(
    stop: "asyncio.Future[int]", tasks: "list[asyncio.Task[None]]", within_s: float | None
) -> int:
    """The exit code, or what ended one of the tasks, which should not end."""
    ends: set[asyncio.Future[Any]] = {stop, *tasks}
    done, _ = await asyncio.wait(ends, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        if task in done:
            task.result()
    return stop.result() if stop.done() else _LATE


async def _end(tasks: "list[asyncio.Task[None]]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _drained(stop: "asyncio.Future[int]", bay: BayState, visit: Visit) -> None:
    if visit.settled and not stop.done():
        _LOG.info("%s: drained, %d segments refused", bay.port, visit.stuck)
        stop.set_result(_REFUSED if visit.stuck else _DONE)


def _heed_signals(stop: "asyncio.Future[int]") -> None:
    def end() -> None:
        if not stop.done():
            stop.set_result(_DONE)

    for number in (signal.SIGTERM, signal.SIGINT):
        # Where it runs in a thread there are no signals to heed.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            asyncio.get_running_loop().add_signal_handler(number, end)


async def _keep_bays(station: Station) -> None:
    """A bay for each port that is named, and for each that a pattern comes to match."""
    bays: set[str] = set()
    async with asyncio.TaskGroup() as group:
        while True:
            for port in station.config.ports:
                is_pattern = glob.has_magic(port)
                for path in sorted(glob.glob(port)) if is_pattern else [port]:
                    if path not in bays and len(bays) < _BAYS:
                        bays.add(path)
                        group.create_task(Bay(station, path).run())
                        _LOG.info("%s: a bay", os.path.basename(path))
            await asyncio.sleep(station.config.scan_ms / 1000)
