# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Small files in internal flash that a power cut can't spoil (docs/format.md section 14).

A file is replaced by writing a new one and renaming it, which littlefs does whole or not at all;
it begins with the SHA-256 of the rest, so that rot shows. A log takes fixed-size records with an
8-byte check each; a torn last record counts as not written and is cleared away when it is found.
"""

import hashlib
import os

from micropython import const

from store.errors import FlashCorrupt

_DIGEST_BYTES = const(32)
_CHECK_BYTES = const(8)
_ENOENT = const(2)
_STEP_RECORDS = const(64)


def load(path: str, limit_bytes: int) -> bytes | None:
    """The payload, or None where there is no such file; FlashCorrupt where its digest differs."""
    try:
        with open(path, "rb") as file:
            data = file.read(limit_bytes + _DIGEST_BYTES + 1)
    except OSError as error:
        if error.errno == _ENOENT:
            return None
        raise
    payload = data[_DIGEST_BYTES:]
    if len(payload) > limit_bytes or hashlib.sha256(payload).digest() != data[:_DIGEST_BYTES]:
        raise FlashCorrupt(path)
    return payload


def replace(path: str, payload: bytes | bytearray) -> None:
    """Write the file anew; the old one stands until the new one is durable."""
    fresh = path + ".new"
    with open(fresh, "wb") as file:
        file.write(hashlib.sha256(payload).digest())
        file.write(payload)
    os.rename(fresh, path)


def remove(path: str) -> None:
    """Remove the file where there is one."""
    try:
        os.remove(path)
    except OSError as error:
        if error.errno != _ENOENT:
            raise


class RecordLog:
    """An append-only file of records of one size, each followed by its check."""

    def __init__(self, path: str, record_bytes: int) -> None:
        self._path = path
        self._record_bytes = record_bytes
        self._stride = record_bytes + _CHECK_BYTES
        self.count = 0

    def load(self, each) -> None:
        """Give every whole record to `each`; clear away a torn end. FlashCorrupt before the end.

        The view that `each` gets is good for the call alone.
        """
        buf = bytearray(self._stride)
        view = memoryview(buf)
        self.count = 0
        size_bytes = self._size_bytes()
        try:
            with open(self._path, "rb") as file:
                while (got := file.readinto(buf)) == self._stride:
                    if self._check(view) != buf[self._record_bytes :]:
                        if (self.count + 1) * self._stride < size_bytes:
                            raise FlashCorrupt(self._path)
                        break
                    each(view[: self._record_bytes])
                    self.count += 1
        except OSError as error:
            if error.errno != _ENOENT:
                raise
            return
        if got:
            self._cut(self.count)

    def append(self, record: bytes | bytearray) -> None:
        """Add one record; durable on return."""
        with open(self._path, "ab") as file:
            file.write(record + self._check(record))
        self.count += 1

    def rewrite(self, records) -> None:
        """Replace the file by these records, whole or not at all."""
        for _ in self.rewrite_steps(records):
            pass

    def rewrite_steps(self, records):
        """A generator that does so a few records at a time: nothing may be appended meanwhile."""
        fresh = self._path + ".new"
        count = 0
        with open(fresh, "wb") as file:
            for record in records:
                file.write(record)
                file.write(self._check(record))
                count += 1
                if count % _STEP_RECORDS == 0:
                    yield None
        os.rename(fresh, self._path)
        self.count = count

    def _size_bytes(self) -> int:
        try:
            return os.stat(self._path)[6]
        except OSError as error:
            if error.errno != _ENOENT:
                raise
            return 0

    def _check(self, record: bytes | bytearray | memoryview) -> bytes:
        return hashlib.sha256(record[: self._record_bytes]).digest()[:_CHECK_BYTES]

    def _cut(self, count: int) -> None:
        """Keep the first `count` records alone."""
        buf = bytearray(self._stride)
        fresh = self._path + ".new"
        with open(self._path, "rb") as old, open(fresh, "wb") as file:
            for _ in range(count):
                old.readinto(buf)
                file.write(buf)
        os.rename(fresh, self._path)
