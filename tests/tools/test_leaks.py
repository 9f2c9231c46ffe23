# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The search for pictures finds fifteen bytes of one anywhere, and nothing where there is none."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tools.demo.leaks import search, words_of


def _picture(chance: random.Random, size: int) -> bytes:
    return b"\xff\xd8\xff\xe0\x00\x10JFIF" + chance.randbytes(size) + b"\xff\xd9"


@pytest.mark.parametrize("shift", range(8))
def test_fifteen_bytes_of_a_picture_are_found_at_any_alignment(tmp_path: Path, shift: int) -> None:
    chance = random.Random(shift)
    pictures = [_picture(chance, 500 + size) for size in range(5)]
    noise = bytearray(chance.randbytes(1 << 16))
    at = 4096 + shift
    start = chance.randrange(20, 400)
    noise[at : at + 15] = pictures[3][start : start + 15]
    card = tmp_path / "card.img"
    card.write_bytes(noise)

    leaks = list(search([card], words_of(pictures)))

    assert leaks
    assert all(at <= leak.offset < at + 15 for leak in leaks)


def test_noise_and_empty_space_hold_no_picture(tmp_path: Path) -> None:
    chance = random.Random(8)
    words = words_of([_picture(chance, 30_000), bytes(1000), b"\xff" * 77, b""])
    card = tmp_path / "card.img"
    card.write_bytes(chance.randbytes((1 << 20) + 3) + bytes(1 << 20) + b"\xff" * 4096)

    assert list(search([card], words)) == []
