# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The bridge from pytest to the firmware on the real MicroPython.

A device script is a module that MicroPython imports: its functions take one JSON value and return
one. It sees the firmware's rooms and its own folder, and has the board's heap.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FIRMWARE = ROOT / "firmware"
CALL = Path(__file__).with_name("call.py")
BOARD_HEAP_BYTES = 16 << 20
TIMEOUT_S = 300


class DeviceError(AssertionError):
    """MicroPython ended with a traceback, or by a signal."""


def call(
    binary: Path,
    script: Path,
    function: str,
    argument: object = None,
    *,
    heap_bytes: int = BOARD_HEAP_BYTES,
    search: tuple[Path, ...] = (),
    timeout_s: float = TIMEOUT_S,
) -> Any:
    """What `function` of `script` returns for `argument`, run by `binary`.

    `search` stands before the firmware on the module search path.
    """
    paths = [*search, FIRMWARE, script.parent]
    environment = {**os.environ, "MICROPYPATH": ":".join([*map(str, paths), ".frozen"])}
    with tempfile.TemporaryDirectory() as folder:
        source, sink = Path(folder, "in.json"), Path(folder, "out.json")
        # MicroPython's json makes two surrogates of a character that is escaped as a pair.
        source.write_text(json.dumps(argument, ensure_ascii=False), encoding="utf-8")
        command: list[str | Path] = [binary, "-X", f"heapsize={heap_bytes}", CALL]
        result = subprocess.run(
            [*command, script.stem, function, source, sink],
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        if result.returncode:
            said = (result.stdout + result.stderr)[-2000:]
            raise DeviceError(f"{script.name}:{function}: exit {result.returncode}\n{said}")
        return json.loads(sink.read_text())
