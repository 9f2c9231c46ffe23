# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the evidence server: one running server for all, a camera of its own for each test.

A test that stops, breaks or restarts a server takes `stage` and runs one for itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.upstream.stage import Footage, Running, Stage, running

_CAMERAS = itertools.count(1)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Identities of a new force, for a server of the test's own."""
    return Stage(tmp_path)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The shipped server over real TLS, shared."""
    with running(Stage(tmp_path_factory.mktemp("stage"))) as server:
        yield server


@pytest.fixture
def footage(server: Running) -> Footage:
    """A camera of the inventory, for one test alone."""
    number = next(_CAMERAS)
    return Footage(server, seed=number, name=f"camera-{number}")
