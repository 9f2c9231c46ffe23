# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Segments make one recording or are refused: missing, doubled, swapped, foreign, unended."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from evidence.errors import EvidenceError
from evidence.header import SegmentHeader
from evidence.recording import RecordingVerifier, Tail, VerifiedRecording
from evidence.seal import END, RECOVERED, Indicator, Seal
from evidence.segment import verify_segment
from tests import counting
from tests.evidence.writer import Camera, Hooks, Writer

CAMERA = Camera()
PUBLIC = CAMERA.evidence_public
WRITER = Writer(CAMERA)
GOOD = WRITER.segments(count=4)
OTHER = Writer(CAMERA, number=2).segments(count=4)


def check(segments: Sequence[bytes], recording_id: bytes | None = None) -> VerifiedRecording:
    verifier = RecordingVerifier(recording_id)
    for data in segments:
        verifier.feed(verify_segment(data, PUBLIC))
    return verifier.finish()


def refuse(segments: Sequence[bytes], recording_id: bytes | None = None) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        check(segments, recording_id)
    return caught.value


def test_a_whole_recording_says_what_it_holds() -> None:
    recording = check(GOOD, WRITER.recording_id)
    totals = recording.totals
    assert recording.header.number == 1
    assert (totals.segments, totals.groups, totals.pictures, totals.events) == (4, 8, 32, 8)
    assert totals.length == sum(map(len, GOOD))
    assert (totals.recording_ms, totals.light_ms) == (1600, 800)
    assert (totals.beeps_sounded, totals.beeps_heard, totals.flags) == (8, 8, END)
    assert recording.first is not None
    assert recording.last is not None
    assert (recording.first.number, recording.last.number) == (0, 39)


def test_every_other_choice_and_order_is_refused() -> None:
    cases = [
        order
        for count in range(5)
        for order in permutations(range(4), count)
        if order != tuple(range(4))
    ]

    def one(order: tuple[int, ...]) -> None:
        error = refuse([GOOD[at] for at in order])
        assert error.code in ("missing-segment", "missing-end", "bad-sequence")

    counting.each("evidence: segments removed and reordered", cases, one)


@pytest.mark.parametrize("at", range(4))
def test_a_doubled_or_foreign_segment_is_refused(at: int) -> None:
    assert refuse([*GOOD[: at + 1], *GOOD[at:]]).code == "bad-sequence"
    error = refuse([*GOOD[:at], OTHER[at], *GOOD[at + 1 :]])
    assert error.code == "foreign"
    assert error.place.segment in (at, at + 1)


def test_a_removed_segment_is_named() -> None:
    error = refuse([GOOD[0], *GOOD[2:]])
    assert (error.code, error.place.segment) == ("missing-segment", 2)
    assert "segment 1" in error.message
    assert refuse(GOOD[1:]).code == "missing-segment"
    assert refuse([]).code == "missing-segment"
    error = refuse(GOOD[:-1])
    assert (error.code, error.place.segment, error.place.group) == ("missing-end", 2, 5)


def test_another_recording_than_asked_for_is_refused() -> None:
    assert refuse(GOOD, bytes(16)).code == "foreign"


def test_a_segment_cut_behind_a_seal_is_found_by_the_next() -> None:
    first = verify_segment(GOOD[0], PUBLIC)
    cut = GOOD[0][: first.groups[1].offset]
    error = refuse([cut, *GOOD[1:]])
    assert (error.code, error.place.segment, error.place.offset) == ("bad-digest", 1, 0)


CONSTANT = {
    "epoch": 9,
    "boot": 8,
    "number": 5,
    "ticket_id": bytes(16),
    "wrapped_key": bytes(80),
    "pre_event_ms": 1,
    "firmware_digest": bytes(32),
    "order_digest": bytes(32),
    "force": "other",
    "camera": "camera-9",
}


@pytest.mark.parametrize("name", CONSTANT)
def test_a_field_that_changes_within_a_recording_is_refused(name: str) -> None:
    def change(header: SegmentHeader) -> SegmentHeader:
        changes: dict[str, Any] = {name: CONSTANT[name]}
        return replace(header, **changes) if header.segment == 2 else header

    segments = Writer(CAMERA, hooks=Hooks(header=change)).segments(count=4)
    error = refuse(segments)
    assert (error.code, error.place.segment) == ("foreign", 2)


def test_marked_may_change() -> None:
    hooks = Hooks(header=lambda header: replace(header, marked=header.segment > 1))
    check(Writer(CAMERA, hooks=hooks).segments(count=3))


@pytest.mark.parametrize(
    ("name", "code"),
    [("next_group", "bad-sequence"), ("next_chunk", "bad-sequence"), ("mono_us", "bad-time")],
)
def test_indices_and_time_run_on_from_segment_to_segment(name: str, code: str) -> None:
    writer = Writer(CAMERA)
    first = writer.begin() + writer.group(writer.frames(2))
    if name == "mono_us":
        writer.mono_us = 1
    else:
        setattr(writer, name, getattr(writer, name) + 1)
    second = writer.begin() + writer.group(writer.frames(2), END)
    error = refuse([first, second])
    assert (error.code, error.place.segment) == (code, 1)


def test_nothing_follows_the_end() -> None:
    writer = Writer(CAMERA)
    first = writer.begin() + writer.group(writer.frames(2), END)
    second = writer.begin() + writer.group(writer.frames(2), END)
    error = refuse([first, second])
    assert (error.code, error.place.segment) == ("bad-sequence", 1)


def _recovered_alone(uncertainty_us: int) -> list[bytes]:
    """A cut right behind segment 1's header: its one group is empty and recovered."""

    def change(seal: Seal) -> Seal:
        if seal.segment == 0:
            return seal
        changed = replace(seal, flags=END | RECOVERED, indicator=Indicator())
        return replace(changed, uncertainty_us=uncertainty_us)

    writer = Writer(CAMERA, hooks=Hooks(seal=change))
    first = writer.begin() + writer.group(writer.frames(2))
    return [first, writer.begin() + writer.group([])]


def test_an_empty_recovered_segment_repeats_the_seal_before() -> None:
    assert check(_recovered_alone(5000)).totals.flags == END | RECOVERED
    assert refuse(_recovered_alone(5001)).code == "bad-structure"


def test_a_tail_that_was_kept_goes_on() -> None:
    tail: Tail | None = None
    for data in GOOD:
        verifier = RecordingVerifier(WRITER.recording_id, after=tail)
        verifier.feed(verify_segment(data, PUBLIC))
        assert verifier.tail is not None
        tail = Tail.decode(verifier.tail.encode())
        assert tail == verifier.tail
    assert tail is not None
    assert tail.ended
    verifier = RecordingVerifier(after=Tail.behind(verify_segment(GOOD[0], PUBLIC)))
    with pytest.raises(EvidenceError, match="missing-segment"):
        verifier.feed(verify_segment(GOOD[2], PUBLIC))


def test_memory_does_not_grow_with_segments() -> None:
    verifier = RecordingVerifier()
    for data in GOOD:
        verified = verify_segment(data, PUBLIC)
        verifier.feed(verified)
    assert all(value is not verified for value in vars(verifier).values())
