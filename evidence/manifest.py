# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The manifest: every file of a bundle with its length and digest. docs/format.md §11."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, NamedTuple, Self

from evidence import cbor
from evidence.errors import BadStructure, Place
from evidence.fields import UINT64, Fields
from evidence.layout import MANIFEST, max_bytes
from evidence.limits import BUNDLE_FILES, MANIFEST_BYTES
from evidence.statements import Statement

_MAX_PATH = 128


class ListedFile(NamedTuple):
    """One file of a bundle."""

    path: str
    length: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Manifest(Statement):
    """The force, when the bundle was made, and its files by rising path."""

    DOMAIN = "candour-v1/manifest"
    MAX_BYTES: ClassVar[int] = MANIFEST_BYTES
    MAX_ITEMS: ClassVar[int] = 8 + 4 * BUNDLE_FILES

    force: str
    utc_s: int
    files: tuple[ListedFile, ...]

    def _values(self) -> list[cbor.Value]:
        return [self.force, self.utc_s, [list(item) for item in self.files]]

    @classmethod
    def _read(cls, value: cbor.Value, place: Place) -> Self:
        fields = Fields(value, 4, "a manifest", place)
        fields.version()
        force = fields.name("force")
        utc_s = fields.uint("time", UINT64)
        listed = fields.array("files", 1, BUNDLE_FILES)
        files = tuple(_listed(item, place) for item in listed)
        for before, after in pairwise(files):
            if before.path >= after.path:
                raise BadStructure("files of a manifest, which do not rise by path", place)
        return cls(force, utc_s, files)


def build_manifest(force: str, utc_s: int, files: Iterable[ListedFile]) -> Manifest:
    """The manifest of a bundle with these files; sign it with the service key."""
    return Manifest(force, utc_s, tuple(sorted(files)))


def _listed(value: cbor.Value, place: Place) -> ListedFile:
    fields = Fields(value, 3, "a file of a manifest", place)
    path = fields.text("path", _MAX_PATH)
    most = max_bytes(path)
    if most is None or path == MANIFEST:
        raise BadStructure("a path that no file of a bundle has", place)
    return ListedFile(path, fields.uint("length", most), fields.bstr("digest", 32))
