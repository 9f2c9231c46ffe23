# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""An anchor has one form; what is no anchor is a bad argument, not bad evidence."""

import json
from typing import Any

import pytest

from evidence.anchor import Anchor
from evidence.errors import AnchorError, EvidenceError

KEY = bytes(range(32))
GOOD: dict[str, Any] = {"candour": "anchor", "version": 1, "force": "demo", "roots": [KEY.hex()]}


def test_an_anchor_is_read_and_rendered() -> None:
    anchor = Anchor.parse(json.dumps(GOOD).encode())
    assert anchor == Anchor("demo", (KEY,))
    assert Anchor.parse(anchor.render()) == anchor
    assert anchor.trusts("demo", KEY)
    assert not anchor.trusts("demo", bytes(32))
    assert not anchor.trusts("other", KEY)


CHANGES: list[dict[str, Any]] = [
    {"candour": "bundle"},
    {"version": 2},
    {"version": True},
    {"version": 1.0},
    {"force": ""},
    {"force": "a b"},
    {"force": 1},
    {"roots": []},
    {"roots": [KEY.hex()] * 17},
    {"roots": [KEY.hex().upper()]},
    {"roots": [KEY.hex()[:-1]]},
    {"roots": [5]},
    {"roots": KEY.hex()},
    {"more": 1},
]
WRONG: list[bytes] = [
    b"",
    b"\xff",
    b"[]",
    b"[" * 60_000,
    b" " * 70_000,
    json.dumps(GOOD).encode() + b"x",
    b'{"candour": "anchor", "version": 1, "version": 1, "force": "demo", "roots": []}',
    *(json.dumps({**GOOD, **change}).encode() for change in CHANGES),
    *(json.dumps({k: v for k, v in GOOD.items() if k != name}).encode() for name in GOOD),
]


@pytest.mark.parametrize("data", WRONG, ids=range(len(WRONG)))
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(AnchorError) as caught:
        Anchor.parse(data)
    assert not isinstance(caught.value, EvidenceError)
    assert caught.value.next_step
