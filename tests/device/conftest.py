# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the device scripts beside a test, with the rig's stand-ins on the search path."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.device import runner

STANDINS = Path(__file__).parent / "standins"
# The board's heap, and room for the card and the flash that the rig holds in RAM.
HEAP_BYTES = runner.BOARD_HEAP_BYTES + (48 << 20)
Run = Callable[..., Any]


@pytest.fixture(
    params=[
        pytest.param("micropython", id="64-bit"),
        pytest.param("micropython32", id="32-bit", marks=pytest.mark.device32),
    ]
)
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """`run(script, function, plan)` on both machines; the plan's `out` is a folder of the test."""
    binary: Path = request.getfixturevalue(request.param)

    def call(script: str, function: str, plan: dict[str, Any] | None = None) -> Any:
        return runner.call(
            binary,
            request.path.parent / f"{script}.py",
            function,
            {**(plan or {}), "out": str(tmp_path)},
            search=(STANDINS,),
            heap_bytes=HEAP_BYTES,
        )

    return call
