# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What stands in internal flash while a recording runs, so that a cut can be sealed afterwards.

T alone would not do: a seal also states the digest of its group's key commitments, which only C
gives. So each segment's beginning puts there the digests for all groups that it may have, and one
more for the segment before, whose end it becomes where nothing of the new one is found.
"""

from micropython import const

from recorder.keys import RecordingKeys

GROUPS = const(16)  # of a segment at most; the last is kept for an end without chunks
_FIELDS = const(8)


class Tail:
    """The fields of the file `tail` (docs/format.md section 14)."""

    def __init__(self, recording: bytes, number: int, tail_key: bytes | bytearray) -> None:
        self.recording = recording
        self.number = number
        self.tail_key = tail_key
        self.header_digest = b""
        self.segment = 0
        self.first_group = 0
        self.before = None
        self.commitments = []

    def enter_steps(
        self, keys: RecordingKeys, segment: int, first_group: int, header_digest: bytes
    ):
        """A segment begins with this group: a generator, since the digests take a while."""
        self.segment = segment
        self.first_group = first_group
        self.header_digest = header_digest
        self.before = keys.commitments_digest(segment - 1, first_group) if segment else None
        self.commitments = []
        for i in range(GROUPS):
            self.commitments.append(keys.commitments_digest(segment, first_group + i))
            yield None

    def commitment(self, segment: int, group: int) -> bytes | None:
        """The digest for a group's seal, or None where it was never foreseen."""
        ahead = group - self.first_group
        if segment == self.segment and 0 <= ahead < len(self.commitments):
            return self.commitments[ahead]
        if segment == self.segment - 1 and ahead == 0:
            return self.before
        return None

    def fields(self) -> list:
        """As `read` takes them."""
        return [
            self.recording,
            self.number,
            self.tail_key,
            self.header_digest,
            self.segment,
            self.first_group,
            self.before,
            self.commitments,
        ]


def read(fields: list) -> Tail:
    """The tail from its fields."""
    tail = Tail(fields[0], fields[1], fields[2])
    tail.header_digest, tail.segment, tail.first_group = fields[3:6]
    tail.before, tail.commitments = fields[6:_FIELDS]
    return tail
