# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Segments as files in a folder, written so that a returned `store` survives a power cut.

Temporary file → fsync → rename → fsync of the folder. A failed fsync is never tried again: the
file goes and the caller acknowledges nothing; a redelivery writes it anew. A name carries the
digest of its bytes, so that other bytes under the same identity never replace it.
"""

from __future__ import annotations

import errno
import itertools
import os
from pathlib import Path
from typing import Protocol

from upstream.errors import FullError, StoredDamageError, UnavailableError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Disk(Protocol):
    """The five operations that durability rests on; a fault test implements them too."""

    def write(self, path: Path, data: bytes | memoryview) -> None: ...
    def rename(self, source: Path, target: Path) -> None: ...
    def sync_folder(self, folder: Path) -> None: ...
    def make_folder(self, folder: Path) -> None: ...
    def free_bytes(self, folder: Path) -> int: ...


class RealDisk:
    """The operating system's disk."""

    def write(self, path: Path, data: bytes | memoryview) -> None:
        """A new file with these bytes, synced."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        source.replace(target)

    def sync_folder(self, folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def make_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)

    def free_bytes(self, folder: Path) -> int:
        state = os.statvfs(folder)
        return state.f_bavail * state.f_frsize


class Objects:
    """The object store of one server: `<root>/<recording>/<segment>-<digest>.seg`."""

    def __init__(self, root: Path, reserve_bytes: int, disk: Disk | None = None) -> None:
        self._root = root
        self._reserve_bytes = reserve_bytes
        self._disk: Disk = disk or RealDisk()
        self._serial = itertools.count()
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._disk.sync_folder(root.parent)
        self._sweep()

    def store(self, recording: bytes, segment: int, digest: bytes, data: memoryview) -> str:
        """Make the bytes durable; the object's name. Full or failing disks are named errors."""
        folder = self._root / recording.hex()
        name = f"{recording.hex()}/{segment:05d}-{digest.hex()}.seg"
        part = folder / f"{segment:05d}.{next(self._serial)}.part"
        try:
            if self._disk.free_bytes(self._root) < self._reserve_bytes + len(data):
                raise FullError("The server's storage is full.")
            self._disk.make_folder(folder)
            self._disk.sync_folder(self._root)
            self._disk.write(part, data)
            self._disk.rename(part, self._root / name)
            self._disk.sync_folder(folder)
        except OSError as error:
            part.unlink(missing_ok=True)
            if error.errno in _FULL:
                raise FullError("The server's storage is full.") from error
            raise UnavailableError(f"The server's storage failed: {error.strerror}.") from error
        return name

    def holds(self, name: str, length: int) -> bool:
        """Whether an object of this length is there; its digest is checked when it is read."""
        try:
            return (self._root / name).stat().st_size == length
        except OSError:
            return False

    def read(self, name: str, length: int) -> bytes:
        """The bytes of an object, whose length is known and bounded."""
        try:
            with (self._root / name).open("rb") as file:
                data = file.read(length + 1)
        except OSError as error:
            raise StoredDamageError("A registered segment cannot be read.") from error
        if len(data) != length:
            raise StoredDamageError("A registered segment has not its registered length.")
        return data

    def _sweep(self) -> None:
        """Drop what a cut left half-written; nothing of it was acknowledged."""
        for part in self._root.glob("*/*.part"):
            part.unlink(missing_ok=True)
