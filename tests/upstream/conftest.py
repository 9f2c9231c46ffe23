# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the evidence server: a stage, a running server, a camera with its dock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.upstream.stage import Footage, Running, Stage, running


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Identities of a new force."""
    return Stage(tmp_path)


@pytest.fixture
def server(stage: Stage) -> Iterator[Running]:
    """The shipped server over real TLS."""
    with running(stage) as server:
        yield server


@pytest.fixture
def footage(server: Running) -> Footage:
    """A camera of the inventory."""
    return Footage(server)
