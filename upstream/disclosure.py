# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Lets content out: a recording opened, or its bundle; logged durably before a byte is read.

All of a recording is authenticated again before its first byte goes out, each segment once more
as it is opened, so that a stream that begins is of evidence that stands. Memory is bounded by one
segment. docs/link.md §5.
"""

from __future__ import annotations

from collections.abc import Iterator

from evidence import cbor
from evidence.errors import BadKey
from evidence.header import read_header
from evidence.opening import check_segment, open_header, open_segment
from evidence.recording import RecordingVerifier
from evidence.segment import verify_segment
from evidence.statements import CameraCertificate
from evidence.verified import VerifiedSegment
from upstream import catalogue
from upstream.access import Peer
from upstream.catalogue import Recording, Stored
from upstream.database import Database
from upstream.errors import StoredDamageError, UnknownRecordingError
from upstream.identity import Identity
from upstream.log import Log
from upstream.objects import Objects
from upstream.tickets import Keyring


class Disclosure:
    """Opens what is stored, for staff alone."""

    def __init__(
        self,
        identity: Identity,
        keyring: Keyring,
        objects: Objects,
        database: Database,
        log: Log,
    ) -> None:
        self._identity = identity
        self._keyring = keyring
        self._objects = objects
        self._database = database
        self._log = log

    def open(self, peer: Peer, recording_id: bytes, reason: str) -> Iterator[bytes]:
        """A CBOR sequence of all chunks. Returns when logged and authenticated; then streams."""
        recording, stored = self.asked(peer, "open", recording_id, reason)
        content_key = self._content_key(recording)
        for verified in self.walk(recording, stored):
            check_segment(verified, content_key)
        return self._chunks(recording, stored, content_key)

    def asked(
        self, peer: Peer, kind: str, recording_id: bytes, reason: str
    ) -> tuple[Recording, list[Stored]]:
        """Log who asks for what and why, durably; only then what is asked for."""
        body: list[cbor.Value] = [peer.subject, peer.certificate_digest, recording_id, reason]
        with self._database.transaction() as connection:
            recording = catalogue.get_recording(connection, recording_id)
            if recording is None:
                raise UnknownRecordingError("No recording of this id arrived.")
            self._log.append(connection, kind, body)
            stored = catalogue.stored_segments(connection, recording_id)
        return recording, stored

    def walk(self, recording: Recording, stored: list[Stored]) -> Iterator[VerifiedSegment]:
        """The stored segments in order, each verified anew and following the one before."""
        verifier = RecordingVerifier(recording.id)
        for each in stored:
            verified = self._verified(recording, each)
            verifier.feed(verified)
            yield verified

    def _verified(self, recording: Recording, stored: Stored) -> VerifiedSegment:
        """A stored segment, verified against what was registered."""
        data = self._objects.read(stored.object, stored.length)
        root = self._identity.root_public
        certificate = CameraCertificate.verify(root, recording.certificate)
        verified = verify_segment(data, certificate.public_key, certificate)
        if verified.sha256 != stored.digest:
            raise StoredDamageError("A stored segment has not its registered digest.")
        return verified

    def _content_key(self, recording: Recording) -> bytes:
        private = self._keyring.private_of(recording.ticket, recording.camera, recording.epoch)
        if private is None:
            raise BadKey("the ticket is not in the keyring any more")
        return open_header(read_header(recording.header)[0], private)

    def _chunks(
        self, recording: Recording, stored: list[Stored], content_key: bytes
    ) -> Iterator[bytes]:
        yield cbor.encode(["recording", _described(recording)])
        count = 0
        for verified in self.walk(recording, stored):
            for chunk in open_segment(verified, content_key):
                times = (chunk.mono_us, chunk.utc_us, chunk.uncertainty_us)
                yield cbor.encode([chunk.kind, chunk.index, *times, chunk.plaintext])
                count += 1
        yield cbor.encode(["end", count])


def _described(recording: Recording) -> dict[cbor.Value, cbor.Value]:
    picture = recording.picture
    return {
        "id": recording.id.hex(),
        "camera": recording.camera,
        "epoch": recording.epoch,
        "number": recording.number,
        "width": picture.width,
        "height": picture.height,
        "rate": picture.rate,
        "segments": recording.segments,
        "frames": recording.frames,
        "events": recording.events,
        "complete": recording.ended,
        "recovered": recording.recovered,
    }
