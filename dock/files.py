# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Durable files: temp → fsync → rename → fsync of the folder.

An fsync that failed is never tried again on the same file: what the kernel dropped stays dropped
while a second call says that all is well. The file is given up and written anew.
"""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dock.errors import SpoolFault, SpoolFull

_BLOCK_BYTES = 1 << 18
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def disk() -> Iterator[None]:
    """OSErrors of the disk by their names."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise SpoolFull("no room is left on the disk") from error
        raise SpoolFault(error.strerror or "input/output error") from error


class Growing:
    """A file that grows by appending, with the digest of what was appended."""

    def __init__(self, path: Path, durable: int = 0, digest: bytes = b"") -> None:
        """Go on behind `durable` bytes whose SHA-256 is `digest`, where they are still those."""
        with disk():
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self.length, self._hash = _prefix(self._fd, durable, digest)
            os.ftruncate(self._fd, self.length)

    def append(self, data: bytes | memoryview) -> None:
        """Write behind the last."""
        view = memoryview(data)
        with disk():
            while view:
                count = os.pwrite(self._fd, view, self.length)
                self._hash.update(view[:count])
                self.length += count
                view = view[count:]

    def sync(self) -> bytes:
        """Make what was appended durable; its digest. After SpoolFault give the file up."""
        with disk():
            os.fsync(self._fd)
        return self._hash.digest()

    def close(self) -> None:
        """Close the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _prefix(fd: int, durable: int, digest: bytes) -> "tuple[int, hashlib._Hash]":
    hashed = hashlib.sha256()
    offset = 0
    while offset < durable:
        block = os.pread(fd, min(_BLOCK_BYTES, durable - offset), offset)
        if not block:
            break
        hashed.update(block)
        offset += len(block)
    if offset == durable and hashed.digest() == digest:
        return durable, hashed
    return 0, hashlib.sha256()


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    with disk():
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def make_folder(path: Path) -> None:
    """A folder, durable in its parent."""
    if path.is_dir():
        return
    with disk():
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    sync_folder(path.parent)


def move(source: Path, target: Path) -> None:
    """Rename, durably."""
    make_folder(target.parent)
    with disk():
        os.replace(source, target)
    sync_folder(target.parent)
    if source.parent != target.parent:
        sync_folder(source.parent)


def write_whole(path: Path, data: bytes) -> None:
    """Replace a small file, durably."""
    fresh = path.with_name(path.name + ".new")
    growing = Growing(fresh)
    try:
        growing.append(data)
        growing.sync()
    finally:
        growing.close()
    move(fresh, path)


def remove(path: Path) -> None:
    """Remove a file if it is there."""
    with disk():
        path.unlink(missing_ok=True)
