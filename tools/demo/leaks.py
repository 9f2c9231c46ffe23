# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Searches files for the pictures that they must not hold, at any alignment, all of it.

Fifteen bytes of a picture anywhere in a file hold one of the file's words at a multiple of eight,
and each such word is looked up among all words of all pictures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_WORD = 8
_BLOCK_BYTES = 1 << 22
Words = NDArray[np.uint64]


@dataclass(frozen=True)
class Leak:
    """Where bytes of a picture stand."""

    file: Path
    offset: int


def words_of(pictures: Iterable[bytes]) -> Words:
    """Every 8-byte word at every offset of the pictures, sorted."""
    parts = [np.empty(0, np.uint64)]
    for picture in pictures:
        for shift in range(min(_WORD, max(0, len(picture) - _WORD + 1))):
            count = (len(picture) - shift) // _WORD
            parts.append(np.frombuffer(picture, np.uint64, count, shift))
    return np.sort(np.concatenate(parts))


def search(files: Iterable[Path], words: Words) -> Iterator[Leak]:
    """The places in the files where a word of a picture stands."""
    for path in files:
        with path.open("rb") as file:
            offset = 0
            while block := file.read(_BLOCK_BYTES):
                block += bytes(-len(block) % _WORD)
                found = np.frombuffer(block, np.uint64)
                places = found.nonzero()[0]  # most of a card is empty
                hits = places[_among(found[places], words)]
                yield from (Leak(path, offset + int(at) * _WORD) for at in hits)
                offset += len(block)


def _among(found: Words, words: Words) -> NDArray[np.bool_]:
    """Which of the found words are among the sorted ones, and tell anything.

    Eight bytes with at most two values among them stand everywhere, in any file.
    """
    if not len(words) or not len(found):
        return np.zeros(len(found), np.bool_)
    hit: NDArray[np.bool_] = words[np.searchsorted(words, found).clip(max=len(words) - 1)] == found
    places = hit.nonzero()[0]
    columns = np.sort(found[places].view(np.uint8).reshape(-1, _WORD), axis=1)
    kinds = 1 + np.count_nonzero(np.diff(columns, axis=1), axis=1)
    hit[places] = kinds > 2
    return hit
