# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""`candour sim`: run a camera here, and do to it what a wearer or a dock would.

`run` holds the room; the other commands reach it through its control socket. docs/simulator.md.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

from sim import console, control
from sim.errors import SimError
from sim.images import CARD_BYTES
from sim.room import Room
from sim.state import RoomConfig, RoomState
from sim.usb import FULL_SPEED_BYTES_S


@click.group("sim")
def command() -> None:
    """Run a camera here: the flashed firmware on the real MicroPython, without hardware.

    \b
    One terminal:    candour sim run --scene film.mp4
    Another one:     candour sim press      (starts to record; once more stops)
                     candour sim dock       (the port is DIR/usb)
    """


_dir = click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("out/sim"),
    envvar="CANDOUR_SIM",
    show_default=True,
    show_envvar=True,
    help="The camera's folder: card, flash, log, socket and port.",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print the camera's state as JSON.")


class _Rate(click.ParamType):  # type: ignore[type-arg]
    name = "RATE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if value == "full-speed":
            return FULL_SPEED_BYTES_S
        try:
            rate = float(value)
        except ValueError:
            self.fail(f"{value!r} is neither bytes a second nor 'full-speed'", param, ctx)
        if not 100 <= rate <= 1e10:
            self.fail("a cable carries 100 bytes a second at least", param, ctx)
        return rate


@command.command()
@_dir
@click.option(
    "--scene",
    default="synthetic",
    show_default=True,
    metavar="FILE|synthetic",
    help="What stands before the lens: a film, over and over, or a drawn street.",
)
@click.option("--cover", is_flag=True, help="Crop a film to the sensor's shape; no black frame.")
@click.option(
    "--card",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Image of the card. [DIR/card.img]",
)
@click.option(
    "--card-bytes",
    type=click.IntRange(1 << 20),
    default=CARD_BYTES,
    show_default=True,
    help="Size of a card that is made.",
)
@click.option(
    "--flash",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Image of the internal flash. [DIR/flash.img]",
)
@click.option("--rate", type=_Rate(), help="USB's bytes a second, or full-speed; else unlimited.")
@click.option("--cut-after", type=click.IntRange(1), help="Pull the cable behind so many bytes.")
@click.option("--docked", is_flag=True, help="Begin on the dock.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of scene, noise and board.")
@click.option("--bits", type=click.Choice(["32", "64"]), help="Of MicroPython. [32 where built]")
def run(
    folder: Path, rate: float | None, cut_after: int | None, bits: str | None, **rest: Any
) -> None:
    """Run a camera in the foreground until q, Ctrl-C or SIGTERM."""
    config = RoomConfig(
        folder.absolute(),
        rate_bytes_s=rate,
        cut_after_bytes=cut_after,
        bits=int(bits) if bits else None,
        **rest,
    )
    try:
        with Room(config) as room:
            console.run(room)
    except SimError as error:
        _fail(error)


def _tell(folder: Path, as_json: bool, **request: Any) -> None:
    try:
        state = control.ask(folder, request)
    except SimError as error:
        _fail(error)
    if as_json:
        click.echo(json.dumps(state))
        return
    shown = console.words(RoomState(**state))
    usb = f"; port {state['usb']}" if state["usb"] else ""
    click.echo(f"{shown}{usb}; {state['frames_given']} frames, {state['beeps']} beeps")


def _fail(error: SimError) -> NoReturn:
    click.echo(f"error: {error}\n  next: {error.next_step}", err=True)
    sys.exit(error.exit_code)


def _hand(name: str, text: str) -> Callable[..., None]:
    @command.command(name, help=text)
    @_dir
    @_json
    def hand(folder: Path, as_json: bool) -> None:
        _tell(folder, as_json, do=name)

    return hand


_hand("press", "Press the record button.")
_hand("mark", "Press the marker button.")
_hand("dock", "Put the camera on the dock.")
_hand("undock", "Take the camera off the dock.")
_hand("state", "Show the camera.")


@command.command()
@_dir
@_json
@click.option("--restart/--stay-off", default=True, help="Boot again at once. [--restart]")
def cut(folder: Path, as_json: bool, restart: bool) -> None:
    """Cut the power in the middle of whatever it does; boot again, also one that is off."""
    _tell(folder, as_json, do="cut", restart=restart)
