# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What keeps the camera from recording is named and got over; what stood on the card stays."""

from pathlib import Path

import pytest

from tests.device.conftest import Run
from tests.device.recorder.reading import open_recording, pictures

pytestmark = pytest.mark.device


def test_what_cannot_be_recorded_is_refused_by_name(run: Run) -> None:
    said = run("on_faults", "refusals")
    assert said["no tickets"] == ["standby", "no-ticket", 0, 0]
    assert said["card"] == ["fault", "tail", False]
    assert said["card back"] == ["recording"]
    assert said["recorded"] == ["standby", 1]


def test_a_bad_random_source_draws_no_key(run: Run) -> None:
    said = run("on_faults", "random_faults")
    assert set(said) == {"stuck", "short", "absent", "same", "again"}
    assert all(outcome == ["fault", "random-failed", 0] for outcome in said.values())


def test_docking_ends_a_recording_and_a_press_begins_one(run: Run) -> None:
    states = ["standby", "recording", "docked", "recording", "docked", "standby"]
    assert run("on_faults", "docking") == [*states, True, False]


def test_a_press_ends_the_docks_session_and_does_not_wait_for_ever(run: Run) -> None:
    assert run("on_faults", "leaving") == ["docked", 1, "recording", "docked", 2, "recording"]


def test_a_card_that_fails_is_shown_and_what_stood_is_sealed(run: Run) -> None:
    made = run("on_faults", "broken_card")
    # Nothing of the recording is sent before it has its end.
    assert made["said"] == ["fault", 0, False, False, "recording", 2]
    one = open_recording(made["recordings"][0], made)
    assert (one.number, one.flags) == (1, 3)
    assert 23 <= len(pictures(one)) <= 26
    assert pictures(one) == made["pictures"][: len(pictures(one))]
    assert open_recording(made["recordings"][1], made).number == 2


def test_a_full_card_seals_and_keeps_what_has_no_receipt(run: Run) -> None:
    made = run("on_faults", "full_card", {})
    assert made["states"][0] == ["standby", "card-full"]
    assert made["states"][1] == ["standby", "card-full"]
    assert made["states"][2] == ["recording", 3]
    for segments in made["before"]:
        open_recording(segments, made)
    # The second recording stands as it stood; the first made room for the third.
    before, after = made["before"][1], made["after"][0]
    assert [Path(p).read_bytes() for p in after] == [Path(p).read_bytes() for p in before]
    assert open_recording(made["after"][1], made).number == 3


def test_keys_are_wiped(run: Run) -> None:
    assert run("on_faults", "wiped") == []
