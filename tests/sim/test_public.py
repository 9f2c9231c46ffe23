# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What someone in front of the camera notices, by event times alone."""

from __future__ import annotations

import pytest

from sim.public import FLASH_GAP_US, Public

HALF_US = 500_000


@pytest.fixture
def public() -> Public:
    """Someone who has noticed nothing yet."""
    return Public()


def test_a_light_that_changes_each_half_second_flashes(public: Public) -> None:
    for step in range(4):
        public.heard(step % 2 == 0, 0, step * HALF_US)
        assert public.notice(step * HALF_US).light_flashing is (step > 0)
    assert public.notice(3 * HALF_US + FLASH_GAP_US - 1).light_flashing
    assert not public.notice(3 * HALF_US + FLASH_GAP_US).light_flashing


def test_a_light_that_is_on_and_stays_on_does_not_flash(public: Public) -> None:
    public.heard(True, 0, 0)
    public.heard(True, 0, HALF_US)
    assert public.notice(HALF_US).light_on
    assert not public.notice(HALF_US).light_flashing


def test_a_slow_change_is_no_flash(public: Public) -> None:
    public.heard(True, 0, 0)
    public.heard(False, 0, 2 * FLASH_GAP_US)
    assert not public.notice(2 * FLASH_GAP_US).light_flashing


def test_beeps_are_counted_by_their_beginnings(public: Public) -> None:
    for at_us, tone_hz in ((10, 2700), (20, 2700), (30, 0), (40, 2700)):
        public.heard(False, tone_hz, at_us)
    notice = public.notice(50)
    assert (notice.beeps, notice.last_beep_utc_us) == (2, 40)


def test_without_power_nothing_is_to_be_seen(public: Public) -> None:
    public.driven_to("VIBRATION", True, 0)
    for step in range(3):
        public.heard(step % 2 == 0, 0, step * HALF_US)
    public.dark()
    notice = public.notice(2 * HALF_US)
    assert not (notice.light_on)
    assert not (notice.light_flashing)
    assert not (notice.vibrating)
