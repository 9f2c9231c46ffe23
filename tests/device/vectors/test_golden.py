# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The firmware writes exactly the golden recordings, whatever the machine's word."""

from pathlib import Path

import pytest

from tools.vectors import good

pytestmark = pytest.mark.device


@pytest.mark.parametrize(
    "binary",
    [
        pytest.param("micropython", id="64-bit"),
        pytest.param("micropython32", id="32-bit", marks=pytest.mark.device32),
    ],
)
def test_the_firmware_still_writes_these_bytes(
    binary: str, request: pytest.FixtureRequest
) -> None:
    runtime: Path = request.getfixturevalue(binary)
    stored = {path.stem: path.read_text() for path in good.GOOD.glob("*.json")}
    assert {name: good.text(one) for name, one in good.written_by(runtime).items()} == stored
