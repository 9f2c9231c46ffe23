# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A bundle from the server into a folder, and verified there as a stranger would.

The zip is taken in one spelling (`evidence.archive`), only at the paths that a bundle has, and
bounded, so that nothing of it can land elsewhere. The folder appears whole or not at all.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from evidence.anchor import Anchor
from evidence.archive import ARCHIVE_BYTES, Archive
from evidence.bundle import Verdict, verify_bundle
from evidence.errors import AnchorError, EvidenceError
from evidence.layout import max_bytes
from evidence.limits import ANCHOR_BYTES
from tools.staff.errors import BrokenAnswerError, FilesError, StaffConfigError
from tools.verifying.source import ReadAhead, open_store


def write(folder: Path, parts: Iterable[bytes]) -> None:
    """Take the zip's parts and write its files into a new folder."""
    folder = folder.absolute()
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    try:
        part.mkdir(parents=True)
        with tempfile.TemporaryFile(dir=part) as file:
            _extract(part, file, _take(file, parts))
        part.rename(folder)
    except EvidenceError as error:
        raise BrokenAnswerError(f"The server's zip is not one of a bundle: {error}.") from error
    except OSError as error:
        raise FilesError(f"The bundle cannot be written: {error.strerror}.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def read_anchor(path: Path | None) -> Anchor | None:
    """The anchor that staff.toml names, if it names one."""
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            return Anchor.parse(file.read(ANCHOR_BYTES + 1))
    except OSError as error:
        raise StaffConfigError(f"`anchor` cannot be read: {error.strerror}.") from error
    except AnchorError as error:
        raise StaffConfigError(f"`anchor` is none: {error}") from error


def verify(folder: Path, anchor: Anchor | None) -> Verdict:
    """The verdict on the folder; raises EvidenceError."""
    try:
        with open_store(folder) as store:
            return verify_bundle(ReadAhead(store), anchor)
    except OSError as error:
        raise FilesError(f"The bundle cannot be read again: {error.strerror}.") from error


def _take(file: BinaryIO, parts: Iterable[bytes]) -> int:
    length = 0
    for part in parts:
        length += len(part)
        if length > ARCHIVE_BYTES:
            raise BrokenAnswerError("The server's zip is longer than one of a bundle.")
        file.write(part)
    file.flush()
    return length


def _extract(folder: Path, file: BinaryIO, length: int) -> None:
    descriptor = file.fileno()
    archive = Archive(lambda offset, count: os.pread(descriptor, count, offset), length)
    for path, size in archive.sizes().items():
        most = max_bytes(path)
        if most is None or size > most:
            raise BrokenAnswerError("The server's zip holds a file that no bundle has.")
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive.read(path))
