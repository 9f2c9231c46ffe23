# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Speed of `candour verify` beside hashlib.sha256 over the same files, in the same process.

The bundle is synthetic: random bytes for ciphertext and tags, which verification without keys
does not look into, in frames of 30 kB at 25 a second with a seal each 2 s, as an N6 writes them.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence import layout
from evidence.anchor import Anchor
from evidence.bundle import ListedFile, build_manifest, verify_bundle
from evidence.chunk import TAG_BYTES, ChunkHeader
from evidence.header import PICTURE, Picture, SegmentHeader
from evidence.seal import END, NO_SEAL, Indicator, Seal
from evidence.statements import CameraCertificate, Delegation, Receipt, RootStatement
from tools.verifying.source import ReadAhead, open_store

_SEGMENTS = 30
_GROUPS = 5
_FRAMES = 45
_FRAME_BYTES = 30_000 // 16 * 16
_FRAME_US = 40_000
_RUNS = 5
_GOAL = 0.6


def measure() -> list[dict[str, Any]]:
    """One row: MB/s of a whole verification and of SHA-256 over the same files."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        anchor = _write_bundle(root)
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        megabytes = sum(path.stat().st_size for path in paths) / 1e6
        ours, against = [], []
        for _ in range(_RUNS):
            against.append(_seconds(lambda: [sha256(path.read_bytes()) for path in paths]))
            ours.append(_seconds(lambda: _verify(root, anchor)))
    speed = megabytes / statistics.median(ours)
    peer = megabytes / statistics.median(against)
    return [
        {
            "name": "verify",
            "unit": "MB/s",
            "ours": round(speed, 1),
            "against": round(peer, 1),
            "ratio": round(speed / peer, 3),
            "goal": f"≥ {_GOAL} × hashlib.sha256",
            "met": speed / peer >= _GOAL,
            "how": f"{megabytes:.0f} MB in {_SEGMENTS} segments of {_FRAME_BYTES}-byte frames, "
            f"read from the page cache; each byte is hashed for its seal and, on a second "
            f"thread, for the manifest; median of {_RUNS}",
        }
    ]


def _verify(root: Path, anchor: Anchor) -> None:
    with open_store(root) as store:
        verify_bundle(ReadAhead(store), anchor)


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _write_bundle(root: Path) -> Anchor:
    source = random.Random(1)  # noqa: S311 - test data, the same in each run
    keys = [Ed25519PrivateKey.from_private_bytes(source.randbytes(32)) for _ in range(3)]
    force, service, camera = keys
    raw = [key.public_key().public_bytes_raw() for key in keys]
    certificate = CameraCertificate("bench", "camera-1", 1, raw[2], 1)
    files = {
        layout.ROOT: RootStatement("bench", raw[0], 1).sign(force),
        layout.SERVICE: Delegation("bench", raw[1], 1).sign(force),
        layout.CAMERA: certificate.sign(force),
    }
    recording_id = source.randbytes(16)
    for number, data in enumerate(written_segments(source, camera, recording_id)):
        digest = sha256(data).digest()
        identity = "bench", "camera-1", 1, recording_id, number
        receipt = Receipt(*identity, len(data), digest, bytes(32), 1)
        files[layout.segment_path(recording_id, number)] = data
        files[layout.receipt_path(recording_id, number)] = receipt.sign(service)
    listed = [ListedFile(path, len(d), sha256(d).digest()) for path, d in files.items()]
    files[layout.MANIFEST] = build_manifest("bench", 1, listed).sign(service)
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return Anchor("bench", (raw[0],))


def written_segments(
    source: random.Random, key: Ed25519PrivateKey, recording_id: bytes
) -> Iterator[bytes]:
    header = SegmentHeader(
        force="bench",
        camera="camera-1",
        epoch=1,
        boot=1,
        recording_id=recording_id,
        number=1,
        segment=0,
        previous_seal=NO_SEAL,
        ticket_id=bytes(16),
        wrapped_key=bytes(80),
        evidence_digest=sha256(key.public_key().public_bytes_raw()).digest(),
        picture=Picture(640, 480, 25_000),
        pre_event_ms=0,
        firmware_digest=bytes(32),
        order_digest=None,
        marked=False,
    )
    previous = NO_SEAL
    for segment in range(_SEGMENTS):
        header = replace(header, segment=segment, previous_seal=previous)
        parts = [header.record()]
        for group in range(segment * _GROUPS, (segment + 1) * _GROUPS):
            end = group == _SEGMENTS * _GROUPS - 1
            chunks, record = _group(source, key, header, group, previous, END if end else 0)
            parts += [*chunks, record]
            previous = sha256(record).digest()
        yield b"".join(parts)


def _group(
    source: random.Random,
    key: Ed25519PrivateKey,
    header: SegmentHeader,
    group: int,
    previous: bytes,
    flags: int,
) -> tuple[list[bytes], bytes]:
    chunks, leaves, first = [], b"\x01", group * _FRAMES
    for index in range(first, first + _FRAMES):
        mono = index * _FRAME_US
        identity = header.recording_id, header.segment, group, index, PICTURE
        head = ChunkHeader(*identity, _FRAME_BYTES, mono, mono, 0).pack()
        ciphertext, tag = source.randbytes(_FRAME_BYTES), source.randbytes(TAG_BYTES)
        chunks.append(head + ciphertext + tag)
        leaves += sha256(b"\0" + head + tag + sha256(ciphertext).digest()).digest()
    seal = Seal(
        recording_id=header.recording_id,
        segment=header.segment,
        group=group,
        first_chunk=first,
        chunks=_FRAMES,
        header_digest=header.digest(),
        leaves_digest=sha256(leaves).digest(),
        commitments_digest=bytes(32),
        previous_seal=previous,
        mono_us=mono,
        utc_us=mono,
        uncertainty_us=0,
        dropped_frames=0,
        indicator=Indicator(),
        flags=flags,
    )
    return chunks, seal.record(key)
