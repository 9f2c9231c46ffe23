# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Derives `tests/vectors/bad` from `tests/vectors/good`: `python -m tools.vectors.bad`.

What each edit must be refused for stands in the tables below; only the place is taken from the
verifier, and a code other than the table's stops the run. Format: tests/vectors/README.md.
"""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evidence.chunk import HEADER_BYTES, TAG_BYTES
from evidence.errors import EvidenceError, Place
from evidence.opening import check_segment
from evidence.recording import RecordingVerifier
from evidence.segment import VerifiedChunk, VerifiedSegment, verify_segment
from evidence.statements import CameraCertificate

VECTORS = Path(__file__).parents[2] / "tests" / "vectors"

Vector = dict[str, Any]
Edit = list[Any]
Case = tuple[str, str, list[Edit]]


def load(folder: str) -> list[Vector]:
    """The vectors of a folder, by name."""
    return [json.loads(path.read_text()) for path in sorted((VECTORS / folder).glob("*.json"))]


def check(vector: Vector, opened: bool = True) -> list[VerifiedSegment]:
    """Verify a recording whole; with its content key too where `opened`."""
    root, message = bytes.fromhex(vector["root_public"]), bytes.fromhex(vector["certificate"])
    certificate = CameraCertificate.verify(root, message)
    public = bytes.fromhex(vector["evidence_public"])
    verifier = RecordingVerifier()
    segments = []
    for data in vector["segments"]:
        segments.append(verify_segment(bytes.fromhex(data), public, certificate))
        verifier.feed(segments[-1])
    verifier.finish()
    for segment in segments if opened else ():
        check_segment(segment, bytes.fromhex(vector["content_key"]))
    return segments


def refusal(vector: Vector, stage: str) -> EvidenceError:
    """The error that a bad vector gives at its stage."""
    try:
        check(vector, opened=stage == "open")
    except EvidenceError as error:
        return error
    raise SystemExit("an edit was not refused")


def apply(vector: Vector, edits: list[Edit], others: list[Vector]) -> Vector:
    """The vector with all edits done, in order."""
    segments = [bytearray.fromhex(data) for data in vector["segments"]]
    changed = dict(vector)
    for verb, *arguments in edits:
        if verb in _OF_SEGMENTS:
            _OF_SEGMENTS[verb](segments, *arguments)
        elif verb == "content-key":
            changed["content_key"] = arguments[0]
        elif verb == "certificate":
            other = next(each for each in others if each["name"] == arguments[0])
            changed |= {k: other[k] for k in ("certificate", "evidence_public", "root_public")}
        else:
            raise SystemExit(f"no edit is called {verb}")
    changed["segments"] = [data.hex() for data in segments]
    return changed


def _flip(segments: list[bytearray], at: int, offset: int, mask: int) -> None:
    segments[at][offset] ^= mask


def _cut(segments: list[bytearray], at: int, offset: int) -> None:
    del segments[at][offset:]


def _append(segments: list[bytearray], at: int, data: str) -> None:
    segments[at] += bytes.fromhex(data)


def _erase(segments: list[bytearray], at: int, start: int, end: int) -> None:
    del segments[at][start:end]


def _insert(segments: list[bytearray], at: int, offset: int, data: str) -> None:
    segments[at][offset:offset] = bytes.fromhex(data)


def _remove(segments: list[bytearray], at: int) -> None:
    del segments[at]


def _double(segments: list[bytearray], at: int) -> None:
    segments.insert(at, bytearray(segments[at]))


def _swap(segments: list[bytearray], at: int, other: int) -> None:
    segments[at], segments[other] = segments[other], segments[at]


_OF_SEGMENTS: dict[str, Callable[..., None]] = {
    "flip": _flip,
    "cut": _cut,
    "append": _append,
    "erase": _erase,
    "insert": _insert,
    "remove": _remove,
    "double": _double,
    "swap": _swap,
}

# (what, offset in the record, mask, code)
_HEADER = (
    ("header-magic", 0, 1, "bad-magic"),
    ("header-recording", 4, 1, "foreign"),
    ("header-length", 22, 8, "header-too-long"),
    ("header-map", 24, 1, "bad-encoding"),
    ("header-version", 26, 2, "bad-structure"),
)
_CHUNK = (
    ("chunk-magic", 3, 1, "bad-magic"),
    ("chunk-recording", 4, 128, "foreign"),
    ("chunk-segment", 23, 1, "bad-sequence"),
    ("chunk-group", 27, 1, "bad-sequence"),
    ("chunk-index", 31, 4, "bad-sequence"),
    ("chunk-kind", 32, 4, "bad-structure"),
    ("chunk-reserved", 34, 1, "bad-structure"),
    ("chunk-length-not-blocks", 39, 1, "bad-structure"),
    ("chunk-length-over-1-mib", 37, 32, "chunk-too-long"),
    ("chunk-time-far-ahead", 40, 64, "group-too-long"),
    ("chunk-wall-clock", 48, 1, "bad-digest"),
    ("chunk-uncertainty", 59, 1, "bad-digest"),
    ("chunk-ciphertext", HEADER_BYTES, 1, "bad-digest"),
)
_SEAL = (
    ("seal-magic", 3, 2, "bad-magic"),
    ("seal-recording", 19, 1, "foreign"),
    ("seal-length", 22, 4, "seal-too-long"),
    ("seal-tag", 24, 1, "bad-signature"),
    ("seal-algorithm", 29, 1, "bad-signature"),
    ("seal-payload", 60, 1, "bad-signature"),
    ("seal-signature", -1, 1, "bad-signature"),
    ("seal-signature-s", -20, 1, "bad-signature"),
)


def cases(vector: Vector, others: list[Vector]) -> Iterator[Case]:
    """(what, error code, edits) of everything that is derived from one good vector."""
    segments = check(vector)
    yield from _within(segments[-1], len(segments) - 1)
    yield from _of_recording(len(segments))
    yield "another-content-key", "bad-digest", [["content-key", "00" * 32]]
    for other in others:
        if other["evidence_public"] != vector["evidence_public"]:
            yield "another-camera", "foreign", [["certificate", other["name"]]]
            return


def _within(segment: VerifiedSegment, at: int) -> Iterator[Case]:
    group = max(segment.groups, key=lambda group: len(group.chunks))
    seal = _end(group.chunks[-1]) if group.chunks else group.offset
    seal_end = seal + 24 + int.from_bytes(segment.data[seal + 20 : seal + 24], "big")
    for what, offset, mask, code in _HEADER:
        yield what, code, [["flip", at, offset, mask]]
    for what, offset, mask, code in _SEAL:
        begin = seal_end if offset < 0 else seal
        yield what, code, [["flip", at, begin + offset, mask]]
    length = int.from_bytes(segment.data[20:24], "big") + 1
    other = [
        ["insert", at, 26, "18"],
        ["erase", at, 20, 24],
        ["insert", at, 20, length.to_bytes(4, "big").hex()],
    ]
    yield "header-long-head", "bad-encoding", other
    yield "cut-in-seal", "truncated", [["cut", at, seal + 100]]
    yield "cut-in-header", "truncated", [["cut", at, 100]]
    yield "empty", "truncated", [["cut", at, 0]]
    yield "behind-the-end", "bad-sequence", [["append", at, "00"]]
    if len(group.chunks) > 1:
        yield from _of_chunks(segment, at, *group.chunks[:2])
        yield "cut-before-seal", "truncated", [["cut", at, seal]]


def _of_chunks(
    segment: VerifiedSegment, at: int, first: VerifiedChunk, second: VerifiedChunk
) -> Iterator[Case]:
    for what, offset, mask, code in _CHUNK:
        yield what, code, [["flip", at, second.offset + offset, mask]]
    yield "chunk-tag", "bad-digest", [["flip", at, _end(first) - 1, 1]]
    yield "cut-in-chunk", "truncated", [["cut", at, second.offset + 70]]
    one = bytes(segment.data[first.offset : second.offset]).hex()
    yield "chunk-removed", "bad-sequence", [["erase", at, second.offset, _end(second)]]
    yield "chunk-doubled", "bad-sequence", [["insert", at, second.offset, one]]
    swapped = [["insert", at, _end(second), one], ["erase", at, first.offset, second.offset]]
    yield "chunks-swapped", "bad-sequence", swapped


def _of_recording(count: int) -> Iterator[Case]:
    yield "last-doubled", "bad-sequence", [["double", count - 1]]
    if count == 1:
        return
    yield "first-removed", "missing-segment", [["remove", 0]]
    yield "last-removed", "missing-end", [["remove", count - 1]]
    yield "first-doubled", "bad-sequence", [["double", 0]]
    yield "swapped", "missing-segment", [["swap", 0, 1]]
    if count > 2:
        yield "middle-removed", "missing-segment", [["remove", 1]]


def _end(chunk: VerifiedChunk) -> int:
    return chunk.offset + HEADER_BYTES + chunk.length + TAG_BYTES


def derive(vector: Vector, others: list[Vector]) -> Iterator[Vector]:
    """The bad vectors of one good vector."""
    for what, code, edits in cases(vector, others):
        stage = "open" if edits[0][0] == "content-key" else "recording"
        error = refusal(apply(vector, edits, others), stage)
        if error.code != code:
            raise SystemExit(f"{vector['name']}, {what}: {error} where {code} was meant")
        yield {
            "name": f"{vector['name']}-{what}",
            "from": vector["name"],
            "stage": stage,
            "edit": edits,
            "error": code,
            "place": place_of(error.place),
        }


def place_of(place: Place) -> dict[str, int | None]:
    """A place as a bad vector has it."""
    return {name: value for name, value in asdict(place).items() if name != "file"}


def main() -> None:
    """Write every bad vector anew."""
    good = load("good")
    derived = [bad for vector in good for bad in derive(vector, good)]
    for path in (VECTORS / "bad").glob("*.json"):
        path.unlink()
    for bad in derived:
        path = VECTORS / "bad" / f"{bad['name']}.json"
        path.write_text(json.dumps(bad, indent=1) + "\n")
    sys.stdout.write(f"{len(derived)} bad vectors\n")


if __name__ == "__main__":
    main()
