# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Board descriptions: the committed module is the generated one; a bad one is refused by name."""

import copy
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hw import pins

BOARDS = sorted(pins.BOARDS.glob("*.toml"))


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_the_committed_module_is_the_generated_one(path: Path) -> None:
    board = pins.load(path)
    assert pins.target(board).read_text() == pins.render(board)


def test_every_generated_module_has_its_description() -> None:
    assert sorted(pins.GENERATED.glob("*/pins.py")) == [
        pins.target(pins.load(path)) for path in BOARDS
    ]


@pytest.mark.device
@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_micropython_reads_the_module(path: Path, micropython: Path) -> None:
    board = pins.load(path)
    folder = pins.target(board).parent
    script = f"import sys; sys.path.insert(0, {str(folder)!r}); import pins; print(pins.BOARD)"
    answer = subprocess.run(
        [micropython, "-c", f"{script}; print(pins.HEAP_BYTES, pins.LIGHT_SENSE)"],
        capture_output=True,
        text=True,
        check=True,
    )
    expected = f"{board['firmware']['HEAP_BYTES']} {board['pins']['LIGHT_SENSE']}"
    assert answer.stdout.splitlines() == [board["board"], expected]


BAD = [
    (("pins", "LIGHT", "P15"), "LIGHT is on P15, which the vendor does not lead out"),
    (("pins", "LIGHT_SENSE", "P9"), "LIGHT_SENSE needs an analogue input; P9 is none"),
    (("pins", "BEEPER", "P13"), "BEEPER needs a timer's output; P13 has none"),
    (("pins", "VIBRATION", "P7"), "LIGHT and VIBRATION share P7"),
    (("pins", "VIBRATION", "P6"), "LIGHT_SENSE and VIBRATION share P6/P6_ADC"),
    (("pins", "SIREN", "P0"), "[pins] has unknown SIREN"),
    (("pins", "LIGHT", None), "[pins] lacks LIGHT"),
    (("pins", "LIGHT", 7), "[pins]: LIGHT is not of type str"),
    (("firmware", "SENSOR_FPS", 0), "SENSOR_FPS is outside 1..60"),
    (("firmware", "SENSOR_FPS", True), "[firmware]: SENSOR_FPS is not of type int"),
    (("firmware", "HEAP_BYTES", 1 << 40), "HEAP_BYTES is outside"),
    (("vendor", "pwm", None), "[vendor] lacks the list pwm"),
]


@pytest.mark.parametrize(("change", "expected"), BAD)
def test_a_bad_description_is_refused_by_name(change: tuple[str, str, Any], expected: str) -> None:
    board = copy.deepcopy(pins.load(pins.BOARDS / "openmv-n6.toml"))
    table, name, value = change
    if value is None:
        del board[table][name]
    else:
        board[table][name] = value
    with pytest.raises(pins.BoardError) as caught:
        pins.check(board)
    assert expected in str(caught.value)


@pytest.mark.parametrize("content", [b"board = ", b"\xff\xfe", b"", b'board = "other"'])
def test_a_file_that_is_no_description_is_refused_with_its_name(
    content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "openmv-n6.toml"
    path.write_bytes(content)
    with pytest.raises(pins.BoardError, match=r"^openmv-n6\.toml: "):
        pins.load(path)


def test_a_file_named_unlike_its_board_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_bytes((pins.BOARDS / "openmv-n6.toml").read_bytes())
    with pytest.raises(pins.BoardError, match="name the file like it"):
        pins.load(path)
