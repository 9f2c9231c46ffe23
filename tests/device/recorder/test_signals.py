# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Buttons, light, beeper and clocks: what they say when they work, and when they do not."""

import random
from typing import Any

import pytest

from tests.device.conftest import Run

pytestmark = pytest.mark.device

DOWN, UP = 1, 0


def test_a_press_is_one_press(run: Run) -> None:
    patterns = [
        [[UP, 50], [DOWN, 100], [UP, 100]],
        [[UP, 50], [DOWN, 29], [UP, 100]],  # a glitch
        [[DOWN, 500], [UP, 100]],  # held at boot
        [[DOWN, 500], [UP, 100], [DOWN, 100]],
        [[UP, 50], [DOWN, 100], [UP, 20], [DOWN, 100]],  # one press with a bounce
        [[UP, 50], [DOWN, 5000]],
        [[UP, 50], *[[DOWN, 40], [UP, 40]] * 5],
    ]
    assert run("on_signals", "presses", {"patterns": patterns}) == [1, 0, 0, 1, 1, 1, 5]


def test_a_bouncing_contact_counts_each_press_once(run: Run, rng: random.Random) -> None:
    assert run("on_signals", "bounces", {"seed": rng.getrandbits(30)}) == [1000]


def _proof(run: Run, faults: dict[int, list[str]], **plan: int) -> dict[str, Any]:
    made: dict[str, Any] = run("on_signals", "proof", {"faults": faults, **plan})
    return made


@pytest.mark.parametrize("step_us", [1000, 5000, 20000])
def test_a_proof_of_twenty_good_seconds(run: Run, step_us: int) -> None:
    made = _proof(run, {}, step_us=step_us)
    recording_ms, light_ms, sounded, heard = made["proof"]
    assert recording_ms == 20000
    assert 9_600 <= light_ms <= 10_050
    assert (sounded, heard) == (3, 3)
    assert made["ever"] == [False, False]
    assert made["flashes"] == 21  # the last begins as the proof is taken
    assert made["empty"] == [0, 0, 0, 0]
    # Two at the start, then every 15 s; a reminder by vibration after ten.
    assert [round(at_ms / 1000) for at_ms in made["beeps"]] == [0, 0, 15]
    assert [round(at_ms / 1000) for at_ms in made["shakes"]] == [0, 0, 10]


def test_an_open_lamp_counts_nothing_and_is_shown(run: Run) -> None:
    made = _proof(run, {0: ["light", "open"]})
    assert made["proof"][1] == 0
    assert made["faults"] == [True, False]
    assert len(made["shakes"]) > 3  # a warning beside start and reminder


@pytest.mark.parametrize("fault", ["open", "shorted", "covered"])
def test_a_lamp_that_stops_flashing_stops_counting(run: Run, fault: str) -> None:
    made = _proof(run, {10000: ["light", fault]})
    # A lamp that is shorted is seen on for a phase at the most before the dark is missed.
    assert 4_500 <= made["proof"][1] <= 5_550
    assert made["faults"] == [True, False]


def test_a_lamp_that_is_on_from_the_beginning_counts_nothing(run: Run) -> None:
    made = _proof(run, {-1: ["light", "shorted"]})
    assert made["proof"][1] <= 500
    assert made["faults"][0]


def test_a_lamp_that_comes_back_is_no_fault_any_more(run: Run) -> None:
    made = _proof(run, {3000: ["light", "open"], 9000: ["light", "ok"]})
    assert made["ever"] == [True, False]
    assert made["faults"] == [False, False]


@pytest.mark.parametrize("fault", ["dead", "stuck"])
def test_a_beeper_that_is_not_heard_is_a_fault(run: Run, fault: str) -> None:
    made = _proof(run, {5000: ["beeper", fault]})
    assert made["proof"][2:] == [3, 2]
    assert made["faults"] == [False, True]
    made = _proof(run, {0: ["beeper", fault]})
    assert made["proof"][2] == 3
    assert made["proof"][3] == 0


def test_nothing_shines_unless_it_records(run: Run) -> None:
    said = run("on_signals", "quiet")
    assert said == [0, 0, 0, True, False, False, False, [1, 1], 1, False, 3]


def test_both_clocks_run_over_wraps(run: Run) -> None:
    plan = {"rtc_s": 1000, "floor_s": 1_700_000_000, "utc_us": 1_767_268_800_000_000}
    made = run("on_signals", "clock", plan)
    hour_us = 36000 * 100003
    assert made["start"][1:] == [1000 * 1_000_000, None]
    assert made["unknown"] == 4294967295
    assert made["floored_us"] == 1_700_000_000_000_000
    assert made["mono_us"] - made["start"][0] == hour_us
    assert made["passed_us"] == hour_us
    assert made["utc_us"] == plan["utc_us"] + hour_us
    # Half a round trip and 1 ms as given, and 100 ppm of the hour.
    assert made["uncertainty_us"] == pytest.approx(1500 + hour_us // 10000, abs=2)
    assert made["rtc_s"] == plan["utc_us"] // 1_000_000
    assert made["heap"] == 0


def test_the_stamp_carries_like_an_integer(run: Run) -> None:
    assert run("on_signals", "carries") == []


def test_an_uncertainty_becomes_unknown_and_never_wraps(run: Run) -> None:
    seen = run("on_signals", "saturation")
    assert seen[0] > 0xFFFFFFF0
    assert seen[-1] == 0xFFFFFFFF
    assert seen == sorted(seen)


def test_lost_frames_are_told_from_late_ones(run: Run) -> None:
    gaps = [
        [40] * 20,
        [40, 38, 43, 41, 37, 44],
        [40, 80, 40, 40],
        [40, 400, 40, 40],
        [40, 120, 2, 2, 40, 40],  # two waited in the driver
        [40, 200, 1, 1, 40, 40],  # two of four waited
        [40, 40, 300],  # the end comes behind a gap
        [5000, 40, 40],  # the sensor wakes up
    ]
    assert run("on_signals", "cadence", {"gaps": gaps}) == [0, 0, 1, 9, 0, 2, 7, 0]


def test_the_calendar_clocks_days_are_dates(run: Run) -> None:
    assert run("on_signals", "calendar") == []


def test_a_mark_outside_a_recording_is_nothing(run: Run) -> None:
    assert run("on_signals", "marks") == ["standby", 0]
