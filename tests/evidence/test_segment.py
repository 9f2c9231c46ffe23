# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Every check of docs/format.md §8 on a segment, without keys: what is refused, and the place."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest

from evidence.errors import CODES, EvidenceError
from evidence.header import EVENT, SegmentHeader
from evidence.limits import UNCERTAINTY_UNKNOWN_US
from evidence.seal import END, RECOVERED, Indicator, Seal
from evidence.segment import verify_segment
from evidence.statements import CameraCertificate
from tests import counting
from tests.evidence.records import split
from tests.evidence.writer import Camera, Hooks, Writer

CAMERA = Camera()
PUBLIC = CAMERA.evidence_public
GOOD = Writer(CAMERA).segments(count=2)
FIRST, SECOND = GOOD
SHORT = Writer(CAMERA).segments(count=1, frames=1)[0]
OTHER = Writer(CAMERA, number=2).segments(count=1)[0]


def refuse(
    data: bytes, public: bytes = PUBLIC, certificate: CameraCertificate | None = None
) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        verify_segment(data, public, certificate)
    error = caught.value
    assert CODES[error.code] is type(error)
    assert error.next_step
    assert error.message
    return error


def test_a_good_segment_says_what_it_holds() -> None:
    verified = verify_segment(FIRST, PUBLIC, CAMERA.certificate())
    assert [group.number for group in verified.groups] == [0, 1]
    assert [chunk.number for group in verified.groups for chunk in group.chunks] == [*range(10)]
    assert [chunk.kind for chunk in verified.groups[0].chunks] == [1, 1, 1, 1, EVENT]
    assert (verified.length, verified.sha256) == (len(FIRST), sha256(FIRST).digest())
    assert verified.header_digest == sha256(split(FIRST)[0]).digest()
    assert not verified.ended
    later = verify_segment(memoryview(SECOND), PUBLIC)
    assert later.ended
    assert later.groups[0].seal.previous_seal == verified.groups[-1].seal_digest


def test_every_flipped_bit_is_refused_with_its_place() -> None:
    def check(bit: int) -> None:
        flipped = bytearray(SHORT)
        flipped[bit // 8] ^= 1 << bit % 8
        error = refuse(bytes(flipped))
        assert error.place.offset is not None
        assert error.place.offset <= len(SHORT)

    counting.each("evidence: flipped bits of a segment", range(8 * len(SHORT)), check)


def test_every_cut_is_refused_at_or_before_the_cut() -> None:
    whole = {0}
    for record in split(FIRST):
        whole.add(max(whole) + len(record))
    # A segment that ends behind a seal is whole by itself: its recording misses what follows.
    whole_by_itself = len(b"".join(split(FIRST)[:7]))

    def check(length: int) -> None:
        if length == whole_by_itself:
            verify_segment(FIRST[:length], PUBLIC)
            return
        error = refuse(FIRST[:length])
        assert error.code == "truncated"
        assert error.place.offset is not None
        assert error.place.offset <= length

    assert len(whole) == 14
    counting.each("evidence: a segment cut at every byte", range(len(FIRST)), check)


@pytest.mark.parametrize("tail", [b"\0", b"CDR", b"CDRc", b"CDRh", b"junk" * 20, FIRST])
def test_nothing_stands_behind_the_last_seal(tail: bytes) -> None:
    assert refuse(FIRST + tail).code in ("bad-magic", "truncated")
    assert refuse(SECOND + tail).code == "bad-sequence"


def _removed(at: int) -> bytes:
    records = split(FIRST)
    return b"".join(records[:at] + records[at + 1 :])


def _doubled(at: int) -> bytes:
    records = split(FIRST)
    return b"".join(records[: at + 1] + records[at:])


def _swapped(at: int) -> bytes:
    records = split(FIRST)
    records[at], records[at + 1] = records[at + 1], records[at]
    return b"".join(records)


def _foreign(at: int) -> bytes:
    records, others = split(FIRST), split(OTHER)
    records[at] = others[at]
    return b"".join(records)


def _from_the_next(at: int) -> bytes:
    records, others = split(FIRST), split(SECOND)
    records[at] = others[at]
    return b"".join(records)


EDITS = [_removed, _doubled, _swapped, _foreign, _from_the_next]


def test_records_removed_doubled_swapped_and_foreign_are_refused() -> None:
    cases = [(edit, at) for edit in EDITS for at in range(len(split(FIRST)) - (edit is _swapped))]

    def check(case: tuple[Callable[[int], bytes], int]) -> None:
        edit, at = case
        error = refuse(edit(at))
        assert error.code in ("bad-magic", "bad-sequence", "bad-digest", "foreign", "truncated")
        assert error.place.offset is not None

    counting.each("evidence: records of a segment moved", cases, check)


def test_the_first_bad_place_is_named() -> None:
    records = split(FIRST)
    begin = len(b"".join(records[:8]))
    error = refuse(FIRST[: begin + 20] + b"\0\0\0\7" + FIRST[begin + 24 :])
    place = error.place
    assert error.code == "bad-sequence"
    assert (place.segment, place.group, place.chunk, place.offset) == (0, 1, 6, begin + 20)
    assert str(place) == f"segment 0, group 1, chunk 6, byte {begin + 20}"


def test_an_empty_group_is_the_end_alone() -> None:
    writer = Writer(CAMERA)
    data = writer.begin() + writer.group(writer.frames(2))
    assert verify_segment(data + writer.group([], END), PUBLIC).ended
    writer = Writer(CAMERA)
    data = writer.begin() + writer.group(writer.frames(2)) + writer.group([])
    assert refuse(data).code == "bad-structure"
    assert refuse(Writer(CAMERA).begin()).code == "truncated"


def _recovered(times: tuple[int, int, int], frames: int, before: int = 0) -> bytes:
    def change(seal: Seal) -> Seal:
        if not seal.has(END):
            return seal
        mono, utc, uncertainty = times
        changed = replace(seal, mono_us=mono, utc_us=utc, uncertainty_us=uncertainty)
        return replace(changed, flags=END | RECOVERED, indicator=Indicator())

    writer = Writer(CAMERA, hooks=Hooks(seal=change))
    data = writer.begin()
    data += writer.group(writer.frames(before)) if before else b""
    return data + writer.group(writer.frames(frames), END)


def test_a_recovered_seal_repeats_the_time_of_what_is_before_it() -> None:
    utc = 1_780_000_000_000_000
    chunk = 1_040_000
    verify_segment(_recovered((chunk, utc + chunk, 5000), frames=2), PUBLIC)
    seal = 1_080_000
    verify_segment(_recovered((seal, utc + seal, 5000), frames=0, before=2), PUBLIC)
    verify_segment(_recovered((0, 0, UNCERTAINTY_UNKNOWN_US), frames=0), PUBLIC)
    assert refuse(_recovered((chunk, utc + chunk, 5001), frames=2)).code == "bad-structure"
    assert refuse(_recovered((chunk + 1, utc + chunk, 5000), frames=2)).code == "bad-structure"
    assert refuse(_recovered((seal, utc, 5000), frames=0, before=2)).code == "bad-structure"
    assert refuse(_recovered((0, 0, 0), frames=0)).code == "bad-structure"


@pytest.mark.parametrize(
    "other",
    [Camera(seed=2), Camera(force="other"), Camera(name="camera-2"), Camera(epoch=2)],
    ids=["key", "force", "camera", "epoch"],
)
def test_another_cameras_certificate_is_refused(other: Camera) -> None:
    assert refuse(FIRST, certificate=other.certificate()).code == "foreign"
    assert refuse(FIRST, public=other.evidence_public).code == "foreign"
    mixed = replace(other.certificate(), public_key=PUBLIC)
    if mixed != CAMERA.certificate():
        assert refuse(FIRST, certificate=mixed).code == "foreign"


def test_a_header_record_names_its_recording_twice() -> None:
    error = refuse(FIRST[:4] + bytes(16) + FIRST[20:])
    assert (error.code, error.place.offset) == ("foreign", 4)


def test_header_fields_survive() -> None:
    header = verify_segment(FIRST, PUBLIC).header
    assert isinstance(header, SegmentHeader)
    assert header.record() == split(FIRST)[0]
    assert header.digest() == sha256(split(FIRST)[0]).digest()
