# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Takes a segment in and gives its receipt; nothing is acknowledged before all of it is durable.

In order: verify against the camera's key; decide (`admission`); unwrap the content key with the
ticket's private half; check commitments and every tag; store the exact bytes durably; then, in one
durable transaction, the log's registration entry, the receipt that names it, and the catalogue.
The decision is made again inside that transaction, since two docks may bring the same segment.
docs/format.md §8 and §10, docs/link.md §5.
"""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection

from evidence import cbor
from evidence.errors import BadKey, Place
from evidence.opening import check_segment, open_header
from evidence.segment import verify_segment
from evidence.statements import Receipt
from evidence.verified import VerifiedSegment
from upstream import catalogue
from upstream.admission import Admitted, Conflicting, Known, check_identity, decide
from upstream.catalogue import Recording, Stored
from upstream.database import Database
from upstream.errors import ConflictError
from upstream.identity import Camera, Identity, Inventory
from upstream.log import Log
from upstream.objects import Objects
from upstream.tickets import Keyring


class Ingest:
    """The one way in."""

    def __init__(
        self,
        identity: Identity,
        inventory: Inventory,
        keyring: Keyring,
        objects: Objects,
        database: Database,
        log: Log,
    ) -> None:
        self._identity = identity
        self._inventory = inventory
        self._keyring = keyring
        self._objects = objects
        self._database = database
        self._log = log

    def take(self, camera: str, recording: bytes, segment: int, data: memoryview) -> bytes:
        """The signed receipt of a segment's exact bytes; `camera` is `name/epoch`.

        Raises EvidenceError where it does not verify, ConflictError and OutOfOrderError, and
        FullError or UnavailableError where it could not be made durable.
        """
        known = self._inventory.named(camera)
        digest = hashlib.sha256(data).digest()
        with self._database.transaction() as connection:
            stored = catalogue.get_segment(connection, recording, segment)
        if stored is not None and stored.digest == digest:
            return self._again(stored, data)
        verified = verify_segment(data, known.certificate.public_key, known.certificate)
        check_identity(verified, recording, segment)
        arrival = _Arrival(known, verified, digest)
        with self._database.transaction() as connection:
            decision = _decide(connection, arrival)
        if isinstance(decision, Admitted):
            self._authenticate(verified)
        name = self._objects.store(recording, segment, digest, data)
        with self._database.transaction() as connection:
            decision = _decide(connection, arrival)
            if isinstance(decision, Admitted):
                return self._register(connection, arrival, decision.recording, name)
            if isinstance(decision, Conflicting):
                self._keep_conflict(connection, arrival, decision.cause, name)
        if isinstance(decision, Known):
            return decision.stored.receipt
        raise ConflictError(f"This identity is taken ({decision.cause}); both are kept.")

    def _again(self, stored: Stored, data: memoryview) -> bytes:
        """The same receipt; an object that was lost since is stored anew first."""
        if not self._objects.holds(stored.object, stored.length):
            self._objects.store(stored.recording, stored.segment, stored.digest, data)
        return stored.receipt

    def _authenticate(self, verified: VerifiedSegment) -> None:
        header = verified.header
        private = self._keyring.private_of(header.ticket_id, header.camera, header.epoch)
        if private is None:
            place = Place(segment=header.segment, offset=0)
            raise BadKey("no such ticket was given to this camera", place)
        check_segment(verified, open_header(header, private))

    def _register(
        self, connection: Connection, arrival: _Arrival, recording: Recording, name: str
    ) -> bytes:
        header, length = arrival.verified.header, arrival.verified.length
        entry = self._log.append(connection, "register", arrival.entry_body())
        receipt = Receipt(
            force=header.force,
            camera=header.camera,
            epoch=header.epoch,
            recording_id=header.recording_id,
            segment=header.segment,
            length=length,
            digest=arrival.digest,
            entry_hash=entry.hash,
            utc_us=entry.utc_us,
        ).sign(self._identity.service_key)
        state = dataclasses.replace(
            recording,
            certificate=recording.certificate or arrival.camera.message,
            received_utc_us=recording.received_utc_us or entry.utc_us,
            latest_utc_us=entry.utc_us,
        )
        catalogue.put_recording(connection, state)
        stored = Stored(
            recording=header.recording_id,
            segment=header.segment,
            length=length,
            digest=arrival.digest,
            object=name,
            entry=entry.seq,
            receipt=receipt,
        )
        catalogue.put_segment(connection, stored)
        return receipt

    def _keep_conflict(
        self, connection: Connection, arrival: _Arrival, cause: str, name: str
    ) -> None:
        header, digest = arrival.verified.header, arrival.digest
        if catalogue.is_kept_conflict(connection, header.recording_id, header.segment, digest):
            return
        entry = self._log.append(connection, "conflict", [*arrival.entry_body(), cause])
        connection.execute(
            catalogue.conflicts.insert().values(
                recording=header.recording_id,
                segment=header.segment,
                digest=digest,
                camera=header.camera,
                epoch=header.epoch,
                length=arrival.verified.length,
                object=name,
                cause=cause,
                entry=entry.seq,
            )
        )


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A segment that verified, with the camera that sealed it and the digest of its bytes."""

    camera: Camera
    verified: VerifiedSegment
    digest: bytes

    def entry_body(self) -> list[cbor.Value]:
        """What the log says of it."""
        header = self.verified.header
        body: list[cbor.Value] = [header.force, header.camera, header.epoch]
        return [*body, header.recording_id, header.segment, self.verified.length, self.digest]


def _decide(connection: Connection, arrival: _Arrival) -> Admitted | Known | Conflicting:
    header = arrival.verified.header
    recording = catalogue.get_recording(connection, header.recording_id)
    stored = catalogue.get_segment(connection, header.recording_id, header.segment)
    decision = decide(arrival.verified, arrival.digest, recording, stored)
    if isinstance(decision, Admitted) and recording is None:
        cause = catalogue.claimed_by(connection, decision.recording)
        return Conflicting(cause) if cause is not None else decision
    return decision
