# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What of a bundle may be believed: one class, no I/O, its rules in order. docs/format.md §11."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from evidence import layout
from evidence.anchor import Anchor
from evidence.errors import (
    BadDigest,
    BadSequence,
    BundleTooLarge,
    Foreign,
    MissingFile,
    MissingSegment,
    Place,
    SegmentTooLong,
    StatementTooLong,
    UnlistedFile,
    Untrusted,
    located,
)
from evidence.limits import BUNDLE_FOLDER_FILES, MANIFEST_BYTES
from evidence.manifest import Manifest
from evidence.recording import RecordingVerifier, VerifiedRecording
from evidence.segment import verify_segment
from evidence.statements import CameraCertificate, Delegation, Receipt, RootStatement


@dataclass(frozen=True, slots=True)
class Verdict:
    """A bundle in which everything that can be checked was found right."""

    anchored: bool
    root: RootStatement
    service: Delegation
    camera: CameraCertificate
    manifest: Manifest
    recordings: tuple[VerifiedRecording, ...]

    @property
    def length(self) -> int:
        """Bytes of all files but the manifest."""
        return sum(item.length for item in self.manifest.files)


class TrustedBundle:
    """Takes a bundle's parts in order and lets each pass only by what passed before it.

    1. manifest: a well-formed statement within its bounds. Its signature waits for rule 4.
    2. root: the statement is signed by the key that it names, for the manifest's force; where an
       anchor is given, it trusts that root for that force.
    3. service: the delegation is signed by the root, for that force.
    4. The manifest is signed by the service key: from here on its list counts.
    5. files: those present are exactly those listed, all within bounds: the three certificates,
       and for each recording as many receipts as segments.
    6. camera: the certificate is signed by the root, for that force.
    7. segment: each verifies under that certificate, and is the one that its path says.
    8. recording: each is complete, and no two have one number.
    9. receipt: each is signed by the service key for exactly its segment's identity and bytes.
    10. Each file has the length and digest that the manifest lists. What is wrong inside a file
        is named before that, as it says the place; either way the bundle is refused.
    """

    def __init__(self, anchor: Anchor | None) -> None:
        self._anchor = anchor
        self._verifier = RecordingVerifier()
        self._recordings: dict[int, VerifiedRecording] = {}

    def take_manifest(self, message: bytes) -> None:
        """Rule 1."""
        self._message = message
        with located(file=layout.MANIFEST):
            if len(message) > MANIFEST_BYTES:
                raise BundleTooLarge(f"a manifest of {len(message)} bytes")
            self.manifest = Manifest.unverified(message)
        self._listed = {item.path: item for item in self.manifest.files}

    def take_sizes(self, sizes: Mapping[str, int]) -> list[str]:
        """Rule 5. All files but the manifest, in the order in which they are to be taken."""
        _check_present(self._listed, sizes)
        segments = _check_complete(self._listed)
        self._last_segments = {name.recording_id: name for name in segments}
        receipts = [layout.receipt_path(*name) for name in segments]
        return [
            *layout.CERTIFICATES,
            *(layout.segment_path(*name) for name in segments),
            *receipts,
        ]

    def take(self, path: str, data: bytes | memoryview) -> None:
        """Rules 2 to 4 and 6 to 9, for the file at `path`."""
        if path == layout.ROOT:
            self._take_root(data)
        elif path == layout.SERVICE:
            self._take_service(data)
        elif path == layout.CAMERA:
            self._take_camera(data)
        elif segment := layout.segment_of(path):
            self._take_segment(segment, data)
        elif receipt := layout.receipt_of(path):
            self._take_receipt(receipt, data)

    def match(self, path: str, length: int, digest: bytes) -> None:
        """Rule 10."""
        listed = self._listed[path]
        if length != listed.length or digest != listed.digest:
            raise BadDigest("the file is not the one that the manifest lists")

    def finish(self) -> Verdict:
        """The verdict, when every file was taken and matched."""
        return Verdict(
            anchored=self._anchor is not None,
            root=self.root,
            service=self.service,
            camera=self.camera,
            manifest=self.manifest,
            recordings=tuple(self._recordings.values()),
        )

    def _take_root(self, data: bytes | memoryview) -> None:
        self.root = RootStatement.verify_self(data)
        self._check_force(self.root.force)
        anchor = self._anchor
        if anchor is not None and not anchor.trusts(self.root.force, self.root.public_key):
            raise Untrusted("the anchor does not name this root for this force")

    def _take_service(self, data: bytes | memoryview) -> None:
        self.service = Delegation.verify(self.root.public_key, data)
        self._check_force(self.service.force)
        with located(file=layout.MANIFEST):
            Manifest.verify(self.service.public_key, self._message)

    def _take_camera(self, data: bytes | memoryview) -> None:
        self.camera = CameraCertificate.verify(self.root.public_key, data)
        self._check_force(self.camera.force)

    def _take_segment(self, name: layout.SegmentName, data: bytes | memoryview) -> None:
        verified = verify_segment(data, self.camera.public_key, self.camera)
        if verified.header.recording_id != name.recording_id:
            raise Foreign("a segment of another recording than its folder's", Place(offset=4))
        if verified.header.segment != name.segment:
            raise BadSequence("a segment under another's file name", Place(offset=0))
        self._verifier.feed(verified)
        if name == self._last_segments[name.recording_id]:
            self._end_recording()

    def _end_recording(self) -> None:
        recording = self._verifier.finish()
        number = recording.header.number
        if number in self._recordings:
            raise BadSequence("two recordings of one number", Place(offset=0))
        self._recordings[number] = recording
        self._verifier = RecordingVerifier()

    def _take_receipt(self, name: layout.SegmentName, data: bytes | memoryview) -> None:
        receipt = Receipt.verify(self.service.public_key, data)
        camera = self.camera
        named = receipt.force, receipt.camera, receipt.epoch
        if named != (camera.force, camera.camera, camera.epoch):
            raise Foreign("a receipt for another force, camera or epoch")
        if (receipt.recording_id, receipt.segment) != name:
            raise Foreign("a receipt for another segment than its file name's")
        listed = self._listed[layout.segment_path(*name)]
        if (receipt.length, receipt.digest) != (listed.length, listed.digest):
            raise BadDigest("the receipt is for other bytes than the segment's")

    def _check_force(self, force: str) -> None:
        if force != self.manifest.force:
            raise Foreign("a statement of another force than the manifest's")


def _check_present(listed: Collection[str], sizes: Mapping[str, int]) -> None:
    present = sizes.keys() - {layout.MANIFEST}
    for path in sorted(set(listed) - present):
        raise MissingFile("its manifest lists it", Place(file=path))
    for path in sorted(present - set(listed)):
        raise UnlistedFile("remove it, or fetch the bundle again", Place(file=path))
    for path in sorted(present):
        most = layout.max_bytes(path) or 0
        if sizes[path] > most:
            what = f"{sizes[path]} bytes where {most} are allowed"
            too_long = SegmentTooLong if layout.segment_of(path) else StatementTooLong
            raise too_long(what, Place(file=path))


def _check_complete(listed: Collection[str]) -> list[layout.SegmentName]:
    """The segments by rising path; each has its receipt, and each receipt its segment."""
    for path in layout.CERTIFICATES:
        if path not in listed:
            raise MissingFile("every bundle has it", Place(file=path))
    segments = sorted(filter(None, map(layout.segment_of, listed)))
    receipts = sorted(filter(None, map(layout.receipt_of, listed)))
    for name in sorted(set(receipts) - set(segments)):
        raise MissingSegment("there is a receipt for it", Place(file=layout.segment_path(*name)))
    for name in sorted(set(segments) - set(receipts)):
        raise MissingFile("a segment has a receipt", Place(file=layout.receipt_path(*name)))
    if not segments:
        raise MissingSegment("there is none at all", Place(file=layout.MANIFEST))
    count = max(Counter(name.recording_id for name in segments).values())
    if count > BUNDLE_FOLDER_FILES:
        raise BundleTooLarge(f"{count} segments of one recording", Place(file=layout.MANIFEST))
    return segments
