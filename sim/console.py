# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A room in the foreground: keys that press the camera's buttons, and a line that shows it.

With no terminal there are no keys; what changes is printed, a line each. Ctrl-C, SIGTERM, `q` and
the command `quit` all end it in order. docs/simulator.md §1.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import termios
import tty
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.live import Live
from rich.text import Text

from sim.errors import SimError
from sim.room import Room
from sim.state import RoomState

_LOOK_S = 0.2
KEYS = "r record   m mark   d dock or undock   c cut the power   q quit"


def run(room: Room) -> None:
    """Show the room until someone ends it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: room.quit_asked.set())
    if sys.stdin.isatty() and sys.stdout.isatty():
        _with_keys(room)
    else:
        _without_keys(room)


def _with_keys(room: Room) -> None:
    console = Console()
    console.print(f"Camera in {room.config.folder}   {KEYS}", highlight=False)
    with _raw_keys(), Live(console=console, refresh_per_second=8, transient=True) as live:
        while not room.quit_asked.is_set():
            live.update(line(room.state))
            if select.select([sys.stdin], [], [], _LOOK_S)[0]:
                try:
                    _press(room, os.read(sys.stdin.fileno(), 1).decode(errors="replace"))
                except SimError as error:
                    live.console.print(Text(f"{error} {error.next_step}", style="yellow"))


def _press(room: Room, key: str) -> None:
    hands: dict[str, Callable[[], object]] = {
        "r": room.press,
        "m": room.mark,
        "d": room.undock if room.state.docked else room.dock,
        "c": room.cut,
        "q": room.quit_asked.set,
        "": room.quit_asked.set,
    }
    hands.get(key, bool)()


@contextlib.contextmanager
def _raw_keys() -> Iterator[None]:
    """Keys one by one and without echo; Ctrl-C still interrupts."""
    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _without_keys(room: Room) -> None:
    shown = ""
    print(f"camera in {room.config.folder}; 'candour sim press --dir …' and others command it")
    while True:
        now = words(room.state)
        if now != shown:
            print(now, flush=True)
            shown = now
        if room.quit_asked.wait(_LOOK_S):
            return


def words(state: RoomState) -> str:
    """What seldom changes, in words."""
    parts = [
        f"power {state.power}",
        "docked" if state.docked else "not docked",
        "recording" if state.recording else "not recording",
        f"{state.bits} bit",
        f"boot {state.boots}",
    ]
    if state.power == "dead":
        parts.append(f"the firmware ended with exit code {state.exit_code}: see camera.log")
    return ", ".join(parts)


def line(state: RoomState) -> Text:
    """The live line: what the public sees first."""
    lamp = "●" if state.light_on else "○"
    text = Text(f"{lamp} ", style="bold red" if state.light_on else "dim")
    text.append(words(state), style="bold" if state.recording else "")
    text.append(f"   frames {state.frames_given}")
    if state.frames_skipped:
        text.append(f" ({state.frames_skipped} skipped)", style="yellow")
    text.append(f"   beeps {state.beeps}   to dock {state.to_dock_bytes / 1e6:.1f} MB")
    if state.last_log:
        text.append(f"   {state.last_log[:60]}", style="dim")
    return text
