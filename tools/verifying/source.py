# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Reads a bundle from a folder or a zip file, bounded, for evidence.bundle. docs/format.md §11.

A folder holds plain files in plain folders: a link, device or pipe is refused, never followed or
opened. A file is read once, to at most its bound. On a thread beside the checks the next file is
read and each is hashed (hashlib lets go of the interpreter), in two buffers that are used in turn.
"""

import mmap
import os
import stat
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import Protocol

from evidence.archive import MAX_MEMBERS, Archive
from evidence.bundle import Digest
from evidence.errors import BadStructure, BundleTooLarge, Place
from evidence.layout import max_bytes, segment_of
from evidence.limits import MANIFEST_BYTES, SEGMENT_BYTES

_DEPTH = 3
# O_NONBLOCK: opening a pipe that took a file's place must not wait for its writer.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Store(Protocol):
    """What a bundle is read from: Folder or evidence.archive.Archive."""

    def sizes(self) -> Mapping[str, int]:
        """Path and bytes of every file."""

    def read(self, path: str, buffer: memoryview) -> memoryview:
        """All bytes of one file, in the buffer or elsewhere."""


class Folder:
    """A bundle as a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._sizes: dict[str, int] = {}
        self._folders = 0
        self._scan(root, "", _DEPTH)

    def sizes(self) -> Mapping[str, int]:
        """Path and bytes of every file that was there."""
        return self._sizes

    def read(self, path: str, buffer: memoryview) -> memoryview:
        """All bytes of one file, at most one more than may stand there."""
        place = Place(file=path)
        try:
            descriptor = os.open(self._root / path, _FLAGS)
        except OSError as error:
            if (self._root / path).is_symlink():
                raise BadStructure("a link stands in the bundle", place) from None
            raise error
        with FileIO(descriptor) as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise BadStructure("no plain file stands there", place)
            count = 0
            most = buffer[: (max_bytes(path) or 0) + 1]
            while more := file.readinto(most[count:]):
                count += more
        return most[:count]

    def _scan(self, folder: Path, prefix: str, depth: int) -> None:
        self._folders += 1
        with os.scandir(folder) as entries:
            for entry in entries:
                path = prefix + _printable(entry.name)
                if len(self._sizes) + self._folders > 2 * MAX_MEMBERS:
                    raise BundleTooLarge("more files and folders than a bundle has")
                if entry.is_dir(follow_symlinks=False) and depth > 1:
                    self._scan(folder / entry.name, path + "/", depth - 1)
                elif entry.is_file(follow_symlinks=False):
                    self._sizes[path] = entry.stat(follow_symlinks=False).st_size
                else:
                    what = "a link, a device or a folder too deep stands in the bundle"
                    raise BadStructure(what, Place(file=path))


class Zip:
    """A bundle as a zip file in the form of evidence.archive."""

    def __init__(self, file: FileIO) -> None:
        descriptor = file.fileno()
        length = os.fstat(descriptor).st_size
        self._archive = Archive(lambda offset, count: os.pread(descriptor, count, offset), length)

    def sizes(self) -> Mapping[str, int]:
        """Path and bytes of every member."""
        return self._archive.sizes()

    def read(self, path: str, buffer: memoryview) -> memoryview:
        """All bytes of one member."""
        return memoryview(self._archive.read(path))


class ReadAhead:
    """evidence.bundle.Files over a Store: one large file ahead, large digests beside."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # Page-aligned memory: reading into it is several times as fast as into other buffers.
        self._buffers = [memoryview(mmap.mmap(-1, SEGMENT_BYTES + mmap.PAGESIZE)) for _ in "ab"]
        self._small = memoryview(bytearray(MANIFEST_BYTES + 1))

    def sizes(self) -> Mapping[str, int]:
        """Path and bytes of every file."""
        return self._store.sizes()

    def stream(self, paths: Sequence[str]) -> Iterator[tuple[memoryview, Digest]]:
        """The files in order, each with its digest. One's bytes last until the next is asked."""
        large = [path for path in paths if segment_of(path)]
        # One worker does its tasks in order: a file's digest is made before its buffer is read
        # into again. For small files, asking it would take longer than doing it.
        with ThreadPoolExecutor(1) as beside:
            ahead: deque[Future[memoryview]] = deque()
            begun = 0
            for path in paths:
                if not segment_of(path):
                    data = self._store.read(path, self._small)
                    yield data, sha256(data).digest
                    continue
                while begun < len(large) and len(ahead) < 2:
                    buffer = self._buffers[begun % 2]
                    ahead.append(beside.submit(self._store.read, large[begun], buffer))
                    begun += 1
                data = ahead.popleft().result()
                yield data, beside.submit(_digest, data).result


@contextmanager
def open_store(path: Path) -> Iterator[Store]:
    """The bundle at a path: a folder, or one file that is taken for a zip."""
    if path.is_dir():
        yield Folder(path)
        return
    with FileIO(path) as file:
        yield Zip(file)


def _digest(data: memoryview) -> bytes:
    return sha256(data).digest()


def _printable(name: str) -> str:
    """The name; one that could not be a bundle's is escaped, and so can never be taken for one."""
    if name.isascii() and name.isprintable():
        return name
    return name.encode("unicode_escape", "surrogatepass").decode("ascii")
