# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Segments in, receipts out, over real TLS: the way that works, and what is refused or kept."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.cbor import encode
from tests.evidence.writer import Camera, Hooks, Writer
from tests.upstream.stage import Footage, Running, put, writer


def objects(server: Running, made: Writer) -> list[Path]:
    """What is stored under a recording's identity."""
    return sorted(server.stage.data.glob(f"objects/{made.recording_id.hex()}/*.seg"))


def stored_bytes(server: Running, made: Writer) -> list[bytes]:
    """The bytes of it."""
    return [path.read_bytes() for path in objects(server, made)]


def listed(server: Running, made: Writer) -> dict[str, object]:
    """What staff are told of a recording."""
    query = {"prefix": made.recording_id.hex()}
    (found,) = server.staff().get("/v1/recordings", params=query).json()
    assert isinstance(found, dict)
    return found


def refusal(answer: object) -> tuple[int, str]:
    """Status and error code."""
    return answer.status_code, answer.json()["error"]  # type: ignore[attr-defined]


def test_a_recording_arrives(footage: Footage) -> None:
    made = footage.writer()
    for number, data in enumerate(made.segments(3)):
        receipt = footage.receipt(footage.put(made, number, data))
        assert (receipt.force, receipt.camera) == ("demo", footage.camera.name)
        assert (receipt.recording_id, receipt.segment) == (made.recording_id, number)
        assert (receipt.length, receipt.digest) == (len(data), hashlib.sha256(data).digest())
        assert data in stored_bytes(footage.server, made)
    told = listed(footage.server, made)
    assert told["id"] == made.recording_id.hex()
    assert (told["segments"], told["frames"], told["events"]) == (3, 24, 6)
    assert told["complete"] is True
    assert (told["recording_ms"], told["light_ms"]) == (1200, 600)


def test_the_same_bytes_get_the_same_receipt(footage: Footage) -> None:
    made = footage.writer()
    data = made.segments(1)[0]
    first = footage.put(made, 0, data)
    footage.receipt(first)
    assert footage.put(made, 0, data).content == first.content
    assert len(stored_bytes(footage.server, made)) == 1


def test_a_lost_object_is_stored_anew(footage: Footage) -> None:
    made = footage.writer()
    data = made.segments(1)[0]
    first = footage.put(made, 0, data)
    for path in objects(footage.server, made):
        path.unlink()
    assert footage.put(made, 0, data).content == first.content
    assert stored_bytes(footage.server, made) == [data]


def test_segments_wait_for_those_before(footage: Footage) -> None:
    made = footage.writer()
    segments = made.segments(3)
    assert refusal(footage.put(made, 1, segments[1])) == (409, "out-of-order")
    footage.receipt(footage.put(made, 0, segments[0]))
    assert refusal(footage.put(made, 2, segments[2])) == (409, "out-of-order")
    footage.receipt(footage.put(made, 1, segments[1]))
    footage.receipt(footage.put(made, 2, segments[2]))


def test_every_flipped_byte_is_refused(footage: Footage, rng: random.Random) -> None:
    made = footage.writer()
    data = made.segments(1, groups=1, frames=1)[0]
    for place in rng.sample(range(len(data)), 60):
        flipped = bytearray(data)
        flipped[place] ^= 1 << rng.randrange(8)
        answer = footage.put(made, 0, bytes(flipped))
        assert answer.status_code == 422, (place, answer.text)
        assert answer.json()["next"]
    assert stored_bytes(footage.server, made) == []
    footage.receipt(footage.put(made, 0, data))


@pytest.mark.parametrize("count", [0, 1, 50, 700])
def test_a_truncated_segment_is_refused(footage: Footage, count: int) -> None:
    made = footage.writer()
    data = made.segments(1)[0]
    assert footage.put(made, 0, data[: min(count, len(data) - 1)]).status_code == 422
    assert footage.put(made, 0, data[:-1]).json()["error"] == "truncated"


def test_foreign_segments_are_refused(footage: Footage) -> None:
    made, other = footage.writer(1), footage.writer(2)
    mine, theirs = made.segments(2), other.segments(2)
    assert refusal(footage.put(made, 0, theirs[0])) == (422, "foreign")
    footage.receipt(footage.put(made, 0, mine[0]))
    assert refusal(footage.put(made, 1, theirs[1])) == (422, "foreign")
    assert refusal(footage.put(made, 1, mine[0])) == (422, "foreign")
    stranger = Footage(footage.server, seed=9, name="stranger")
    answer = put(footage.dock, stranger.camera, made.recording_id, 1, mine[1])
    assert refusal(answer) == (422, "foreign")


def test_an_unknown_camera_is_named(footage: Footage) -> None:
    made = footage.writer()
    data = made.segments(1)[0]
    nobody = Camera(seed=3, name="nobody")
    answer = put(footage.dock, nobody, made.recording_id, 0, data)
    assert refusal(answer) == (404, "unknown-camera")
    for name in ("../camera-1/1", "camera-1", "camera-1/01", "camera-1/-1", ""):
        headers = {"X-Candour-Camera": name}
        path = f"/v1/segments/{made.recording_id.hex()}/0"
        answer = footage.dock.put(path, content=data, headers=headers)
        assert refusal(answer) == (400, "bad-request")


def test_a_key_that_does_not_open_is_refused(footage: Footage) -> None:
    made = footage.writer()
    unknown = Writer(footage.camera, 5)
    assert refusal(footage.put(unknown, 0, unknown.segments(1)[0])) == (422, "bad-key")
    made.header = replace(made.header, wrapped_key=bytes(80))
    assert refusal(footage.put(made, 0, made.segments(1)[0])) == (422, "bad-key")


def test_a_ticket_of_another_camera_is_refused(footage: Footage) -> None:
    other = Footage(footage.server, seed=2, name="other")
    other.writer()
    made = writer(footage.camera, other.tickets[0])
    assert refusal(footage.put(made, 0, made.segments(1)[0])) == (422, "bad-key")


BAD_CAMERAS = {
    "bad-tag": Hooks(tag=lambda _tag: bytes(32)),
    "bad-digest": Hooks(commitments=lambda _digest: bytes(32)),
    "bad-padding": Hooks(pad=lambda padded: padded[:-1] + b"\x20"),
}


@pytest.mark.parametrize("code", BAD_CAMERAS)
def test_what_cannot_be_opened_gets_no_receipt(footage: Footage, code: str) -> None:
    made = footage.writer(hooks=BAD_CAMERAS[code])
    assert refusal(footage.put(made, 0, made.segments(1)[0])) == (422, code)
    assert stored_bytes(footage.server, made) == []


def test_nothing_follows_an_end(footage: Footage) -> None:
    made = footage.writer()
    footage.receipt(footage.put(made, 0, made.segments(1)[0]))
    more = made.begin() + made.group(made.frames(2))
    assert refusal(footage.put(made, 1, more)) == (422, "bad-sequence")


def test_a_recording_that_does_not_chain_is_refused(footage: Footage) -> None:
    made = footage.writer()
    first, second, _third = made.segments(3)
    footage.receipt(footage.put(made, 0, first))
    forged = Writer(footage.camera)
    forged.__dict__.update(made.__dict__, next_segment=1, next_group=2, next_chunk=10)
    forged.previous = bytes(32)
    data = forged.begin() + forged.group(forged.frames(2))
    assert refusal(footage.put(made, 1, data)) == (422, "bad-digest")
    footage.receipt(footage.put(made, 1, second))


def test_a_conflict_is_kept_and_raised(footage: Footage) -> None:
    made = footage.writer()
    state = dict(made.__dict__)
    first = made.segments(1)[0]
    made.__dict__.update(state)
    second = made.segments(1)[0]
    assert first != second
    footage.receipt(footage.put(made, 0, first))
    for _ in range(2):
        assert refusal(footage.put(made, 0, second)) == (409, "conflict")
    assert sorted(stored_bytes(footage.server, made)) == sorted([first, second])
    assert footage.put(made, 0, first).status_code == 200


def test_a_ticket_or_number_is_taken_once(footage: Footage) -> None:
    made = footage.writer(1)
    ticket = footage.tickets[0]
    footage.receipt(footage.put(made, 0, made.segments(1)[0]))
    same_number = footage.writer(1)
    data = same_number.segments(1)[0]
    assert refusal(footage.put(same_number, 0, data)) == (409, "conflict")
    one, two = (writer(footage.camera, footage.tickets[0], number) for number in (2, 3))
    assert ticket != footage.tickets[0]
    footage.receipt(footage.put(one, 0, one.segments(1)[0]))
    assert refusal(footage.put(two, 0, two.segments(1)[0])) == (409, "conflict")


def test_times_at_their_bounds_are_taken(footage: Footage) -> None:
    most = (1 << 64) - 1
    made = footage.writer(
        hooks=Hooks(
            chunk=lambda chunk: replace(chunk, utc_us=most, mono_us=most),
            seal=lambda seal: replace(seal, utc_us=most, mono_us=most),
        )
    )
    footage.receipt(footage.put(made, 0, made.segments(1)[0]))
    assert listed(footage.server, made)["started_utc_us"] == most


def test_a_status_of_nobody_is_refused(footage: Footage) -> None:
    assert footage.ask().status_code == 200
    footage.camera.evidence = Camera(seed=8).evidence
    assert refusal(footage.ask()) == (422, "bad-signature")
    unlisted = Camera(seed=4, name="unlisted")
    certificate = footage.server.stage.force.certify("unlisted", 1, unlisted.evidence_public)
    body = encode([certificate, certificate])
    assert refusal(footage.dock.post("/v1/status", content=body)) == (404, "unknown-camera")
    for body in (b"", b"\x80", b"\xff", encode([b"", 1]), b"x" * 9000):
        answer = footage.dock.post("/v1/status", content=body)
        assert answer.status_code in (400, 413)
