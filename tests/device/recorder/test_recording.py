# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings by the real firmware on the real MicroPython, read by CPython's own reader."""

from typing import Any

import pytest

from tests.device.conftest import Run
from tests.device.recorder.reading import Read, open_recording, pictures

pytestmark = pytest.mark.device


def _read(made: dict[str, Any]) -> Read:
    return open_recording(made["recordings"][0], made)


def test_every_frame_comes_back_in_order(run: Run) -> None:
    made = run("on_recording", "record", {"pictures": 110, "bytes": 700, "marks": [50]})
    one = _read(made)
    assert pictures(one) == made["pictures"]
    assert [index for _, index, _, _ in one.chunks] == list(range(111))
    assert [kind for kind, _, _, _ in one.chunks].count(3) == 1
    # The sensor of the rig gave nothing for the 80 ms that the marker was pressed.
    assert (one.number, one.flags, one.dropped) == (1, 1, 2)
    assert made["state"] == "standby"
    assert made["left"] == [3, 1, None]
    assert made["entries"] == [[1, 0, one.lengths[0], True, True]]


def test_a_segment_ends_after_twenty_seconds(run: Run) -> None:
    plan = {"pictures": 90, "bytes": 200, "period_us": 500000, "turns": 40, "marks": [41]}
    made = run("on_recording", "record", plan)
    one = _read(made)
    assert pictures(one) == made["pictures"]
    assert len(one.lengths) == 3
    # The first segment began before the mark; the dock may hurry from the second on.
    assert [entry[3] for entry in made["entries"]] == [False, True, True]


def test_a_segment_ends_before_eight_mebibytes(run: Run) -> None:
    made = run("on_recording", "record", {"pictures": 50, "bytes": 200000, "pages": 330})
    one = _read(made)
    assert pictures(one) == made["pictures"]
    assert len(one.lengths) == 2
    assert 8 << 20 >= one.lengths[0] > (8 << 20) - 400000


@pytest.mark.parametrize("length", [1, 15, 16, 17, 32751, 32752, 65536])
def test_frames_of_any_length(run: Run, length: int) -> None:
    made = run("on_recording", "record", {"pictures": 3, "bytes": length})
    assert pictures(_read(made)) == made["pictures"]


def test_a_recording_without_a_frame_has_an_end(run: Run) -> None:
    one = _read(run("on_recording", "record", {"pictures": 0, "bytes": 0}))
    assert (one.chunks, one.flags) == ([], 1)


def test_seals_come_at_most_two_seconds_apart(run: Run) -> None:
    made = run("on_recording", "record", {"pictures": 150, "bytes": 100})
    one = _read(made)
    assert len(one.indicators) >= 4
    assert all(recording_ms <= 2000 for recording_ms, _, _, _ in one.indicators[1:])


def test_the_light_and_the_beeps_are_in_the_seals(run: Run) -> None:
    made = run("on_recording", "record", {"pictures": 450, "bytes": 50, "turns": 16})
    one = _read(made)
    total = [sum(column) for column in zip(*one.indicators, strict=True)]
    assert 17_900 < total[0] < 18_400
    assert 8_500 < total[1] < 9_500  # half of the time
    assert total[2:] == [3, 3]  # two at the start, one after 15 s


def test_lost_frames_are_counted_and_queued_ones_are_not(run: Run) -> None:
    made = run("on_recording", "drops", {"missing": 7})
    assert _read(made).dropped == 7


def test_heap_does_not_grow(run: Run) -> None:
    used = run("on_recording", "heap")
    assert used["turn"] == 0
    assert used["chunk"] < 2048
    # The collector is conservative: ciphertext in a buffer may hold something back for a while.
    assert min(used["growth"]) <= 64


def test_sealing_goes_in_short_steps(run: Run) -> None:
    times = run("on_recording", "seal_times")
    assert times["turns"] >= 15
    assert times["longest_us"] < 40_000
