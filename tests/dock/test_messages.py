# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Messages of a camera that lies: a ProtocolError each, within bounds, never anything else."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from dock import messages
from dock.errors import ProtocolError
from evidence import cbor
from evidence.errors import EvidenceError
from tests import counting

READERS: list[Callable[[Any], object]] = [
    messages.read_status,
    messages.read_index,
    messages.read_run,
    messages.read_result,
    messages.bye_reason,
]
ROW = [bytes(16), 1, 0, 100, False, True]
RIGHT: list[list[Any]] = [
    [b"status", b"certificate"],
    [[ROW, [bytes(16), 1, 1, 8 << 20, True, False]], False],
    [bytes(16), 0, 0, 1 << 18],
    [1, 5],
    [4],
]
LEAVES: list[Any] = [
    None,
    True,
    -1,
    0,
    1,
    23,
    1 << 16,
    1 << 32,
    1 << 63,
    b"",
    bytes(16),
    "text",
    [],
    {1: 2},
]
CASES = 20_000


def _spoil(value: Any, rng: random.Random) -> Any:
    if not isinstance(value, list) or not value or rng.random() < 0.1:
        return rng.choice([value, *LEAVES])
    at = rng.randrange(len(value))
    changed = [*value]
    what = rng.randrange(4)
    if what == 0:
        del changed[at]
    elif what == 1:
        changed.insert(at, rng.choice(LEAVES))
    else:
        changed[at] = _spoil(changed[at], rng)
    return changed


def test_right_messages_are_read() -> None:
    for reader, fields in zip(READERS, RIGHT, strict=True):
        assert reader(fields)


def test_spoiled_messages_raise_nothing_but_a_protocol_error(rng: random.Random) -> None:
    def check(seed: int) -> None:
        draw = random.Random(seed)
        index = draw.randrange(len(READERS))
        fields = RIGHT[index]
        for _ in range(draw.randrange(1, 4)):
            fields = _spoil(fields, draw)
        try:
            decoded = cbor.decode(cbor.encode(fields), 4096)
        except EvidenceError:
            return
        if isinstance(decoded, list):
            try:
                READERS[index](decoded)
            except ProtocolError:
                return

    counting.each("spoiled messages", (rng.randrange(1 << 48) for _ in range(CASES)), check)


@pytest.mark.parametrize(
    "rows",
    [
        [[ROW] * 33, False],
        [[ROW, ROW], False],
        [[], True],
        [[[bytes(16), 2, 0, 1, False, False], ROW], False],
        [[[bytes(16), 1, 0, 0, False, False]], False],
        [[[bytes(16), 1, 0, (8 << 20) + 1, False, False]], False],
    ],
)
def test_an_index_that_does_not_rise_or_is_too_long_is_refused(rows: list[Any]) -> None:
    with pytest.raises(ProtocolError):
        messages.read_index(rows)
