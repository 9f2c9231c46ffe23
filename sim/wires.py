# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The room's ends of one boot's wires, on the room's event loop.

The board's wire carries short lines both ways, the console comes as bytes; both are bounded. All
are closed together when the process has ended. docs/simulator.md §4.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable

from sim.process import Boot

_LINE_BYTES = 65536


class Wires:
    """`said` gets the words of each line of the board, `logged` what the console wrote."""

    def __init__(
        self,
        boot: Boot,
        sensor: threading.Thread,
        said: Callable[[str, list[str]], None],
        logged: Callable[[bytes], None],
    ) -> None:
        self._boot = boot
        self._sensor = sensor
        self._said = said
        self._logged = logged
        self._rest = b""
        self._loop = asyncio.get_running_loop()
        boot.board.setblocking(False)
        self._loop.add_reader(boot.board, self._hear_board)
        self._loop.add_reader(boot.log_fd, self._hear_log)

    def tell(self, line: str) -> bool:
        """Say a line to the board; False where it does not take it."""
        try:
            self._boot.board.send(line.encode() + b"\n")
        except (BlockingIOError, ConnectionError):
            return False
        return True

    def _hear_log(self) -> None:
        try:
            some = os.read(self._boot.log_fd, _LINE_BYTES)
        except BlockingIOError:
            return
        if not some:
            self._loop.remove_reader(self._boot.log_fd)
        self._logged(some)

    def _hear_board(self) -> None:
        try:
            some = self._boot.board.recv(_LINE_BYTES)
        except (BlockingIOError, ConnectionError):
            return
        if not some:
            self._loop.remove_reader(self._boot.board)
            return
        *lines, self._rest = (self._rest + some)[-_LINE_BYTES:].split(b"\n")
        for line in lines:
            word, *rest = line.decode(errors="replace").split(" ")
            self._said(word, rest)

    def close(self) -> None:
        """The process has ended: take its last words and close everything but the cable."""
        self._hear_log()
        self._loop.remove_reader(self._boot.board)
        self._loop.remove_reader(self._boot.log_fd)
        self._boot.board.close()
        os.close(self._boot.log_fd)
        self._sensor.join()
