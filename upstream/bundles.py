# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A recording's bundle as a zip, streamed: what a stranger checks offline. docs/format.md §11.

Every stored segment is verified against what was registered before the first byte goes out. The
files are stored, not compressed: ciphertext does not shrink. No key that opens anything is in it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256

from evidence import layout
from evidence.limits import BUNDLE_FILES, BUNDLE_FOLDER_FILES
from evidence.manifest import ListedFile, build_manifest
from upstream.access import Peer
from upstream.catalogue import Recording, Stored
from upstream.disclosure import Disclosure
from upstream.errors import BundleTooLargeError
from upstream.identity import Identity
from upstream.objects import Objects

_MOST_SEGMENTS = min(BUNDLE_FOLDER_FILES, (BUNDLE_FILES - len(layout.CERTIFICATES)) // 2)
_EARLIEST_ZIP = (1980, 1, 1, 0, 0, 0)


class Bundles:
    """Makes bundles, for staff alone."""

    def __init__(
        self,
        identity: Identity,
        disclosure: Disclosure,
        objects: Objects,
        now_us: Callable[[], int],
    ) -> None:
        self._identity = identity
        self._disclosure = disclosure
        self._objects = objects
        self._now_us = now_us

    def zip(self, peer: Peer, recording_id: bytes, reason: str) -> Iterator[bytes]:
        """The zip's parts. Returns when logged and verified; then streams."""
        recording, stored = self._disclosure.asked(peer, "bundle", recording_id, reason)
        if len(stored) > _MOST_SEGMENTS:
            raise BundleTooLargeError("The recording has more segments than a bundle may hold.")
        for _ in self._disclosure.walk(recording, stored):
            pass
        return self._parts(self._statements(recording, stored), stored)

    def _statements(self, recording: Recording, stored: list[Stored]) -> dict[str, bytes]:
        """Every file but the segments; the manifest lists them all."""
        identity = self._identity
        files = {
            layout.ROOT: identity.root_message,
            layout.SERVICE: identity.delegation_message,
            layout.CAMERA: recording.certificate,
        }
        for each in stored:
            files[layout.receipt_path(each.recording, each.segment)] = each.receipt
        listed = [ListedFile(*item) for item in _measured(files)]
        listed += [ListedFile(_path(each), each.length, each.digest) for each in stored]
        manifest = build_manifest(identity.force, self._now_us() // 1_000_000, listed)
        return {layout.MANIFEST: manifest.sign(identity.service_key)} | files

    def _parts(self, statements: dict[str, bytes], stored: list[Stored]) -> Iterator[bytes]:
        sink = _Sink()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
            for path, data in statements.items():
                archive.writestr(_named(path), data)
            yield sink.taken()
            for each in stored:
                archive.writestr(_named(_path(each)), self._objects.read(each.object, each.length))
                yield sink.taken()
        yield sink.taken()


class _Sink(io.RawIOBase):
    """Where the zip is written; what was written is taken out again and again."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(memoryview(data))  # type: ignore[arg-type]
        self._parts.append(part)
        return len(part)

    def taken(self) -> bytes:
        """All that was written since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def _measured(files: dict[str, bytes]) -> Iterator[tuple[str, int, bytes]]:
    for path, data in files.items():
        yield path, len(data), sha256(data).digest()


def _named(path: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(path, _EARLIEST_ZIP)


def _path(stored: Stored) -> str:
    return layout.segment_path(stored.recording, stored.segment)
