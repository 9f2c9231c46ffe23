# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The store on MicroPython: ring, catalogue and flash files under cuts, tears and rot."""

import random

import pytest

from tests import counting
from tests.device.conftest import Run

pytestmark = pytest.mark.device


def test_segments_read_back_across_the_wrap(run: Run, rng: random.Random) -> None:
    assert run("on_card", "wrap", {"seed": rng.getrandbits(30)}) == []


def test_a_writer_goes_on_behind_any_length(run: Run, rng: random.Random) -> None:
    assert run("on_card", "resume", {"seed": rng.getrandbits(30)}) == []


def test_only_dirty_blocks_are_written_and_every_flush_syncs(run: Run) -> None:
    first = [[64, 2], "sync"]  # 700 bytes
    again = [[65, 1], "sync"]  # 100 more, in the second block
    page = [[65, 63], [128, 2], "sync"]  # to the page's end, and what is behind it
    assert run("on_card", "dirty_blocks") == [*first, *again, *page, [129, 1], "sync"]


def test_a_card_is_adopted_only_when_it_is_ours(run: Run) -> None:
    foreign = ["card-foreign"] * 3
    assert run("on_card", "foreign") == [
        "card-foreign",
        "ours",
        "ours",
        *foreign,
        *["card-missing"] * 2,
    ]


@pytest.mark.parametrize("pages", [34, 35, 90, 300, 1000])
def test_held_pages_are_never_given_out(run: Run, rng: random.Random, pages: int) -> None:
    plan = {"seed": rng.getrandbits(30), "pages": pages, "steps": 400}
    counts = run("on_card", "allocation", plan)
    assert counts["wrong"] == []
    assert counts["opened"] > 50
    assert counts["full"] > 0


def test_the_link_sees_no_recording_that_runs(run: Run) -> None:
    said = run("on_card", "running")
    assert said == {
        "entries": 1,
        "length": None,
        "read": [90, 40, 1, 0, 0],
        "unknown": [None, 0, False],
        "running is released": False,
        "more": [1, 1],
        "released": [True, None, 0],
        "left": 1,
    }


def test_a_replaced_file_is_old_or_new_at_every_cut(run: Run) -> None:
    seen = run("on_flash", "replacing")
    counting.record("flash file replaced, a cut at every write", len(seen), 0)
    assert set(seen) == {"old", "new"}
    assert seen == sorted(seen, reverse=True)


def test_a_log_keeps_its_records_at_every_cut(run: Run) -> None:
    seen = run("on_flash", "appending")
    counting.record("flash log appended to, a cut at every write", len(seen), 0)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (40, 44)


def test_a_torn_last_record_was_not_written(run: Run) -> None:
    assert run("on_flash", "torn") == [0] * 40 + [1] * 40 + [2]


def test_rot_is_noticed(run: Run) -> None:
    said = run("on_flash", "rot")
    assert said["noticed"] == said["bytes"] == 132
    assert said["log"] == ["corrupt"] * 80 + [2] * 40
    assert said["too long"]


def test_no_ticket_is_spent_twice(run: Run) -> None:
    seen = run("on_flash", "spending")["seen"]
    counting.record("ticket spent, a cut at every write", len(seen), 0)
    assert all(outcome[:2] == [0, True] and outcome[3] == "no-ticket" for outcome in seen)
    assert {outcome[2] for outcome in seen} == {1, 2}


def test_use_by_is_kept_but_for_the_reserve(run: Run) -> None:
    assert run("on_flash", "use_by") == [0, 3, 2, 5, 0]


def test_counters_never_fall(run: Run) -> None:
    seen = run("on_flash", "counting")["seen"]
    counting.record("counters, a cut at every write", len(seen), 0)
    assert all(outcome[:3] == [True, True, True] for outcome in seen)
    times = [outcome[3] for outcome in seen]
    # The provisioning's time is the floor from the beginning.
    assert times == sorted(times)


def test_the_catalogue_stays_short(run: Run) -> None:
    assert run("on_flash", "compaction") == [True, True, 2, 3, -1]


def test_an_identity_is_taken_once(run: Run) -> None:
    assert run("on_flash", "once") == ["provisioned", "demo", "cam-0001"]
