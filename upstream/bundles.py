# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A recording's bundle as a zip, streamed: what a stranger checks offline. docs/format.md §11.

Every stored segment is verified against what was registered before the first byte goes out. The
files are in one spelling of a zip (`evidence.archive`). No key that opens anything is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256

from evidence import layout
from evidence.archive import ARCHIVE_BYTES, write_archive
from evidence.limits import BUNDLE_FILES, BUNDLE_FOLDER_FILES
from evidence.manifest import ListedFile, build_manifest
from upstream.access import Peer
from upstream.catalogue import Recording, Stored
from upstream.disclosure import Disclosure
from upstream.errors import BundleTooLargeError
from upstream.identity import Identity
from upstream.objects import Objects

_MOST_SEGMENTS = min(BUNDLE_FOLDER_FILES, (BUNDLE_FILES - len(layout.CERTIFICATES)) // 2)
# Room beside the segments for the manifest, the receipts and the zip's own directory.
_MOST_BYTES = ARCHIVE_BYTES - (32 << 20)


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
        length = sum(each.length for each in stored)
        if len(stored) > _MOST_SEGMENTS or length > _MOST_BYTES:
            raise BundleTooLargeError("The recording has more segments than a bundle may hold.")
        for _ in self._disclosure.walk(recording, stored):
            pass
        return write_archive(self._files(self._statements(recording, stored), stored))

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

    def _files(
        self, statements: dict[str, bytes], stored: list[Stored]
    ) -> Iterator[tuple[str, bytes]]:
        """All files by rising path; one segment at a time is in memory."""
        segments = {_path(each): each for each in stored}
        for path in sorted([*statements, *segments]):
            if path in statements:
                yield path, statements[path]
            else:
                yield path, self._objects.read(segments[path].object, segments[path].length)


def _measured(files: dict[str, bytes]) -> Iterator[tuple[str, int, bytes]]:
    for path, data in files.items():
        yield path, len(data), sha256(data).digest()


def _path(stored: Stored) -> str:
    return layout.segment_path(stored.recording, stored.segment)
