# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Both machines on which the link must do the same."""

from pathlib import Path

import pytest


@pytest.fixture(
    params=[
        pytest.param("micropython", id="64-bit"),
        pytest.param("micropython32", id="32-bit", marks=pytest.mark.device32),
    ]
)
def machine(request: pytest.FixtureRequest) -> Path:
    """The MicroPython to run on."""
    binary: Path = request.getfixturevalue(request.param)
    return binary
