# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a verified segment may follow what the catalogue holds: pure, no disk, no clock.

The rules, in order:

1. the recording and segment numbers are those that were asked for;
2. the same identity with the same bytes is known, with other bytes a conflict;
3. nothing comes before its predecessor;
4. a segment follows the one before it as docs/format.md §8, *Recording*, says;
5. a first segment takes a ticket and a recording number that no other recording has (which is the
   catalogue's to tell: `catalogue.claimed_by`).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from evidence.errors import Foreign, Place
from evidence.header import EVENT, PICTURE
from evidence.recording import RecordingVerifier, Tail
from evidence.seal import RECOVERED
from evidence.verified import VerifiedSegment
from upstream.catalogue import Recording, Stored
from upstream.errors import OutOfOrderError


@dataclass(frozen=True, slots=True)
class Admitted:
    """It may be registered; `recording` is the state with it."""

    recording: Recording


@dataclass(frozen=True, slots=True)
class Known:
    """It is registered already."""

    stored: Stored


@dataclass(frozen=True, slots=True)
class Conflicting:
    """Its identity is taken; `cause` says by what."""

    cause: str


def check_identity(verified: VerifiedSegment, recording: bytes, segment: int) -> None:
    """Rule 1."""
    header = verified.header
    if (header.recording_id, header.segment) != (recording, segment):
        place = Place(segment=header.segment, offset=0)
        raise Foreign("it is another recording's or segment's than asked for", place)


def decide(
    verified: VerifiedSegment,
    digest: bytes,
    recording: Recording | None,
    stored: Stored | None,
) -> Admitted | Known | Conflicting:
    """Rules 2 to 4, given its digest and what the catalogue holds of recording and identity."""
    segment = verified.header.segment
    if stored is not None:
        if stored.digest == digest:
            return Known(stored)
        return Conflicting("other-bytes")
    if recording is None:
        if segment != 0:
            raise OutOfOrderError("Segment 0 of this recording is not here yet.")
        return Admitted(_begin(verified))
    if segment > recording.segments and not recording.ended:
        raise OutOfOrderError(f"Segment {recording.segments} of this recording is not here yet.")
    return Admitted(_extend(recording, verified))


def _begin(verified: VerifiedSegment) -> Recording:
    header, group = verified.header, verified.groups[0]
    first = group.chunks[0] if group.chunks else group.seal
    empty = Recording(
        id=header.recording_id,
        force=header.force,
        camera=header.camera,
        epoch=header.epoch,
        number=header.number,
        ticket=header.ticket_id,
        header=header.record(),
        certificate=b"",
        segments=0,
        tail=b"",
        last_mono_us=0,
        ended=False,
        started_utc_us=first.utc_us,
        started_uncertainty_us=first.uncertainty_us,
        started_mono_us=first.mono_us,
        bytes=0,
        frames=0,
        events=0,
        dropped_frames=0,
        recording_ms=0,
        light_ms=0,
        beeps_sounded=0,
        beeps_heard=0,
        recovered=False,
        marked=False,
        received_utc_us=0,
        latest_utc_us=0,
    )
    return _extend(empty, verified)


def _extend(recording: Recording, verified: VerifiedSegment) -> Recording:
    seals = [group.seal for group in verified.groups]
    kinds = [chunk.kind for group in verified.groups for chunk in group.chunks]
    proofs = [seal.indicator for seal in seals]
    before = Tail.decode(recording.tail) if recording.tail else None
    RecordingVerifier(recording.id, before).feed(verified)
    return dataclasses.replace(
        recording,
        segments=recording.segments + 1,
        tail=Tail.behind(verified, before).encode(),
        last_mono_us=seals[-1].mono_us,
        ended=verified.ended,
        bytes=recording.bytes + verified.length,
        frames=recording.frames + kinds.count(PICTURE),
        events=recording.events + kinds.count(EVENT),
        dropped_frames=recording.dropped_frames + sum(seal.dropped_frames for seal in seals),
        recording_ms=recording.recording_ms + sum(proof.recording_ms for proof in proofs),
        light_ms=recording.light_ms + sum(proof.light_ms for proof in proofs),
        beeps_sounded=recording.beeps_sounded + sum(proof.beeps_sounded for proof in proofs),
        beeps_heard=recording.beeps_heard + sum(proof.beeps_heard for proof in proofs),
        recovered=recording.recovered or any(seal.has(RECOVERED) for seal in seals),
        marked=recording.marked or verified.header.marked or EVENT in kinds,
    )
