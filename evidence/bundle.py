# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Verifies a bundle, offline, from any store of files. docs/format.md §11.

The rules are those of evidence.trust; this drives them over a Files, which is all that touches a
disk. At most the files that a Files reads ahead are in memory at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Protocol

from evidence.anchor import Anchor
from evidence.errors import BundleTooLarge, MissingFile, Place, StatementTooLong, located
from evidence.layout import MANIFEST, ROOT, SERVICE, max_bytes
from evidence.limits import BUNDLE_FILES
from evidence.manifest import ListedFile, Manifest, build_manifest
from evidence.trust import TrustedBundle, Verdict

__all__ = ["Files", "InMemory", "ListedFile", "Manifest", "Verdict", "build_manifest"]

Bytes = bytes | memoryview
Digest = Callable[[], bytes]


class Files(Protocol):
    """Where a bundle's files are read from."""

    def sizes(self) -> Mapping[str, int]:
        """Path and bytes of every file that is there, and of nothing else."""

    def stream(self, paths: Sequence[str]) -> Iterator[tuple[Bytes, Digest]]:
        """The bytes of these files, in order, each with what gives its SHA-256.

        A file's bytes last until the next is asked for. A digest may be made beside the caller's
        work, on another thread, over these very bytes.
        """


class InMemory:
    """A bundle whose files are held in memory."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def sizes(self) -> Mapping[str, int]:
        """Path and bytes of every file."""
        return {path: len(data) for path, data in self._files.items()}

    def stream(self, paths: Sequence[str]) -> Iterator[tuple[Bytes, Digest]]:
        """The files, each with its digest."""
        for data in map(self._files.__getitem__, paths):
            yield data, sha256(data).digest


def verify_bundle(
    files: Files | Mapping[str, bytes],
    anchor: Anchor | None = None,
    progress: Callable[[int], None] | None = None,
) -> Verdict:
    """Check everything; `progress` is told the bytes of each file that passed.

    Without an anchor, a verdict says only that the bundle agrees with itself. Raises
    EvidenceError at the first bad place; what the Files raises goes through.
    """
    source = InMemory(files) if isinstance(files, Mapping) else files
    sizes = source.sizes()
    if len(sizes) > BUNDLE_FILES + 1:
        raise BundleTooLarge(f"{len(sizes)} files")
    trusted = TrustedBundle(anchor)
    trusted.take_manifest(_read(source, MANIFEST, sizes))
    for path in (ROOT, SERVICE):
        with located(file=path):
            trusted.take(path, _read(source, path, sizes))
    # Now the list counts. All that it names is read, those two again: what passes is what is
    # matched against it.
    paths = trusted.take_sizes(sizes)
    for path, (data, digest) in zip(paths, source.stream(paths), strict=True):
        with located(file=path):
            trusted.take(path, data)
            trusted.match(path, len(data), digest())
        if progress is not None:
            progress(len(data))
    return trusted.finish()


def _read(source: Files, path: str, sizes: Mapping[str, int]) -> bytes:
    """One file that every bundle has."""
    most = max_bytes(path) or 0
    if path not in sizes:
        raise MissingFile("every bundle has it", Place(file=path))
    if sizes[path] > most:
        too_long = BundleTooLarge if path == MANIFEST else StatementTooLong
        raise too_long(f"{sizes[path]} bytes where {most} are allowed", Place(file=path))
    data, _ = next(iter(source.stream([path])))
    return bytes(data)
