# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's steps in their order: each does what people and machines of a force would do.

Camera, dock and server are the real programs; what is shown of each step was measured in it.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import click

from sim.room import Room
from sim.state import RoomConfig
from tools.demo import checks
from tools.demo.errors import DemoError
from tools.demo.programs import Programs, candour, candour_json
from tools.demo.scene import FRAMES, street

_REASON = "demonstration"
_SEED = 20


class Story:
    """Plays in one folder, which it makes anew; `close` ends every program.

    `port` is the server's; None takes the usual one where it is free.
    """

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder
        self._port = () if port is None else ("--port", str(port))
        self.system = folder / "system"
        self._number = 0
        self._held = ExitStack()
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        self._programs = self._held.enter_context(Programs(folder / "logs"))

    def close(self) -> None:
        """End camera, dock and server."""
        self._held.close()

    def play(self) -> None:
        """All steps. DemoError names the first that failed."""
        self._step("Every identity is made", self._provision)
        self._step("Server, dock and camera start", self._start)
        self._step("Docked once: time and tickets", self._first_dock)
        self._step("A street is filmed", self._record)
        self._step("Docked while the server is away", self._dock_offline)
        self._step("The server is back: stored, receipted, erased", self._deliver)
        self._step("Opened: frame by frame what the lens saw", self._open)
        self._step("Exported as a film and a bundle", self._export)
        self._step("Card and spool searched for pictures", self._search)
        self._step("The bundle checked by a stranger", self._verify)
        self._step("One bit flipped in a copy", self._tamper)

    # Steps

    def _provision(self) -> str:
        candour_json("provision", "demo", "--into", self.system, *self._port)
        shutil.copyfile(self.system / "anchor", self.folder / "anchor")
        return "root, service key, dock, server, staff; the camera drew its own key"

    def _start(self) -> str:
        self._start_upstream()
        self._programs.start("dock", "dock", "run", "--config", self.system / "dock/dock.toml")
        camera = self.system / "camera"
        config = RoomConfig(
            folder=self.system / "sim",
            scene=str(street()),
            flash=camera / "flash.img",
            card=camera / "card.img",
        )
        self.room = self._held.enter_context(Room(config))
        state = self.room.state
        address = (self.system / "upstream/data/address").read_text().strip()
        return f"MicroPython, {state.bits} bit, 16 MB of heap · server on {address}"

    def _first_dock(self) -> str:
        self.room.dock()
        bay = self._wait_for_bay("the first docking", ("done", "resting"))
        self.room.undock()
        return f"{bay['camera']} over mutual TLS, {self.room.state.to_camera_bytes:,} bytes to it"

    def _record(self) -> str:
        before = self.room.state
        self.room.press()
        self.room.wait_for(lambda s: s.recording, 30, "the light")
        self.room.wait_for(
            lambda s: s.frames_given - before.frames_given >= FRAMES // 2, 60, "half the street"
        )
        self.room.mark()
        self.room.wait_for(
            lambda s: s.frames_given - before.frames_given >= FRAMES, 60, "the whole street"
        )
        self.room.press()
        after = self.room.wait_for(lambda s: not s.light_flashing, 30, "the end")
        return (
            f"{after.frames_given - before.frames_given} frames, "
            f"{after.frames_skipped - before.frames_skipped} lost; {after.beeps} beeps heard; "
            "marked half way"
        )

    def _dock_offline(self) -> str:
        self._programs.stop("upstream")
        self.room.dock()
        spool = self.system / "dock/spool"

        def kept() -> list[Path]:
            journal = self._journal()
            whole = all(state in ("whole", "verified") for state in journal)
            return _files(spool / "whole") if journal and whole else []

        files = self._programs.wait_for("the spool", kept)
        self._spool = self.folder / "spool-as-it-was"
        shutil.copytree(spool, self._spool)
        size = sum(file.stat().st_size for file in files)
        return f"{size / 1e6:.1f} MB pulled, verified without a key, durable in the spool"

    def _deliver(self) -> str:
        self._start_upstream()
        begun = time.monotonic()
        self._programs.wait_for(
            "the receipts", lambda: set(self._journal()) == {"acknowledged"}, 90
        )
        if left := _files(self.system / "dock/spool/whole"):
            raise DemoError(f"{len(left)} segments are still in the spool", "read logs/dock.log")
        released = len(self._journal())
        return (
            f"{released} receipt(s) relayed; the camera erased {time.monotonic() - begun:.1f} s on"
        )

    def _open(self) -> str:
        self.opened = self.folder / "frames"
        self._ask("open", "--into", self.opened)
        shutil.copyfile(self.system / "sim/captured.json", self.folder / "captured.json")
        count = checks.same_frames(self.folder / "captured.json", self.opened)
        return (
            f"{count} frames, each the SHA-256 that the sensor noted; the server logged it first"
        )

    def _export(self) -> str:
        film = self.folder / "recording.mp4"
        self._ask("export", "--mp4", film, "--bundle", self.folder / "bundle")
        worst_ms = checks.same_times(self.folder / "captured.json", film)
        return f"{film}: H.264, {film.stat().st_size / 1e6:.1f} MB, times within {worst_ms:.0f} ms"

    def _search(self) -> str:
        files = [self.system / "camera/card.img", *_files(self._spool)]
        searched = checks.no_pictures(files, self.opened)
        shutil.rmtree(self._spool)
        return f"{searched / 1e6:.0f} MB at every offset: none"

    def _verify(self) -> str:
        code, said = candour("verify", "--anchor", self.folder / "anchor", self.folder / "bundle")
        if code != 0:
            raise DemoError(f"the bundle was refused: {said}", "report it: SECURITY.md")
        return f"`candour verify --anchor {self.folder}/anchor {self.folder}/bundle`: 0"

    def _tamper(self) -> str:
        copy = self.folder / "flipped"
        where = checks.flipped_copy(self.folder / "bundle", copy, _SEED)
        code, said = candour("verify", "--anchor", self.folder / "anchor", "--json", copy)
        if code != 1:
            raise DemoError(f"{where} flipped, and verify said {code}", "report it: SECURITY.md")
        error = json.loads(said)["error"]
        return f"{where}: refused, {error['code']} at {_place(error['place'])}"

    # Machinery

    def _step(self, name: str, do: Callable[[], str]) -> None:
        self._number += 1
        click.echo(f"{self._number:2}  {name} … ", nl=False)
        begun = time.monotonic()
        try:
            said = do()
        except Exception:
            click.echo("failed")
            raise
        click.echo(f"{time.monotonic() - begun:.1f} s\n      {said}")

    def _ask(self, command: str, *arguments: str | Path) -> dict[str, Any]:
        config = self.system / "staff/staff.toml"
        fixed = ("--config", config, "--reason", _REASON)
        return candour_json(command, *fixed, *arguments, "latest")

    def _start_upstream(self) -> None:
        data = self.system / "upstream/data"
        for name in ("address", "page"):
            (data / name).unlink(missing_ok=True)
        config = self.system / "upstream/upstream.toml"
        self._programs.start("upstream", "upstream", "run", "--config", config)
        self._programs.wait_for("the server", lambda: (data / "page").exists())

    def _journal(self) -> list[str]:
        """The states of the dock's segments, read beside it."""
        path = self.system / "dock/spool/journal"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return [state for (state,) in database.execute("SELECT state FROM segments")]

    def _wait_for_bay(self, what: str, doing: tuple[str, ...]) -> dict[str, Any]:
        path = self.system / "dock/spool/state.json"

        def bay() -> dict[str, Any] | None:
            if not path.exists():
                return None
            bays: list[dict[str, Any]] = json.loads(path.read_text())["bays"]
            return next((b for b in bays if b["doing"] in doing and b["camera"]), None)

        found: dict[str, Any] = self._programs.wait_for(what, bay)
        return found


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _place(place: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in place.items() if value is not None)
