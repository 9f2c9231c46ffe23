# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A wire's rate is exact under late wake-ups, and idle time saves nothing up but one bus frame."""

from __future__ import annotations

import random

import pytest

from sim.pacer import FRAME_S, FULL_SPEED_BYTES_S, Pacer


@pytest.mark.parametrize("rate", [1_000, FULL_SPEED_BYTES_S, 20_000_000])
@pytest.mark.parametrize("late_s", [0.0, 0.0005, 0.02])
def test_the_mean_rate_is_exact_while_bytes_wait(
    rate: float, late_s: float, rng: random.Random
) -> None:
    now_s = 0.0
    pacer = Pacer(rate, now_s)
    moved = 0
    while now_s < 20:
        allowed = pacer.allowance(now_s)
        assert moved + allowed <= now_s * rate + pacer.frame_bytes + 1
        pacer.passed(allowed, more=True)
        moved += allowed
        now_s += pacer.wait_s() + rng.random() * late_s
    assert moved == pytest.approx(rate * now_s, rel=0.005, abs=2 * pacer.frame_bytes)


def test_idle_time_is_not_made_up() -> None:
    pacer = Pacer(FULL_SPEED_BYTES_S, 0.0)
    pacer.passed(pacer.allowance(0.0), more=False)
    assert pacer.allowance(60.0) == int(FULL_SPEED_BYTES_S * FRAME_S)


def test_a_long_stall_is_made_up_only_in_part() -> None:
    pacer = Pacer(1_000_000, 0.0)
    pacer.passed(pacer.allowance(0.0), more=True)
    assert pacer.allowance(10.0) == 250_000


def test_a_clock_that_steps_back_gives_nothing() -> None:
    pacer = Pacer(1_000_000, 5.0)
    pacer.passed(pacer.allowance(5.0), more=True)
    assert pacer.allowance(4.0) == 0


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Pacer(0, 0.0)
