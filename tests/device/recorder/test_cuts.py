# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Power cuts at every unit of writing: what stood is kept, counters rise, nothing else changes."""

from pathlib import Path
from typing import Any

import pytest

from tests import counting
from tests.device.conftest import Run
from tests.device.recorder.reading import read

pytestmark = pytest.mark.device

STANDS, UNSYNCED_LOST, SOME_LOST = 0, 1, 2
SHORT = {"frames": 56, "bytes": 2500, "period_us": 40000}  # two groups, and a mark
ROLLING = {"frames": 26, "bytes": 600, "period_us": 1000000}  # two segments
FILLING = {"frames": 30, "bytes": 60000, "period_us": 40000, "full": 1}  # until it is full
UNPROVEN_US = 2_000_000


def _check(name: str, made: dict[str, Any], plan: dict[str, int]) -> None:
    """The device's own judgement, and the reader's of each different outcome."""
    wrong = list(made["wrong"])
    for outcome, said in made["outcomes"].items():
        try:
            _check_outcome(outcome, said, made, plan)
        except Exception as error:  # noqa: BLE001 - counted, and raised below
            wrong.append(f"{outcome[:16]} {said['cases'][:3]}: {error!r}")
    counting.record(name, made["cases"], max(made["failures"], len(wrong)))
    assert not wrong


def _check_outcome(
    outcome: str, said: dict[str, Any], made: dict[str, Any], plan: dict[str, int]
) -> None:
    files = [Path(path) for path in said["files"]]
    after = None if "full" in plan else read([files.pop().read_bytes()], made["keys"])
    filmed = max(case[-1] for case in said["cases"])
    if outcome == "nothing":
        assert filmed == 0, "frames were filmed, and nothing of them is there"
        return
    one = read([path.read_bytes() for path in files], made["keys"])
    assert one.number == 2
    if after is not None:
        assert after.number == 3
        assert after.ticket != one.ticket
    pictures = [digest for kind, _, _, digest in one.chunks if kind == 1]
    assert pictures == made["pictures"][: len(pictures)]
    assert one.flags in (1, 3)
    if one.flags == 3:
        unproven = UNPROVEN_US // plan["period_us"] + 1
        assert filmed - unproven <= len(pictures) <= filmed


@pytest.mark.parametrize(
    ("loss", "step"),
    [
        pytest.param(STANDS, 2, id="what-was-written-stands"),
        pytest.param(UNSYNCED_LOST, 4, id="what-was-not-synced-is-lost"),
        pytest.param(SOME_LOST, 4, id="some-of-it-is-lost"),
        pytest.param(STANDS, 1, id="stands-all", marks=pytest.mark.slow),
        pytest.param(UNSYNCED_LOST, 1, id="not-synced-all", marks=pytest.mark.slow),
        pytest.param(SOME_LOST, 1, id="some-all", marks=pytest.mark.slow),
    ],
)
def test_a_cut_at_every_write_of_a_recording(run: Run, loss: int, step: int) -> None:
    made = run("on_cuts", "single", {**SHORT, "loss": loss, "step": step})
    _check(f"power cut at every write, loss {loss}, step {step}", made, SHORT)
    assert made["cases"] > 300 // step


@pytest.mark.parametrize(
    ("plan", "step"),
    [pytest.param(ROLLING, 3, id="two-segments"), pytest.param(FILLING, 150, id="full-card")],
)
def test_a_cut_where_segments_end(run: Run, plan: dict[str, int], step: int) -> None:
    made = run("on_cuts", "single", {**plan, "loss": SOME_LOST, "step": step})
    _check(f"power cut where segments end, {plan['frames']} frames", made, plan)


PARTS = 10


@pytest.mark.parametrize(
    ("plan", "begin", "step"),
    [
        pytest.param(SHORT, 0, 45, id="short"),
        pytest.param(ROLLING, 0, 30, id="two-segments"),
        *(
            pytest.param(plan, part, PARTS, id=f"{name}-part-{part}", marks=pytest.mark.slow)
            for name, plan in (("short", SHORT), ("two-segments", ROLLING))
            for part in range(PARTS)
        ),
    ],
)
def test_a_second_cut_within_recovery(
    run: Run, plan: dict[str, int], begin: int, step: int
) -> None:
    loss = {"loss": UNSYNCED_LOST, "from": begin, "step": step}
    made = run("on_cuts", "double", {**plan, **loss})
    name = f"power cut within recovery, {plan['frames']} frames, each {step} from {begin}"
    _check(name, made, plan)
