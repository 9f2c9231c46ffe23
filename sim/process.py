# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""One boot of a camera: a MicroPython process with its wires, and its end.

The process dies with the room, however the room ends: it is leashed to the parent by the kernel
(`setpriv --pdeathsig`, util-linux), and the stand-ins stop where a wire closes. docs/simulator.md.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import NoFirmwareError
from sim.interpreter import Interpreter

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
POWER_ON, HARD_RESET, WATCHDOG_RESET = 1, 2, 3  # `machine.reset_cause()`
_USB_BUFFER_BYTES = 65536


@dataclass(frozen=True)
class Build:
    """What is on the board: stand-ins, generated pins, and the firmware's folder."""

    firmware: Path = REPOSITORY / "firmware"
    pins: Path = REPOSITORY / "hw" / "generated" / "openmv_n6"
    stand_ins: Path = HERE / "boards" / "openmv_n6"

    def check(self) -> None:
        """NoFirmwareError where a part is missing."""
        for part in (self.firmware / "main.py", self.pins / "pins.py"):
            if not part.is_file():
                raise NoFirmwareError(part)


class Boot:
    """A running camera; `usb`, `board` and `sensor` are the room's ends of its wires."""

    def __init__(
        self, interpreter: Interpreter, heap_bytes: int, build: Build, order: dict[str, Any]
    ) -> None:
        self.usb, usb = _wire(_USB_BUFFER_BYTES)
        self.board, board = _wire()
        self.sensor, sensor = _wire()
        self.log_fd, log = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        os.set_blocking(log, True)
        whole = order | {
            "path": [str(build.stand_ins), str(build.pins), str(build.firmware)],
            "main": str(build.firmware / "main.py"),
            "board_fd": board.fileno(),
            "sensor_fd": sensor.fileno(),
        }
        argv = [str(interpreter.path), "-X", f"heapsize={heap_bytes}"]
        argv += [str(HERE / "boards" / "boot.py")]
        leash = shutil.which("setpriv")
        if leash:
            argv = [leash, "--pdeathsig", "KILL", "--", *argv]
        try:
            self.process = subprocess.Popen(
                argv,
                stdin=usb.fileno(),
                stdout=usb.fileno(),
                stderr=log,
                pass_fds=(board.fileno(), sensor.fileno()),
                env={"TZ": "UTC", "MICROPYPATH": ".frozen", "BOARD": json.dumps(whole)},
                cwd=build.firmware,
                start_new_session=True,  # Ctrl-C in the terminal is for the room alone
            )
        except BaseException:
            for end in (self.usb, self.board, self.sensor):
                end.close()
            os.close(self.log_fd)
            raise
        finally:
            os.close(log)
            for end in (usb, board, sensor):
                end.close()

    def watch(self, ended: Callable[[int], None]) -> None:
        """Call `ended` with the exit code, from a thread of its own, when the process is gone."""

        def wait() -> None:
            ended(self.process.wait())

        threading.Thread(target=wait, name="boot", daemon=True).start()

    def kill(self) -> None:
        """Take the power away: nothing in the process gets another instruction."""
        self.process.kill()


def _wire(buffer_bytes: int | None = None) -> tuple[socket.socket, socket.socket]:
    """The room's end and the camera's, which never blocks the camera."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    if buffer_bytes:
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer_bytes)
    return ours, theirs
