# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A camera that lies with its right key: wrong fields, and past docs/format.md's limits (§2)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from evidence.chunk import ChunkHeader
from evidence.errors import EvidenceError
from evidence.header import Picture
from evidence.seal import END, RECOVERED, Indicator, Seal
from evidence.segment import verify_segment
from tests.evidence.writer import Camera, Hooks, Writer

CAMERA = Camera()
PUBLIC = CAMERA.evidence_public


def refuse(data: bytes) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        verify_segment(data, PUBLIC)
    return caught.value


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


def test_a_segment_has_at_most_64_groups() -> None:
    for groups, refused in ((64, False), (65, True)):
        writer = Writer(CAMERA)
        data = writer.begin()
        for group in range(groups):
            data += writer.group(writer.frames(1, size=4), END if group == groups - 1 else 0)
        if refused:
            assert refuse(data).code == "segment-too-long"
        else:
            assert len(verify_segment(data, PUBLIC).groups) == groups
