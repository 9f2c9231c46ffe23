# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A sensor's frames come at their times, and what nobody fetched is skipped and counted."""

from __future__ import annotations

import random

import pytest

from sim.cadence import Cadence

START_US = 1_000_000


@pytest.mark.parametrize("rate_mhz", [25_000, 29_970, 30_000, 1, 240_000])
def test_frames_do_not_drift(rate_mhz: int) -> None:
    cadence = Cadence(rate_mhz, START_US)
    for number in (0, 1, 10, 99_999):
        ideal = START_US + (number + 1) * 1e9 / rate_mhz
        assert 0 <= ideal - cadence.due_us(number) < 1


def test_who_fetches_in_time_gets_every_frame_once() -> None:
    cadence = Cadence(29_970, START_US)
    now_us = START_US
    for number in range(5000):
        slot = cadence.next(now_us)
        assert (slot.number, slot.skipped) == (number, 0)
        assert slot.due_us >= now_us
        now_us = slot.due_us


def test_a_frame_that_waited_is_given_at_once() -> None:
    cadence = Cadence(25_000, START_US)
    slot = cadence.next(START_US + 79_999)
    assert (slot.number, slot.due_us, slot.skipped) == (0, START_US + 40_000, 0)


def test_the_newest_replaces_what_was_not_fetched() -> None:
    cadence = Cadence(25_000, START_US)
    slot = cadence.next(START_US + 160_000)
    assert (slot.number, slot.skipped) == (3, 3)
    assert cadence.next(START_US + 160_001).due_us == START_US + 200_000


def test_a_queue_keeps_what_it_has_room_for() -> None:
    cadence = Cadence(25_000, START_US)
    late_us = START_US + 5 * 40_000
    assert [cadence.next(late_us, waiting=5).number for _ in range(6)] == [0, 1, 2, 3, 4, 5]


def test_a_queue_that_runs_over_keeps_the_newest_alone() -> None:
    cadence = Cadence(25_000, START_US)
    slot = cadence.next(START_US + 6 * 40_000, waiting=5)
    assert (slot.number, slot.skipped) == (5, 5)


def test_given_and_skipped_are_all_frames_that_were(rng: random.Random) -> None:
    cadence = Cadence(25_000, START_US)
    now_us, given, skipped = START_US, 0, 0
    for _ in range(2000):
        slot = cadence.next(now_us, waiting=rng.choice((1, 3)))
        given, skipped = given + 1, skipped + slot.skipped
        assert slot.number == given + skipped - 1
        now_us = max(now_us, slot.due_us) + rng.randrange(200_000)


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Cadence(0, START_US)
