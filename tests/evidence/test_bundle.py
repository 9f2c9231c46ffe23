# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Every rule of evidence.trust: what a bundle needs to be believed, and what it is refused for."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

import pytest

from evidence import layout
from evidence.bundle import Verdict, verify_bundle
from evidence.errors import EvidenceError
from evidence.manifest import ListedFile, Manifest
from evidence.statements import RootStatement
from tests import counting
from tests.evidence.writer import Camera, Force, Writer, public_bytes

FORCE, CAMERA = Force(), Camera()
ONE, TWO = Writer(CAMERA, number=1), Writer(CAMERA, number=2)
SEGMENTS = {ONE.recording_id: ONE.segments(count=3), TWO.recording_id: TWO.segments(count=2)}
GOOD = FORCE.bundle(CAMERA, SEGMENTS)
ANCHOR = FORCE.anchor()
ID = ONE.recording_id
MIDDLE = layout.segment_path(ID, 1)

Files = Mapping[str, bytes]


def refuse(files: Files, code: str, file: str | None = None) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        verify_bundle(files, ANCHOR)
    assert caught.value.code == code
    assert file is None or caught.value.place.file == file
    return caught.value


def test_a_good_bundle_is_verified_against_an_anchor_and_consistent_without() -> None:
    told: list[int] = []
    verdict = verify_bundle(GOOD, ANCHOR, told.append)
    assert isinstance(verdict, Verdict)
    assert verdict.anchored
    assert [r.header.recording_id for r in verdict.recordings] == sorted(SEGMENTS)
    assert sum(told) == verdict.length == sum(map(len, GOOD.values())) - len(GOOD[layout.MANIFEST])
    assert not verify_bundle(GOOD).anchored


def test_another_forces_anchor_trusts_nothing() -> None:
    for other in (Force(seed=2), Force(name="other"), Force(name="other", seed=2)):
        with pytest.raises(EvidenceError) as caught:
            verify_bundle(GOOD, other.anchor())
        assert (caught.value.code, caught.value.place.file) == ("untrusted", layout.ROOT)


def _without(*paths: str) -> dict[str, bytes]:
    return {path: data for path, data in GOOD.items() if path not in paths}


def test_every_missing_file_is_named() -> None:
    def check(path: str) -> None:
        refuse(_without(path), "missing-file", path)

    counting.each("evidence: files taken out of a bundle", sorted(GOOD), check)


@pytest.mark.parametrize(
    "path", ["note.txt", "recordings/x", layout.segment_path(bytes(16), 0), "manifest.cose~"]
)
def test_a_file_that_is_not_listed_is_named(path: str) -> None:
    refuse({**GOOD, path: b"x"}, "unlisted-file", path)


def test_every_two_files_that_change_places_are_refused() -> None:
    paths = sorted(GOOD)
    cases = [(a, b) for a in paths for b in paths if a < b]

    def check(case: tuple[str, str]) -> None:
        a, b = case
        with pytest.raises(EvidenceError) as caught:
            verify_bundle({**GOOD, a: GOOD[b], b: GOOD[a]}, ANCHOR)
        assert caught.value.place.file is not None

    counting.each("evidence: two files of a bundle swapped", cases, check)


def test_every_file_is_bounded_before_it_is_read() -> None:
    def check(path: str) -> None:
        most = layout.max_bytes(path)
        assert most is not None
        error = _refused({**GOOD, path: bytes(most + 1)})
        assert error.code in ("segment-too-long", "statement-too-long", "bundle-too-large")
        assert error.place.file == path

    counting.each("evidence: files of a bundle over their bound", sorted(GOOD), check)


def _refused(files: Files) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        verify_bundle(files, ANCHOR)
    return caught.value


# What a service that lies could sign: its manifest lists it all, so the camera's seals decide.


def _with(path: str, data: bytes) -> dict[str, bytes]:
    return FORCE.with_manifest({**GOOD, path: data})


def _lacking(path: str) -> dict[str, bytes]:
    return FORCE.with_manifest(_without(path))


def _without_segment(number: int) -> dict[str, bytes]:
    paths = layout.segment_path(ID, number), layout.receipt_path(ID, number)
    return FORCE.with_manifest(_without(*paths))


def test_a_service_cannot_leave_out_a_segment() -> None:
    refuse(_without_segment(0), "missing-segment", MIDDLE)
    refuse(_without_segment(1), "missing-segment", layout.segment_path(ID, 2))
    refuse(_without_segment(2), "missing-end", MIDDLE)


def test_a_service_cannot_leave_out_a_receipt_or_forget_its_segment() -> None:
    receipt = layout.receipt_path(ID, 1)
    refuse(_lacking(receipt), "missing-file", receipt)
    refuse(_lacking(MIDDLE), "missing-segment", MIDDLE)


def test_a_service_cannot_leave_out_a_certificate_or_all_recordings() -> None:
    for path in layout.CERTIFICATES[2:]:
        refuse(_lacking(path), "missing-file", path)
    refuse(FORCE.with_manifest(FORCE.certificates(CAMERA)), "missing-segment", layout.MANIFEST)


def test_a_service_cannot_swap_or_double_segments() -> None:
    path = layout.segment_path(ID, 2)

    swapped = {**GOOD, MIDDLE: GOOD[path], path: GOOD[MIDDLE]}
    refuse(FORCE.with_manifest(swapped), "bad-sequence", MIDDLE)
    refuse(_with(path, GOOD[MIDDLE]), "bad-sequence", path)
    foreign = SEGMENTS[TWO.recording_id][1]
    refuse(_with(MIDDLE, foreign), "foreign", MIDDLE)


def test_a_service_cannot_change_a_receipts_meaning() -> None:
    path = layout.receipt_path(ID, 1)
    good = FORCE.receipt(CAMERA, ID, 1, GOOD[MIDDLE])
    for changed, code in (
        (replace(good, force="other"), "foreign"),
        (replace(good, camera="other"), "foreign"),
        (replace(good, epoch=2), "foreign"),
        (replace(good, recording_id=bytes(16)), "foreign"),
        (replace(good, segment=2), "foreign"),
        (replace(good, length=good.length + 1), "bad-digest"),
        (replace(good, digest=bytes(32)), "bad-digest"),
    ):
        message = changed.sign(FORCE.service)
        refuse(_with(path, message), code, path)
    other = good.sign(FORCE.root)
    refuse(_with(path, other), "bad-signature", path)


def test_a_receipt_of_another_length_or_digest_than_listed_is_refused() -> None:
    listed = [
        ListedFile(path, len(data) + (path == MIDDLE), sha256(data).digest())
        for path, data in _without(layout.MANIFEST).items()
    ]
    manifest = Manifest("demo", 1, tuple(sorted(listed))).sign(FORCE.service)
    refuse({**GOOD, layout.MANIFEST: manifest}, "bad-digest", MIDDLE)


def test_two_recordings_of_one_number_are_refused() -> None:
    again = Writer(CAMERA, number=1)
    files = FORCE.bundle(CAMERA, {**SEGMENTS, again.recording_id: again.segments(count=1)})
    assert refuse(files, "bad-sequence").place.file is not None


def test_each_statement_is_signed_by_the_right_key() -> None:
    other, root_public = Force(seed=2), public_bytes(FORCE.root)
    certificates = other.certificates(CAMERA)
    for path in (layout.ROOT, layout.SERVICE, layout.CAMERA):
        code = "untrusted" if path == layout.ROOT else "bad-signature"
        message = certificates[path]
        refuse(_with(path, message), code, path)
    forged = RootStatement("demo", root_public, 1).sign(other.root)
    refuse(_with(layout.ROOT, forged), "bad-signature", layout.ROOT)
    manifest = Manifest.unverified(GOOD[layout.MANIFEST]).sign(other.service)
    refuse({**GOOD, layout.MANIFEST: manifest}, "bad-signature", layout.MANIFEST)


def test_every_statement_is_of_the_manifests_force() -> None:
    other = Force(name="other")
    # Another force with the same keys: all signatures hold, the names do not.
    other.root, other.service = FORCE.root, FORCE.service
    certificates = other.certificates(Camera(force="other"))
    for path in (layout.ROOT, layout.SERVICE, layout.CAMERA):
        message = certificates[path]
        refuse(_with(path, message), "foreign", path)


def test_another_cameras_certificate_is_refused() -> None:
    for camera in (Camera(seed=2), Camera(name="other"), Camera(epoch=2)):
        message = camera.certificate().sign(FORCE.root)
        first = layout.segment_path(min(SEGMENTS), 0)
        refuse(_with(layout.CAMERA, message), "foreign", first)


def test_more_files_than_a_bundle_has_are_not_even_read() -> None:
    many = {f"f{number}": b"" for number in range(8194)}
    refuse(many, "bundle-too-large")
