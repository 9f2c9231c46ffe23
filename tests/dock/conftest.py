# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the dock: one force with its real server for all tests of a file, cameras anew."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.dock.stage import Card, Site
from tests.upstream.stage import Running, Stage, running

_SEEDS = itertools.count(1)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Identities of a force."""
    return Stage(tmp_path_factory.mktemp("force"))


@pytest.fixture(scope="module")
def server(stage: Stage) -> Iterator[Running]:
    """The real evidence server of that force."""
    with running(stage) as server:
        yield server


@pytest.fixture
def site(stage: Stage, tmp_path: Path) -> Site:
    """A dock of that force with a spool of its own, and a port."""
    return Site(stage, tmp_path)


@pytest.fixture
def new_card(server: Running) -> Callable[..., Card]:
    """Makes a camera of the inventory whose card holds recordings that the server can open."""

    def make(*recordings: int, frames: int = 6, groups: int = 2) -> Card:
        return Card.filled(server, next(_SEEDS), recordings, frames, groups)

    return make
