# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Golden recordings, written by the whole firmware over the rig, the same bytes each time.

`write(None)` gives the contents of tests/vectors/good as {name: vector}; tests/vectors/README.md
says what stands in one.
"""

import hashlib

import rig
from recorder.keys import EVENT, PICTURE
from recorder.records import MARKER_EVENT
from rigblock import PowerCut, Supply


class _Scene:
    """A camera of its own, its film in order, and the content key, overheard as it is drawn."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.camera = rig.Camera(pages=40, tickets=1, name=name)
        self.chunks = []
        self.content_key = None

    def start(self, supply: Supply | None = None) -> None:
        """Boot and press record, with the time known to a millisecond."""
        camera = self.camera
        camera.boot(supply)
        camera.desk.set_time(1767268800000000, camera.time.mono_us(), 1000)
        recording = camera.app._recording
        draw = recording._random

        def overhear(length_bytes: int) -> bytes:
            drawn = draw(length_bytes)
            if length_bytes == 32 and self.content_key is None:
                self.content_key = drawn.hex()
            return drawn

        recording._random = overhear
        camera.press()
        recording._random = draw

    def film(self, count: int, period_us: int = 40000, length: int = 96) -> None:
        """Small pictures, each of another length."""
        for _ in range(count):
            one = rig.picture(len(self.chunks), length + len(self.chunks) % 32)
            self.chunks.append((PICTURE, one))
            self.camera.film([one], period_us, 10)

    def mark(self) -> None:
        """The wearer marks."""
        self.camera.mark()
        self.chunks.append((EVENT, MARKER_EVENT))

    def stop(self) -> None:
        """Press again and wait for the end."""
        self.camera.press()
        self.camera.settle()

    def vector(self, kept: int | None = None) -> dict:
        """The first `kept` chunks, or all, are those that the recording holds."""
        name, private, _ = rig.ticket(0)
        segments = []
        for entry in self.camera.entries():
            data = b"".join([bytes(part) for part in self.camera.pull(entry)])
            assert name in data
            segments.append(data.hex())
        frames = []
        for index, (kind, plain) in enumerate(self.chunks[:kept]):
            digest = hashlib.sha256(plain).digest().hex()
            frames.append({"index": index, "kind": kind, "sha256": digest})
        return {
            "name": self.name,
            "evidence_public": rig.EVIDENCE.public.hex(),
            "root_public": rig.ROOT.public.hex(),
            "certificate": rig.CERTIFICATE.hex(),
            "ticket_private": private.hex(),
            "content_key": self.content_key,
            "segments": segments,
            "frames": frames,
        }


def _one_segment() -> dict:
    scene = _Scene("one-segment")
    scene.start()
    scene.film(60)
    scene.stop()
    return scene.vector()


def _two_segments_with_marker() -> dict:
    scene = _Scene("two-segments-with-marker")
    scene.start()
    scene.film(6, 1000000)
    scene.mark()
    scene.film(18, 1000000)
    scene.stop()
    return scene.vector()


def _empty_end_group() -> dict:
    """The stop comes when a group was just sealed: the end is a group without chunks."""
    scene = _Scene("empty-end-group")
    scene.start()
    scene.film(10)
    scene.camera.turns(2000)
    scene.stop()
    return scene.vector()


def _without_a_frame() -> dict:
    scene = _Scene("without-a-frame")
    scene.start()
    scene.stop()
    return scene.vector()


def _recovered_tail() -> dict:
    """The power goes while a group is open whose first page is on the card already."""
    scene = _Scene("recovered-tail")
    supply = Supply()
    scene.start(supply)
    scene.film(50, length=200)
    written = supply.writes
    scene.film(3, length=12000)
    assert supply.writes > written
    supply.cut_at = supply.writes + 1
    try:
        scene.film(60)
        raise AssertionError("the power did not go")
    except PowerCut:
        pass
    scene.camera.boot()
    return scene.vector(51)


def _recovered_in_segment_before() -> dict:
    """The power goes when a segment has begun and none of its chunks is on the card."""
    scene = _Scene("recovered-in-the-segment-before")
    supply = Supply()
    scene.start(supply)
    scene.film(20, 1000000)
    recording = scene.camera.app._recording
    assert recording._segment == 0
    while recording._segment == 0:
        scene.film(1, 100000)
    supply.cut_at = supply.writes + 1
    try:
        scene.film(60)
        raise AssertionError("the power did not go")
    except PowerCut:
        pass
    scene.camera.boot()
    return scene.vector(20)


def write(_: object) -> dict:
    """Every vector by its name."""
    makers = (
        _one_segment,
        _two_segments_with_marker,
        _empty_end_group,
        _without_a_frame,
        _recovered_tail,
        _recovered_in_segment_before,
    )
    vectors = {}
    for make in makers:
        vector = make()
        vectors[vector["name"]] = vector
    return vectors
