# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What the firmware wrote is read, frame by frame; what was made bad of it is refused.

Format: tests/vectors/README.md. The firmware and evidence/ share no code.
"""

import json
import random
from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest

from evidence import cbor
from evidence.errors import EvidenceError
from evidence.opening import open_header, open_segment
from evidence.seal import RECOVERED
from tests import counting
from tests.evidence.writer import Camera, Force, Writer, public_bytes
from tools.vectors import bad

GOOD, BAD = bad.load("good"), bad.load("bad")
BY_NAME = {vector["name"]: vector for vector in GOOD}

Vector = dict[str, Any]


def test_there_are_vectors_of_the_firmware_good_and_bad() -> None:
    assert GOOD, "the firmware has written none yet"
    assert {vector["from"] for vector in BAD} == set(BY_NAME)


@pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector["name"])
def test_a_good_vector_is_verified_and_opened(vector: Vector) -> None:
    segments = bad.check(vector)
    content_key = open_header(segments[0].header, bytes.fromhex(vector["ticket_private"]))
    assert content_key.hex() == vector["content_key"]
    opened = [chunk for segment in segments for chunk in open_segment(segment, content_key)]
    found = [
        {"index": c.index, "kind": c.kind, "sha256": sha256(c.plaintext).hexdigest()}
        for c in opened
    ]
    assert found == vector["frames"]
    for chunk in opened:
        if chunk.kind == 3:
            assert cbor.decode(chunk.plaintext) == [1]
        else:
            assert chunk.plaintext.startswith(b"\xff\xd8")
    assert all(a.index + 1 == b.index for a, b in pairwise(opened))


@pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector["name"])
def test_what_the_firmware_writes_is_encoded_as_we_would(vector: Vector) -> None:
    for segment in bad.check(vector):
        assert segment.header.record() == segment.data[: len(segment.header.record())]
        for group in segment.groups:
            payload = group.seal.encode()
            assert payload in bytes(segment.data)
            assert group.seal.decode(payload) == group.seal


@pytest.mark.parametrize("vector", BAD, ids=lambda vector: vector["name"])
def test_a_bad_vector_is_refused_where_it_says(vector: Vector) -> None:
    edited = bad.apply(BY_NAME[vector["from"]], vector["edit"], GOOD)
    with pytest.raises(EvidenceError) as caught:
        bad.check(edited, opened=vector["stage"] == "open")
    assert caught.value.code == vector["error"]
    assert bad.place_of(caught.value.place) == vector["place"]


def test_every_sampled_bit_of_the_firmwares_segments_is_refused() -> None:
    source = random.Random(4)
    cases = [
        (vector["name"], at, source.randrange(4 * len(data)))
        for vector in GOOD
        for at, data in enumerate(vector["segments"])
        for _ in range(150)
    ]

    def check(case: tuple[str, int, int]) -> None:
        name, at, bit = case
        edit = ["flip", at, bit // 8, 1 << bit % 8]
        with pytest.raises(EvidenceError):
            bad.check(bad.apply(BY_NAME[name], [edit], GOOD), opened=False)

    counting.each("evidence: flipped bits of the firmware's segments", cases, check)


def _own(name: str, seed: int) -> Vector:
    """A vector as the firmware would write it, by the tests' own writer."""
    force, camera = Force(seed=seed), Camera(seed=seed)
    writer = Writer(camera)
    return {
        "name": name,
        "evidence_public": camera.evidence_public.hex(),
        "root_public": public_bytes(force.root).hex(),
        "certificate": camera.certificate().sign(force.root).hex(),
        "ticket_private": writer.ticket.private_bytes_raw().hex(),
        "content_key": writer.content_key.hex(),
        "segments": [data.hex() for data in writer.segments(count=3)],
        "frames": [],
    }


def test_the_derivation_of_bad_vectors_holds_for_any_recording() -> None:
    own = [_own("one", 1), _own("two", 2)]
    derived = [vector for good in own for vector in bad.derive(good, own)]
    assert len({vector["name"] for vector in derived}) == len(derived) > 80
    assert json.loads(json.dumps(derived)) == derived
    counting.record("evidence: bad vectors derived and refused", len(derived), 0)


def test_a_recovered_vector_is_among_them() -> None:
    flags = [
        group.seal.flags
        for vector in GOOD
        for segment in bad.check(vector)
        for group in segment.groups
    ]
    assert any(flag & RECOVERED for flag in flags), "no vector was written after a power cut"
