# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Image files of card and internal flash: made blank where there are none, kept where there are.

A blank card reads as zeros and takes no room on the disk; blank flash reads as erased. A card's
size is fixed when its image is made. docs/format.md §13 and §14.
"""

from __future__ import annotations

from pathlib import Path

from sim.errors import BadImageError

CARD_BYTES = 256 * 1024 * 1024
FLASH_BYTES = 8 * 1024 * 1024
_BLOCK_BYTES = 512
_ERASE_BYTES = 4096
_LEAST_CARD_BYTES = 1024 * 1024
_SEEKABLE_BYTES = {32: 2**31 - _BLOCK_BYTES, 64: 2**41}  # where a MicroPython file can seek to


def card(path: Path, size_bytes: int, bits: int) -> Path:
    """The card's image, made with `size_bytes` where it is missing. BadImageError."""
    if not path.exists():
        _fit(path, size_bytes, bits)
        with path.open("xb") as file:
            file.truncate(size_bytes)
    _fit(path, path.stat().st_size, bits)
    return path


def _fit(path: Path, size_bytes: int, bits: int) -> None:
    if size_bytes % _BLOCK_BYTES:
        raise BadImageError(path, f"{size_bytes} bytes are not whole blocks of {_BLOCK_BYTES}")
    if size_bytes < _LEAST_CARD_BYTES:
        raise BadImageError(path, f"a card of {size_bytes} bytes is too small; 1 MiB at least")
    if size_bytes > _SEEKABLE_BYTES[bits]:
        raise BadImageError(
            path, f"a {bits}-bit camera reaches {_SEEKABLE_BYTES[bits]} bytes of a card"
        )


def flash(path: Path) -> Path:
    """The internal flash's image, made erased where it is missing. BadImageError."""
    if not path.exists():
        path.write_bytes(b"\xff" * FLASH_BYTES)
    size_bytes = path.stat().st_size
    if not 16 * _ERASE_BYTES <= size_bytes <= 64 * 1024 * 1024 or size_bytes % _ERASE_BYTES:
        raise BadImageError(path, f"{size_bytes} bytes are no internal flash")
    return path
