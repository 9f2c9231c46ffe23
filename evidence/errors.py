# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: N818  (each class is named as its code)
"""The errors of evidence: one class for each code of docs/format.md §8.

Each class's docstring is its message template, so the tree below is also the list of what can be
said. An EvidenceError means: quarantine what was read, never acknowledge it, never erase it.
No message carries a key, or the name of a force, camera or person.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the evidence something was found; None where it does not apply."""

    file: str | None = None
    segment: int | None = None
    group: int | None = None
    chunk: int | None = None
    offset: int | None = None

    def forward(self, count: int) -> "Place":
        """The place `count` bytes further on."""
        offset = (self.offset or 0) + count
        return Place(self.file, self.segment, self.group, self.chunk, offset)

    def __str__(self) -> str:
        known = {name: value for name, value in asdict(self).items() if value is not None}
        if "offset" in known:
            known["byte"] = known.pop("offset")
        return ", ".join(f"{name} {value}" for name, value in known.items()) or "unknown place"


NOWHERE = Place()


class EvidenceError(Exception):
    """{what}"""

    code: ClassVar[str] = ""
    next_step: ClassVar[str] = (
        "Keep these bytes apart, as they are. Fetch the evidence again from where it came; "
        "if it is the same there, it was changed or damaged before."
    )

    def __init__(self, what: str, place: Place = NOWHERE) -> None:
        self.what = what
        self.place = place
        super().__init__(what, place)

    @property
    def message(self) -> str:
        """The class's docstring with its blank filled in."""
        return (type(self).__doc__ or "{what}").format(what=self.what)

    def __str__(self) -> str:
        return f"{self.code}: {self.message} ({self.place})"


@contextmanager
def located(**known: str | int) -> Iterator[None]:
    """Add what the caller knows of the place, and the thrower did not, to an EvidenceError."""
    try:
        yield
    except EvidenceError as error:
        unknown = {
            name: value for name, value in known.items() if getattr(error.place, name) is None
        }
        error.place = replace(error.place, **unknown)  # type: ignore[arg-type]
        raise


class AnchorError(Exception):
    """The anchor cannot be used: {what}."""

    next_step: ClassVar[str] = "Get the anchor again from the force's published source."

    def __init__(self, what: str) -> None:
        super().__init__((type(self).__doc__ or "{what}").format(what=what))


class Truncated(EvidenceError):
    """The bytes end within {what}."""

    code = "truncated"


class BadMagic(EvidenceError):
    """No record begins here: {what}."""

    code = "bad-magic"


class BadEncoding(EvidenceError):
    """This is not deterministic CBOR: {what}."""

    code = "bad-encoding"


class BadStructure(EvidenceError):
    """A field is missing, unknown, of a wrong type or out of bounds: {what}."""

    code = "bad-structure"


class BadName(EvidenceError):
    """This is no name (1 to 32 of A-Z a-z 0-9 . _ -): {what}."""

    code = "bad-name"


class TooLong(EvidenceError):
    """Over a limit of the format: {what}."""


class HeaderTooLong(TooLong):
    """A header record is over 1,024 bytes: {what}."""

    code = "header-too-long"


class SealTooLong(TooLong):
    """A seal is over 320 bytes: {what}."""

    code = "seal-too-long"


class ChunkTooLong(TooLong):
    """A chunk is over 1 MiB: {what}."""

    code = "chunk-too-long"


class GroupTooLong(TooLong):
    """A group is over 5 seconds or 512 chunks: {what}."""

    code = "group-too-long"


class SegmentTooLong(TooLong):
    """A segment is over 8 MiB, 20 seconds or 64 groups: {what}."""

    code = "segment-too-long"


class RecordingTooLong(TooLong):
    """A recording is over 65,536 segments: {what}."""

    code = "recording-too-long"


class StatementTooLong(TooLong):
    """A signed statement is over 4,096 bytes: {what}."""

    code = "statement-too-long"


class BundleTooLarge(TooLong):
    """A bundle is over its limits: {what}."""

    code = "bundle-too-large"


class Foreign(EvidenceError):
    """This belongs to another recording, camera, epoch or force: {what}."""

    code = "foreign"


class BadSequence(EvidenceError):
    """Something was removed, swapped, doubled or added: {what}."""

    code = "bad-sequence"


class BadTime(EvidenceError):
    """The camera's monotonic clock falls: {what}."""

    code = "bad-time"


class BadSignature(EvidenceError):
    """The signature does not verify: {what}."""

    code = "bad-signature"


class BadDigest(EvidenceError):
    """The bytes are not those that were committed to: {what}."""

    code = "bad-digest"


class BadTag(EvidenceError):
    """A chunk does not authenticate under the recording's own key: {what}."""

    code = "bad-tag"
    next_step = "Keep the segment apart and inspect the camera: it signed what it did not encrypt."


class BadPadding(EvidenceError):
    """The padding behind a right tag is wrong: {what}."""

    code = "bad-padding"
    next_step = "Keep the segment apart and inspect the camera: its firmware is at fault."


class BadKey(EvidenceError):
    """The wrapped key does not open under the ticket that it names: {what}."""

    code = "bad-key"
    next_step = "Check that the ticket is the header's; if it is, keep the recording apart."


class MissingSegment(EvidenceError):
    """A segment is not there: {what}."""

    code = "missing-segment"
    next_step = "Look for the segment on the camera, in the dock's spool and upstream."


class MissingEnd(EvidenceError):
    """The recording has no end: {what}."""

    code = "missing-end"
    next_step = "Look for the last segments on the camera, in the dock's spool and upstream."


class MissingFile(EvidenceError):
    """A file of the bundle is not there: {what}."""

    code = "missing-file"
    next_step = "Fetch the bundle again, whole."


class UnlistedFile(EvidenceError):
    """A file stands in the bundle that its manifest does not list: {what}."""

    code = "unlisted-file"
    next_step = "Fetch the bundle again into an empty folder."


class Untrusted(EvidenceError):
    """This is not signed by a key that the anchor delegates: {what}."""

    code = "untrusted"
    next_step = "Check that the anchor is that of the force which the evidence names."


def _tree(root: type[EvidenceError]) -> Iterator[type[EvidenceError]]:
    for child in root.__subclasses__():
        if child.code:
            yield child
        yield from _tree(child)


CODES: dict[str, type[EvidenceError]] = {error.code: error for error in _tree(EvidenceError)}
