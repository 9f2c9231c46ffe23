# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What upstream may answer, and what becomes of the segment: the table of docs/link.md §5.

The spool is filled directly; answers come from a real HTTPS server that says what a test tells it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dock import journal
from dock.config import Config
from dock.journal import Row
from dock.messages import Entry
from dock.spool import Spool
from dock.trust import Segment
from evidence import cbor
from evidence.statements import Receipt
from tests.dock import bays
from tests.dock.answering import Answer, Answering, serving
from tests.dock.stage import Site
from tests.evidence.writer import Camera, Writer
from tests.upstream.stage import Stage

STATES = (*journal.HELD, journal.RECEIPTED, journal.QUARANTINED)


class Filled:
    """A spool with verified segments of one recording, and the right receipts for them."""

    def __init__(self, site: Site, segments: int = 1, marked: bool = False, number: int = 1):
        self.site = site
        self.camera = Camera(seed=number)
        certificate = site.stage.enlist(self.camera)
        self.writer = Writer(self.camera, number)
        self.data = self.writer.segments(segments)
        spool = Spool(site.config(1))
        self.keys = []
        for index, data in enumerate(self.data):
            key = Segment(self.camera.name, self.camera.epoch, self.writer.recording_id, index)
            last = index == segments - 1
            entry = Entry(key.recording, number, index, len(data), marked, last)
            spool.begin(key, entry, certificate)
            spool.append(key, 0, data)
            spool.finish(key)
            spool.verified(key)
            self.keys.append(key)
        spool.close()

    def receipt(self, index: int = 0, **changes: Any) -> bytes:
        """A receipt of the service key; right unless changed."""
        key, data = self.keys[index], self.data[index]
        named = (self.camera.force, key.camera, key.epoch, key.recording, key.segment)
        right = Receipt(*named, len(data), sha256(data).digest(), bytes(32), 1)
        return replace(right, **changes).sign(self.site.stage.force.service)

    def answer(self, path: str, camera: str, body: bytes) -> Answer:
        """As the real server would."""
        index = int(path.rsplit("/", 1)[1])
        assert camera == f"{self.camera.name}/{self.camera.epoch}"
        assert body == self.data[index]
        return 200, cbor.encode([self.receipt(index)])


def forward(config: Config, done: Callable[[bays.Bays], Any]) -> list[Row]:
    """Run the dock until it holds; the rows then."""

    async def whole() -> list[Row]:
        async with bays.running(replace(config, ports=())) as made:
            await made.until(lambda: done(made))
            keeper = made.station.keeper
            return await keeper.do(keeper.spool.rows, *STATES)

    return asyncio.run(whole())


def error(code: str) -> bytes:
    """An error of upstream's."""
    return json.dumps({"error": code, "message": "m", "next": "n"}).encode()


def test_a_right_receipt_is_kept_and_the_bytes_go(site: Site, stage: Stage) -> None:
    filled = Filled(site, 3)
    answering = Answering(filled.answer)
    with serving(stage, answering) as port:
        rows = forward(site.config(port), lambda made: made.station.state.forwarded == 3)
    assert [row.state for row in rows] == [journal.RECEIPTED] * 3
    assert sorted(row.receipt or b"" for row in rows) == sorted(map(filled.receipt, range(3)))
    assert site.files("whole") == []
    recording = filled.writer.recording_id.hex()
    assert answering.asked == [f"/v1/segments/{recording}/{index}" for index in range(3)]


FALSE: dict[str, Callable[[Filled], bytes]] = {
    "no-cbor": lambda filled: b"receipt",
    "empty": lambda filled: b"",
    "null": lambda filled: b"\xf6",
    "no-receipt": lambda filled: b"\x80",
    "two": lambda filled: cbor.encode([filled.receipt(), filled.receipt()]),
    "other-key": lambda filled: cbor.encode(
        [Receipt.unverified(filled.receipt()).sign(Ed25519PrivateKey.generate())]
    ),
    "other-digest": lambda filled: cbor.encode([filled.receipt(digest=bytes(32))]),
    "other-length": lambda filled: cbor.encode([filled.receipt(length=1)]),
    "other-segment": lambda filled: cbor.encode([filled.receipt(segment=1)]),
    "other-recording": lambda filled: cbor.encode([filled.receipt(recording_id=bytes(16))]),
    "other-epoch": lambda filled: cbor.encode([filled.receipt(epoch=9)]),
    "other-force": lambda filled: cbor.encode([filled.receipt(force="other")]),
    "json": lambda filled: b'{"status": "ok"}',
}


@pytest.mark.parametrize("name", FALSE)
def test_a_200_without_the_right_receipt_is_no_success(
    site: Site, stage: Stage, name: str
) -> None:
    filled = Filled(site)
    answers = iter([FALSE[name](filled), FALSE[name](filled)])
    right = cbor.encode([filled.receipt()])
    answering = Answering(lambda path, camera, body: (200, next(answers, right)))
    with serving(stage, answering) as port:
        rows = forward(site.config(port), lambda made: made.station.state.forwarded == 1)
    assert len(answering.asked) == 3  # the false ones were tried again
    assert [row.receipt for row in rows] == [filled.receipt()]


KEPT = [
    (401, error("not-authorised"), "not-authorised"),
    (403, error("not-authorised"), "not-authorised"),
    (404, error("unknown-camera"), "unknown-camera"),
    (409, error("out-of-order"), "out-of-order"),
    (409, b"", "unavailable"),
    (429, error("busy"), "unavailable"),
    (503, error("unavailable"), "unavailable"),
    (507, error("full"), "unavailable"),
    (500, b"<html>", "unavailable"),
    (302, b"", "unavailable"),
    (204, b"", "unavailable"),
    (200, bytes(1 << 17), "unavailable"),
    (0, b"", "unreachable"),
]


@pytest.mark.parametrize(("status", "body", "code"), KEPT)
def test_what_is_refused_for_the_moment_is_kept_and_tried_again(
    site: Site, stage: Stage, status: int, body: bytes, code: str
) -> None:
    filled = Filled(site)
    codes: set[str] = set()

    def seen(made: bays.Bays) -> bool:
        if made.station.state.upstream_fault is not None:
            codes.add(made.station.state.upstream_fault.code)
        return len(answering.asked) >= 3 and bool(codes)

    answering = Answering(lambda path, camera, body_: (status, body))
    with serving(stage, answering) as port:
        rows = forward(site.config(port), seen)
    assert codes == {code}
    assert [row.state for row in rows] == [journal.VERIFIED]
    assert len(site.files("whole")) == 1
    # And when it is taken at last, it goes.
    with serving(stage, Answering(filled.answer)) as port:
        rows = forward(site.config(port), lambda made: made.station.state.forwarded == 1)
    assert [row.state for row in rows] == [journal.RECEIPTED]


QUARANTINED = [
    (400, error("bad-request"), "rejected"),
    (411, error("length-required"), "rejected"),
    (413, error("too-large"), "rejected"),
    (422, error("bad-tag"), "rejected"),
    (409, error("conflict"), "conflict"),
]


@pytest.mark.parametrize(("status", "body", "code"), QUARANTINED)
def test_what_is_refused_for_good_is_quarantined_and_not_deleted(
    site: Site, stage: Stage, status: int, body: bytes, code: str
) -> None:
    filled = Filled(site)
    answering = Answering(lambda path, camera, body_: (status, body))
    with serving(stage, answering) as port:
        rows = forward(site.config(port), lambda made: site.files("quarantine"))
    assert [row.state for row in rows] == [journal.QUARANTINED]
    (kept,) = site.files("quarantine")
    assert kept.read_bytes() == filled.data[0]
    reason = json.loads(kept.with_suffix(".json").read_bytes())
    assert reason["code"] == code
    assert str(status) in reason["message"]
    assert len(answering.asked) == 1


def test_no_upstream_at_all_keeps_everything(site: Site) -> None:
    Filled(site, 2)
    rows = forward(site.config(9), lambda made: made.station.state.upstream_fault)
    assert [row.state for row in rows] == [journal.VERIFIED] * 2


def test_an_upstream_of_another_intermediate_gets_nothing(
    site: Site, stage: Stage, tmp_path: Path
) -> None:
    filled = Filled(site)
    stranger = Stage(tmp_path / "stranger")
    answering = Answering(filled.answer)
    with serving(stranger, answering) as port:
        rows = forward(site.config(port), lambda made: made.station.state.upstream_fault)
    assert answering.asked == []
    assert [row.state for row in rows] == [journal.VERIFIED]


def test_marked_recordings_go_first(site: Site, stage: Stage) -> None:
    plain = Filled(site, 2, number=1)
    marked = Filled(site, 2, marked=True, number=2)
    all_of_them = {each.writer.recording_id.hex(): each for each in (plain, marked)}

    def answer(path: str, camera: str, body: bytes) -> Answer:
        return all_of_them[path.split("/")[3]].answer(path, camera, body)

    answering = Answering(answer)
    with serving(stage, answering) as port:
        config = site.config(port, uploads=1)
        forward(config, lambda made: made.station.state.forwarded == 4)
    order = [path.split("/")[3] for path in answering.asked]
    assert order == [marked.writer.recording_id.hex()] * 2 + [plain.writer.recording_id.hex()] * 2


def test_bytes_that_rotted_in_the_spool_are_not_sent(site: Site, stage: Stage) -> None:
    filled = Filled(site)
    (path,) = site.files("whole")
    rotten = bytearray(filled.data[0])
    rotten[100] ^= 1
    path.write_bytes(rotten)
    answering = Answering(filled.answer)
    with serving(stage, answering) as port:
        rows = forward(site.config(port), lambda made: not site.files("whole"))
    assert answering.asked == []
    assert rows == []  # it is pulled again
