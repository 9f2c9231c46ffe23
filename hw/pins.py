# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Writes each board's pin module for the firmware from hw/boards: `python -m hw.pins`.

A description is taken only whole: every role is there, on a pin that the vendor leads out and
that can do what the role needs, and no pin serves two roles. The output depends on nothing else.
"""

import argparse
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BOARDS = Path(__file__).parent / "boards"
GENERATED = Path(__file__).parent / "generated"

ANALOGUE = {"LIGHT_SENSE", "BEEPER_SENSE", "BATTERY_SENSE"}
PWM = {"BEEPER"}
ROLES = (
    "RECORD_BUTTON MARK_BUTTON LIGHT LIGHT_SENSE BEEPER BEEPER_SENSE VIBRATION VBUS_SENSE"
    " BATTERY_SENSE"
).split()
# Each figure's least and greatest value.
FIGURES = {
    "HEAP_BYTES": (1 << 20, 64 << 20),
    "SEAL_PERIOD_MS": (100, 5000),
    "SENSOR_WIDTH": (160, 1920),
    "SENSOR_HEIGHT": (120, 1080),
    "SENSOR_FPS": (1, 60),
    "JPEG_QUALITY": (10, 95),
}


class BoardError(Exception):
    """{file}: {what}"""

    exit_code = 2


def load(path: Path) -> dict[str, Any]:
    """A checked description; BoardError says what is wrong with it."""
    try:
        board = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BoardError(f"{path.name}: not TOML: {error}") from error
    try:
        check(board)
    except BoardError as error:
        raise BoardError(f"{path.name}: {error}") from None
    if board["board"] != path.stem:
        raise BoardError(f"{path.name}: board is {board['board']!r}; name the file like it")
    return board


def check(board: Mapping[str, Any]) -> None:
    """Refuse what is missing, unknown, impossible on its pin, or used twice."""
    _exactly("top level", board, {"board": str, "vendor": dict, "pins": dict, "firmware": dict})
    pins, vendor = board["pins"], board["vendor"]
    _exactly("[pins]", pins, dict.fromkeys(ROLES, str))
    _exactly("[firmware]", board["firmware"], dict.fromkeys(FIGURES, int))
    for key in ("pins", "analogue", "pwm", "tied"):
        if not isinstance(vendor.get(key), list):
            raise BoardError(f"[vendor] lacks the list {key}")
    for role, pin in pins.items():
        if pin not in vendor["pins"]:
            raise BoardError(f"{role} is on {pin}, which the vendor does not lead out")
        if role in ANALOGUE and pin not in vendor["analogue"]:
            raise BoardError(f"{role} needs an analogue input; {pin} is none")
        if role in PWM and pin not in vendor["pwm"]:
            raise BoardError(f"{role} needs a timer's output; {pin} has none")
    for group in [[pin] for pin in vendor["pins"]] + vendor["tied"]:
        users = [role for role, pin in pins.items() if pin in group]
        if len(users) > 1:
            raise BoardError(f"{' and '.join(users)} share {'/'.join(group)}")
    for name, (least, greatest) in FIGURES.items():
        if not least <= board["firmware"][name] <= greatest:
            raise BoardError(f"{name} is outside {least}..{greatest}")


def _exactly(where: str, table: Mapping[str, Any], expected: Mapping[str, type]) -> None:
    if missing := expected.keys() - table.keys():
        raise BoardError(f"{where} lacks {', '.join(sorted(missing))}")
    if unknown := table.keys() - expected.keys():
        raise BoardError(f"{where} has unknown {', '.join(sorted(unknown))}")
    for name, kind in expected.items():
        if type(table[name]) is not kind:
            raise BoardError(f"{where}: {name} is not of type {kind.__name__}")


def render(board: Mapping[str, Any]) -> str:
    """The module's text, in the order of ROLES and FIGURES."""
    lines = [
        "# SPDX-FileCopyrightText: 2026 The Candour authors",
        "# SPDX-License-Identifier: Apache-2.0",
        f'"""Pins and figures of the {board["board"]}. Written by hw/pins.py from hw/boards."""',
        "",
        "from micropython import const",
        "",
        f'BOARD = "{board["board"]}"',
        "",
        *(f'{role} = "{board["pins"][role]}"' for role in ROLES),
        "",
        *(f"{name} = const({board['firmware'][name]})" for name in FIGURES),
    ]
    return "\n".join(lines) + "\n"


def target(board: Mapping[str, Any], into: Path = GENERATED) -> Path:
    """Where the board's module stands; the folder goes on the firmware's search path."""
    name: str = board["board"]
    return into / name.replace("-", "_") / "pins.py"


def main() -> int:
    """Write every board's module; the exit code is 2 for a description that is refused."""
    parser = argparse.ArgumentParser(prog="python -m hw.pins", description="Write pin modules.")
    parser.parse_args()
    try:
        boards = [load(path) for path in sorted(BOARDS.glob("*.toml"))]
    except BoardError as error:
        print(f"error: {error}\n  next: mend the description in hw/boards", file=sys.stderr)
        return error.exit_code
    for board in boards:
        path = target(board)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(render(board), encoding="utf-8")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
