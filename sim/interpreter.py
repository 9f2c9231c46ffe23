# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Finds the MicroPython that a camera runs on: 32-bit like the board where it was built.

CANDOUR_MICROPYTHON overrides, whatever its width. DESIGN §10 and §11.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from sim.errors import NoInterpreterError


@dataclass(frozen=True)
class Interpreter:
    """A MicroPython and the width of its words."""

    path: Path
    bits: int


def find(bits: int | None = None) -> Interpreter:
    """The interpreter of that width; None asks for 32 and takes 64. NoInterpreterError."""
    named = os.environ.get("CANDOUR_MICROPYTHON")
    if named:
        return _existing(Path(named), bits or (32 if named.endswith("32") else 64))
    home = Path(sys.prefix) / "bin"
    if bits is None:
        bits = 32 if (home / "micropython32").exists() else 64
    return _existing(home / ("micropython32" if bits == 32 else "micropython"), bits)


def _existing(path: Path, bits: int) -> Interpreter:
    if not os.access(path, os.X_OK):
        raise NoInterpreterError(bits, path)
    return Interpreter(path, bits)
