# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Which files a bundle has and what each may hold. docs/format.md §11."""

import re
from typing import Final, NamedTuple

from evidence.cose import MAX_STATEMENT_BYTES
from evidence.limits import MANIFEST_BYTES, SEGMENT_BYTES

MANIFEST: Final = "manifest.cose"
ROOT: Final = "certificates/root.cose"
SERVICE: Final = "certificates/service.cose"
CAMERA: Final = "certificates/camera.cose"
CERTIFICATES: Final = (ROOT, SERVICE, CAMERA)

_SEGMENT = re.compile(r"recordings/([0-9a-f]{32})/([0-9]{5})\.seg", re.ASCII)
_RECEIPT = re.compile(r"receipts/([0-9a-f]{32})/([0-9]{5})\.cose", re.ASCII)


class SegmentName(NamedTuple):
    """Which segment a path stands for."""

    recording_id: bytes
    segment: int


def segment_path(recording_id: bytes, segment: int) -> str:
    """Where a segment's exact bytes stand."""
    return f"recordings/{recording_id.hex()}/{segment:05}.seg"


def receipt_path(recording_id: bytes, segment: int) -> str:
    """Where a segment's receipt stands."""
    return f"receipts/{recording_id.hex()}/{segment:05}.cose"


def segment_of(path: str) -> SegmentName | None:
    """The segment whose bytes stand at a path; None for any other path."""
    return _name(_SEGMENT.fullmatch(path))


def receipt_of(path: str) -> SegmentName | None:
    """The segment whose receipt stands at a path; None for any other path."""
    return _name(_RECEIPT.fullmatch(path))


def max_bytes(path: str) -> int | None:
    """The most that a file of a bundle may hold; None where no file may stand there."""
    if path == MANIFEST:
        return MANIFEST_BYTES
    if segment_of(path):
        return SEGMENT_BYTES
    return MAX_STATEMENT_BYTES if path in CERTIFICATES or receipt_of(path) else None


def _name(match: re.Match[str] | None) -> SegmentName | None:
    if match is None or int(match[2]) >= 1 << 16:
        return None
    return SegmentName(bytes.fromhex(match[1]), int(match[2]))
