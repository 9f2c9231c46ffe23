# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What every test shares: the runtime of the firmware, a seeded generator, and an honest summary.

The seed is printed in the head; `--randomly-seed=SEED` repeats a run's order and its draws. What a
run left out is named before pytest's closing line.
"""

import os
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

_LEFT_OUT: Counter[str] = Counter()
_NEEDS = {
    "web": "pages in Chromium",
    "slow": "slow tests",
    "device32": "tests on the 32-bit MicroPython",
}


def _runtime(name: str) -> Path:
    return Path(sys.prefix) / "bin" / name


@pytest.fixture(scope="session")
def micropython() -> Path:
    """The MicroPython that runs the firmware."""
    return Path(os.environ.get("CANDOUR_MICROPYTHON") or _runtime("micropython"))


@pytest.fixture(scope="session")
def micropython32() -> Path:
    """The 32-bit build, on which heap and 31-bit integers are as on a board."""
    path = _runtime("micropython32")
    if not path.exists():
        pytest.skip("no 32-bit MicroPython: tools/setup/setup.sh --full builds it on x86_64")
    return path


@pytest.fixture(scope="session")
def mpy_cross() -> Path:
    """MicroPython's cross compiler."""
    path = _runtime("mpy-cross")
    if not path.exists():
        pytest.skip("no mpy-cross: tools/setup/setup.sh --full builds it")
    return path


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> random.Random:
    """A generator of the test's own, seeded by the run's seed and the test's name."""
    seed = request.config.getoption("randomly_seed")
    return random.Random(f"{seed} {request.node.nodeid}")


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Count what was left out for what it needs."""
    for item in items:
        _LEFT_OUT.update(name for name in _NEEDS if item.get_closest_marker(name))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what did not run, and where it does."""
    for name, count in sorted(_LEFT_OUT.items()):
        terminalreporter.write_line(f"not run here: {count} {_NEEDS[name]} (make check runs them)")
