# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Every check of docs/format.md §8 on a segment, without keys: what is refused, and the place."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from evidence.chunk import ChunkHeader
from evidence.errors import CODES, EvidenceError
from evidence.header import EVENT, Picture, SegmentHeader
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


def _written(hooks: Hooks, flags: int = END) -> bytes:
    writer = Writer(CAMERA, hooks=hooks)
    return writer.begin() + writer.group([*writer.frames(3), writer.marker()], flags)


def _seal(**changes: Any) -> Hooks:
    return Hooks(seal=lambda seal: replace(seal, **changes))


def _chunk(at: int, **changes: Any) -> Hooks:
    def change(chunk: ChunkHeader) -> ChunkHeader:
        return replace(chunk, **changes) if chunk.index == at else chunk

    return Hooks(chunk=change)


def _header(**changes: Any) -> Hooks:
    return Hooks(header=lambda header: replace(header, **changes))


def _at(**changes: Callable[[Any], Any]) -> Hooks:
    def change(seal: Seal) -> Seal:
        return replace(seal, **{name: how(seal) for name, how in changes.items()})

    return Hooks(seal=change)


LYING = {  # a camera that signs it: (what it writes otherwise, the error code)
    "seal of another recording": (_seal(recording_id=bytes(16)), "foreign"),
    "seal of another segment": (_seal(segment=1), "bad-sequence"),
    "seal of another group": (_seal(group=1), "bad-sequence"),
    "seal from another chunk": (_seal(first_chunk=1), "bad-sequence"),
    "seal over fewer chunks": (_seal(chunks=3), "bad-sequence"),
    "seal over more chunks": (_seal(chunks=5), "bad-sequence"),
    "another header digest": (_seal(header_digest=bytes(32)), "bad-digest"),
    "another leaves digest": (_seal(leaves_digest=bytes(32)), "bad-digest"),
    "another previous seal": (_seal(previous_seal=b"\1" * 32), "bad-digest"),
    "seal before its last chunk": (_seal(mono_us=1), "bad-time"),
    "recovered but no end": (
        _at(flags=lambda s: RECOVERED, indicator=lambda s: Indicator()),
        "bad-structure",
    ),
    "recovered but measured": (_seal(flags=RECOVERED | END), "bad-structure"),
    "recovered at another time": (
        _seal(flags=RECOVERED | END, indicator=Indicator(), uncertainty_us=0),
        "bad-structure",
    ),
    "chunk of another recording": (_chunk(2, recording_id=bytes(16)), "foreign"),
    "chunk of another segment": (_chunk(2, segment=1), "bad-sequence"),
    "chunk of another group": (_chunk(2, group=1), "bad-sequence"),
    "chunk index skipped": (_chunk(2, index=3), "bad-sequence"),
    "sound, which is not declared": (_chunk(2, kind=2), "bad-structure"),
    "kind 0": (_chunk(2, kind=0), "bad-structure"),
    "time falls": (_chunk(2, mono_us=1), "bad-time"),
    "group of over 5 s": (_chunk(3, mono_us=1_000_000 + 5_000_001), "group-too-long"),
    "ciphertext not in blocks": (_chunk(2, length=17), "bad-structure"),
    "no ciphertext": (_chunk(2, length=0), "bad-structure"),
    "ciphertext over 1 MiB": (_chunk(2, length=(1 << 20) + 16), "chunk-too-long"),
    "ciphertext behind the end": (_chunk(3, length=1 << 20), "truncated"),
    "header record of another recording": (_header(recording_id=bytes(16)), "foreign"),
    "another evidence key": (_header(evidence_digest=bytes(32)), "foreign"),
    "a seal before the first": (_header(previous_seal=b"\1" * 32), "bad-digest"),
    "recording number 0": (_header(number=0), "bad-structure"),
    "a name of 33": (_header(force="a" * 33), "bad-name"),
    "a name with a slash": (_header(camera="a/b"), "bad-name"),
    "no width": (_header(picture=Picture(0, 1, 1)), "bad-structure"),
    "height over 8192": (_header(picture=Picture(1, 8193, 1)), "bad-structure"),
    "rate over 240 a second": (_header(picture=Picture(1, 1, 240_001)), "bad-structure"),
    "a short wrapped key": (_header(wrapped_key=bytes(79)), "bad-structure"),
    "marked by a number": (_header(marked=1), "bad-structure"),
    "an order of 31 bytes": (_header(order_digest=bytes(31)), "bad-structure"),
}


@pytest.mark.parametrize(("hooks", "code"), LYING.values(), ids=LYING)
def test_what_a_lying_camera_signs_is_refused(hooks: Hooks, code: str) -> None:
    error = refuse(_written(hooks))
    assert error.code == code
    assert error.place.offset is not None


@pytest.mark.parametrize("pad", [0, 2000])
def test_long_headers_and_seals_are_refused_unread(pad: int) -> None:
    header = b"CDRh" + bytes(16) + (1001 + pad).to_bytes(4, "big") + bytes(5000)
    assert refuse(header).code == "header-too-long"
    long_seal = Hooks(seal_record=lambda r: r[:20] + (321 + pad).to_bytes(4, "big") + bytes(5000))
    assert refuse(_written(long_seal)).code == "seal-too-long"


def test_a_segment_over_8_mib_is_refused_unread() -> None:
    assert refuse(bytes((8 << 20) + 1)).code == "segment-too-long"


def test_a_group_has_at_most_512_chunks_and_5_s() -> None:
    writer = Writer(CAMERA, hooks=_seal(chunks=512))
    begin = writer.begin()
    bodies = [replace(body, mono_us=5) for body in writer.frames(513, size=4)]
    error = refuse(begin + writer.group(bodies, END))
    assert (error.code, error.place.chunk) == ("group-too-long", 512)
    writer = Writer(CAMERA)
    begin = writer.begin()
    group = writer.group([replace(body, mono_us=5) for body in writer.frames(512, size=4)], END)
    assert len(verify_segment(begin + group, PUBLIC).groups[0].chunks) == 512
    late = writer.frames(2, size=4)
    late[1] = replace(late[1], mono_us=late[0].mono_us + 5_000_000)
    writer = Writer(CAMERA)
    writer.mono_us = late[1].mono_us
    verify_segment(writer.begin() + writer.group(late, END), PUBLIC)


def test_a_segment_lasts_at_most_20_s() -> None:
    for over, code in ((0, None), (1, "segment-too-long")):
        writer = Writer(CAMERA)
        data = writer.begin() + writer.group(writer.frames(1))
        for seconds in (5, 10, 15):
            writer.mono_us = 1_000_000 + seconds * 1_000_000
            data += writer.group(writer.frames(1))
        writer.mono_us = 21_000_000 + over
        data += writer.group(writer.frames(1), END)
        if code is None:
            verify_segment(data, PUBLIC)
        else:
            error = refuse(data)
            assert (error.code, error.place.group) == (code, 4)


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
