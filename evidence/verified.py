# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What verify_segment gives out: a segment whose every byte is under a seal. docs/format.md §8.

These are made by evidence.segment alone; whoever holds one need not check it again.
"""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple

from evidence.header import SegmentHeader
from evidence.seal import END, Seal


class VerifiedChunk(NamedTuple):
    """One chunk: where its record begins, what its header says, H of its ciphertext."""

    offset: int
    number: int
    kind: int
    length: int
    mono_us: int
    utc_us: int
    uncertainty_us: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class VerifiedGroup:
    """A group's chunks and the seal over them; `offset` is its first record's."""

    number: int
    offset: int
    chunks: tuple[VerifiedChunk, ...]
    seal: Seal
    seal_digest: bytes


@dataclass(frozen=True)
class VerifiedSegment:
    """A segment whose every seal verified. `data` are its exact bytes."""

    header: SegmentHeader
    header_digest: bytes
    groups: tuple[VerifiedGroup, ...]
    data: memoryview

    @property
    def length(self) -> int:
        """Bytes of the segment."""
        return len(self.data)

    @property
    def ended(self) -> bool:
        """Whether the recording ends with this segment."""
        return self.groups[-1].seal.has(END)

    @cached_property
    def sha256(self) -> bytes:
        """H of the segment's exact bytes: what a receipt and a manifest name."""
        return sha256(self.data).digest()
