# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The error tree, the codes of the specification and the places that errors name."""

import re
from pathlib import Path

import pytest

from evidence.errors import CODES, BadDigest, EvidenceError, Place, located

FORMAT = Path(__file__).parents[2] / "docs" / "format.md"


def _documented() -> set[str]:
    text = FORMAT.read_text(encoding="utf-8")
    table = text[text.index("### Error codes") : text.index("## 9.")]
    cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    return {code for cell in cells for code in re.findall(r"`([a-z-]+)`", cell)}


def test_the_codes_are_those_of_the_specification() -> None:
    assert set(CODES) == _documented()


@pytest.mark.parametrize("code", CODES)
def test_every_error_says_what_where_and_what_next(code: str) -> None:
    error = CODES[code]("THIS", Place(segment=3, offset=17))
    assert error.code == code
    assert "THIS" in error.message
    assert str(error) == f"{code}: {error.message} (segment 3, byte 17)"
    assert error.next_step.endswith(".")


def test_a_place_is_filled_in_from_outside_and_never_overwritten() -> None:
    with pytest.raises(EvidenceError) as caught, located(file="a", segment=1), located(segment=2):
        raise BadDigest("x", Place(group=5))
    assert caught.value.place == Place(file="a", segment=2, group=5)
    assert str(Place()) == "unknown place"
    assert Place().forward(3).forward(4) == Place(offset=7)
