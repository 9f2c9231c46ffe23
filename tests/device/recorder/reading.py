# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What CPython's reader makes of segments that the firmware wrote: the other half of each test."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from evidence.opening import open_header, open_segment
from evidence.recording import RecordingVerifier, VerifiedRecording
from evidence.segment import verify_segment
from evidence.statements import CameraCertificate


@dataclass(frozen=True)
class Read:
    """A recording that verified and opened: chunks as (kind, index, mono_us, sha256)."""

    recording: VerifiedRecording
    chunks: list[tuple[int, int, int, str]]
    number: int
    ticket: bytes
    flags: int
    indicators: list[tuple[int, int, int, int]]
    dropped: int
    lengths: list[int]


def read(segments: list[bytes], keys: dict[str, str]) -> Read:
    """Verify, decapsulate, check and open a whole recording; raises EvidenceError."""
    public = bytes.fromhex(keys["evidence_public"])
    root = bytes.fromhex(keys["root_public"])
    certificate = CameraCertificate.verify(root, bytes.fromhex(keys["certificate"]))
    verifier = RecordingVerifier()
    chunks = []
    verified = None
    indicators = []
    dropped = 0
    for data in segments:
        verified = verify_segment(data, public, certificate)
        verifier.feed(verified)
        content_key = open_header(verified.header, private_of(verified.header.ticket_id, keys))
        for chunk in open_segment(verified, content_key):
            digest = sha256(chunk.plaintext).hexdigest()
            chunks.append((chunk.kind, chunk.index, chunk.mono_us, digest))
        for group in verified.groups:
            one = group.seal.indicator
            indicators.append((one.recording_ms, one.light_ms, one.beeps_sounded, one.beeps_heard))
            dropped += group.seal.dropped_frames
    assert verified is not None
    return Read(
        verifier.finish(),
        chunks,
        verified.header.number,
        verified.header.ticket_id,
        verified.groups[-1].seal.flags,
        indicators,
        dropped,
        [len(data) for data in segments],
    )


def private_of(ticket_id: bytes, keys: dict[str, str]) -> bytes:
    """The ticket's private half."""
    return bytes.fromhex(keys[ticket_id.hex()])


def open_recording(paths: list[str], made: dict[str, Any]) -> Read:
    """Read a recording from its segments' files; `made` is what the device script said."""
    return read([Path(path).read_bytes() for path in paths], made["keys"])


def pictures(one: Read) -> list[str]:
    """Digests of the recording's pictures, in order."""
    return [digest for kind, _, _, digest in one.chunks if kind == 1]
