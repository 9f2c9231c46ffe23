# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Checks that segments are one recording: complete, in order, one after the other. format.md §8.

Feeding takes constant memory: what the next segment is checked against is a Tail, which a server
may keep and go on from when the next segment arrives.
"""

from dataclasses import dataclass
from typing import Self

from evidence import cbor
from evidence.errors import (
    BadDigest,
    BadSequence,
    BadStructure,
    BadTime,
    Foreign,
    MissingEnd,
    MissingSegment,
    Place,
    RecordingTooLong,
    located,
)
from evidence.fields import UINT32, UINT64, VERSION, Fields
from evidence.header import EVENT, PICTURE, SegmentHeader
from evidence.limits import RECORDING_SEGMENTS
from evidence.seal import RECOVERED, Indicator
from evidence.verified import VerifiedChunk, VerifiedGroup, VerifiedSegment


@dataclass(frozen=True, slots=True)
class Tail:
    """Where a recording stands behind a segment: all that the next one must agree with."""

    constants: bytes
    next_segment: int
    next_group: int
    next_chunk: int
    last_mono_us: int
    seal_digest: bytes
    seal_times: tuple[int, int, int]
    ended: bool

    @classmethod
    def behind(cls, segment: VerifiedSegment, before: Self | None = None) -> Self:
        """The tail behind a segment; `before` is the tail ahead of it."""
        last = segment.groups[-1]
        chunks = [chunk.mono_us for group in segment.groups for chunk in group.chunks[-1:]]
        return cls(
            constants=segment.header.constants_digest(),
            next_segment=segment.header.segment + 1,
            next_group=last.number + 1,
            next_chunk=last.seal.first_chunk + last.seal.chunks,
            last_mono_us=chunks[-1] if chunks else before.last_mono_us if before else 0,
            seal_digest=last.seal_digest,
            seal_times=last.seal.times,
            ended=segment.ended,
        )

    def encode(self) -> bytes:
        """For keeping; this is no part of the evidence format."""
        numbers = (self.next_segment, self.next_group, self.next_chunk, self.last_mono_us)
        kept: list[cbor.Value] = [VERSION, self.constants, *numbers, self.seal_digest]
        return cbor.encode([*kept, *self.seal_times, self.ended])

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """What encode gave."""
        fields = Fields(cbor.decode(data), 11, "a recording's tail", Place())
        fields.version()
        return cls(
            constants=fields.bstr("constants", 32),
            next_segment=fields.uint("segment", RECORDING_SEGMENTS),
            next_group=fields.uint("group", UINT32 + 1),
            next_chunk=fields.uint("chunk", UINT32 + 1),
            last_mono_us=fields.uint("monotonic time", UINT64),
            seal_digest=fields.bstr("seal digest", 32),
            seal_times=(
                fields.uint("monotonic time", UINT64),
                fields.uint("time", UINT64),
                fields.uint("uncertainty", UINT32),
            ),
            ended=fields.boolean("ended"),
        )


@dataclass(slots=True)
class Totals:
    """What was counted over the segments that were fed."""

    segments: int = 0
    groups: int = 0
    pictures: int = 0
    events: int = 0
    length: int = 0
    dropped_frames: int = 0
    recording_ms: int = 0
    light_ms: int = 0
    beeps_sounded: int = 0
    beeps_heard: int = 0
    flags: int = 0

    def add(self, segment: VerifiedSegment) -> None:
        """Count one segment."""
        self.segments += 1
        self.length += segment.length
        for group in segment.groups:
            kinds = [chunk.kind for chunk in group.chunks]
            self.groups += 1
            self.pictures += kinds.count(PICTURE)
            self.events += kinds.count(EVENT)
            self.dropped_frames += group.seal.dropped_frames
            self.flags |= group.seal.flags
            self._measure(group.seal.indicator)

    def _measure(self, indicator: Indicator) -> None:
        self.recording_ms += indicator.recording_ms
        self.light_ms += indicator.light_ms
        self.beeps_sounded += indicator.beeps_sounded
        self.beeps_heard += indicator.beeps_heard


@dataclass(frozen=True, slots=True)
class VerifiedRecording:
    """A whole recording: the header of its segment 0, what it holds, its first and last chunk."""

    header: SegmentHeader
    totals: Totals
    first: VerifiedChunk | None
    last: VerifiedChunk | None


class RecordingVerifier:
    """Takes a recording's segments in their order. Raises EvidenceError at the first bad place."""

    def __init__(self, recording_id: bytes | None = None, after: Tail | None = None) -> None:
        self._recording_id = recording_id
        self.tail = after
        self._header: SegmentHeader | None = None
        self._totals = Totals()
        self._first: VerifiedChunk | None = None
        self._last: VerifiedChunk | None = None

    def feed(self, segment: VerifiedSegment) -> None:
        """Check the next segment against what came before it."""
        header = segment.header
        with located(segment=header.segment):
            if self._recording_id not in (None, header.recording_id):
                raise Foreign("a segment of another recording", Place(offset=4))
            self._check_number(header)
            if self.tail is not None:
                _check_follows(segment, self.tail)
        self.tail = Tail.behind(segment, self.tail)
        self._header = self._header or header
        self._totals.add(segment)
        for chunk in (chunk for group in segment.groups for chunk in group.chunks):
            self._first = self._first or chunk
            self._last = chunk

    def finish(self) -> VerifiedRecording:
        """The whole recording, which must have ended."""
        if self._header is None or self.tail is None:
            raise MissingSegment("there is none at all")
        if not self.tail.ended:
            place = Place(segment=self.tail.next_segment - 1, group=self.tail.next_group - 1)
            raise MissingEnd("its last seal does not say that it is the end", place)
        return VerifiedRecording(self._header, self._totals, self._first, self._last)

    def _check_number(self, header: SegmentHeader) -> None:
        expected = 0 if self.tail is None else self.tail.next_segment
        if self.tail is not None and header.constants_digest() != self.tail.constants:
            what = "a header's constant fields are not those of the segment before"
            raise Foreign(what, Place(offset=0))
        if expected == RECORDING_SEGMENTS:
            raise RecordingTooLong("a segment follows the last that can be", Place(offset=0))
        if header.segment > expected:
            raise MissingSegment(f"segment {expected} is not there", Place(offset=0))
        if header.segment < expected:
            what = f"segment {header.segment} stands where {expected} should"
            raise BadSequence(what, Place(offset=0))


def _check_follows(segment: VerifiedSegment, tail: Tail) -> None:
    group = segment.groups[0]
    place = Place(group=group.number, offset=group.offset)
    if tail.ended:
        raise BadSequence("a segment stands behind the recording's end", Place(offset=0))
    if segment.header.previous_seal != tail.seal_digest:
        raise BadDigest("the header names another seal before it", Place(offset=0))
    if group.number != tail.next_group:
        raise BadSequence(f"group {tail.next_group} does not follow the segment before", place)
    if group.seal.first_chunk != tail.next_chunk:
        raise BadSequence(f"chunk {tail.next_chunk} does not follow the segment before", place)
    _check_times(group, tail, place)


def _check_times(group: VerifiedGroup, tail: Tail, place: Place) -> None:
    earliest = group.chunks[0].mono_us if group.chunks else group.seal.mono_us
    if earliest < tail.last_mono_us:
        raise BadTime("it begins before the end of the segment before", place)
    empty_recovered = not group.chunks and group.seal.has(RECOVERED)
    if empty_recovered and group.seal.times != tail.seal_times:
        raise BadStructure("a recovered seal's times are not those before it", place)
