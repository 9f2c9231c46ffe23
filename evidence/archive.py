# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A bundle as one zip file, in one spelling. docs/format.md §11.

Members are stored, by rising path, dated 1980-01-01, with nothing between, before or behind them:
what `zipfile` writes for `writestr(ZipInfo(path), data)`. So there is no bomb, no member that two
readers see differently, and no byte that can change unnoticed. Any unzip reads it.
"""

from binascii import crc32
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from struct import Struct

from evidence.errors import BadStructure, BundleTooLarge, Place, Truncated
from evidence.limits import BUNDLE_FILES

ARCHIVE_BYTES = (1 << 32) - 1
MAX_MEMBERS = BUNDLE_FILES + 1

_LOCAL = Struct("<4sHHHHHIIIHH")
_CENTRAL = Struct("<4sBBHHHHHIIIHHHHHII")
_END = Struct("<4sHHHHIIH")
_DATE = 1 << 5 | 1
_MODE = 0o600 << 16
_MAX_PATH = 128

ReadAt = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class _Member:
    path: bytes
    crc: int
    length: int
    offset: int

    def local(self) -> bytes:
        sizes = self.crc, self.length, self.length, len(self.path), 0
        return _LOCAL.pack(b"PK\3\4", 20, 0, 0, 0, _DATE, *sizes) + self.path

    def central(self) -> bytes:
        sizes = self.crc, self.length, self.length, len(self.path), 0, 0, 0, 0
        head = _CENTRAL.pack(b"PK\1\2", 20, 3, 20, 0, 0, 0, _DATE, *sizes, _MODE, self.offset)
        return head + self.path

    @property
    def end(self) -> int:
        return self.offset + _LOCAL.size + len(self.path) + self.length


def write_archive(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The archive's bytes, piece by piece, of files given by rising path.

    Raises ValueError for a path out of order, BundleTooLarge past 4 GiB or the file count.
    """
    members: list[_Member] = []
    offset = 0
    for path, data in files:
        member = _Member(path.encode("ascii"), crc32(data), len(data), offset)
        if members and members[-1].path >= member.path:
            raise ValueError("files of an archive rise by path")
        members.append(member)
        offset = member.end
        if offset > ARCHIVE_BYTES or len(members) > MAX_MEMBERS:
            raise BundleTooLarge("more than one zip file holds: make a folder of it")
        yield member.local()
        yield data
    yield _directory(members)


def _directory(members: list[_Member]) -> bytes:
    entries = b"".join(member.central() for member in members)
    count, start = len(members), members[-1].end if members else 0
    return entries + _END.pack(b"PK\5\6", 0, 0, count, count, len(entries), start, 0)


class Archive:
    """Reads an archive through `read_at(offset, count)`; any other zip is an EvidenceError."""

    def __init__(self, read_at: ReadAt, length: int) -> None:
        self._read_at = read_at
        if length > ARCHIVE_BYTES:
            raise BundleTooLarge(f"an archive of {length} bytes")
        if length < _END.size:
            raise Truncated("a zip file", Place(offset=length))
        _, _, _, _, count, size, start, _ = _END.unpack(read_at(length - _END.size, _END.size))
        if count > MAX_MEMBERS:
            raise BundleTooLarge(f"an archive of {count} members")
        place = Place(offset=start)
        if size > count * (_CENTRAL.size + _MAX_PATH) or start + size + _END.size != length:
            raise BadStructure("the zip file's directory is not where its end says", place)
        directory = read_at(start, size + _END.size)
        members = _members(directory, count, place)
        if _directory(members) != directory:
            raise BadStructure("the zip file's directory is not in the form that is read", place)
        self._members = {member.path.decode("ascii"): member for member in members}

    def sizes(self) -> Mapping[str, int]:
        """Path and bytes of every member."""
        return {path: member.length for path, member in self._members.items()}

    def read(self, path: str) -> bytes:
        """The exact bytes of one member."""
        member = self._members[path]
        head = member.local()
        data = self._read_at(member.offset, len(head) + member.length)
        place = Place(file=path, offset=0)
        if data[: len(head)] != head:
            raise BadStructure("a zip member's head is not what the directory says", place)
        if crc32(memoryview(data)[len(head) :]) != member.crc:
            raise BadStructure("a zip member's checksum is another", place)
        return data[len(head) :]


def _members(directory: bytes, count: int, place: Place) -> list[_Member]:
    """The members that a directory lists, each beginning where the one before ends."""
    members: list[_Member] = []
    at = 0
    for _ in range(count):
        if len(directory) - at < _CENTRAL.size:
            raise Truncated("the zip file's directory", place.forward(at))
        fields = _CENTRAL.unpack_from(directory, at)
        crc, length, name_length, offset = fields[8], fields[9], fields[11], fields[-1]
        name = directory[at + _CENTRAL.size : at + _CENTRAL.size + name_length]
        member = _Member(name, crc, length, offset)
        if not name.isascii() or (members and members[-1].path >= name):
            raise BadStructure("a zip member's name", place.forward(at))
        if offset != (members[-1].end if members else 0):
            raise BadStructure("a zip member is not behind the one before", place.forward(at))
        at += len(member.central())
        members.append(member)
    return members
