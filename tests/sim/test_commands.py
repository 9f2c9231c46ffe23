# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""`candour sim` from terminals, with the camera's real firmware before it has an identity."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim import control
from tests.sim.conftest import Port
from tools.cli import main

CANDOUR = [sys.executable, "-c", "from tools.cli import main; main()"]
ROOT = Path(__file__).parents[2]
HELLO = b"CANDOUR1 HELLO 0123456789abcdef\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the camera is to run."""
    return tmp_path / "camera"


def _sim(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["sim", *words, "--dir", str(folder)])


@contextmanager
def _running(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`candour sim run` without a terminal, from the moment when the camera is on."""
    argv = [*CANDOUR, "sim", "run", "--dir", str(folder), "--card-bytes", "4194304", *options]
    with subprocess.Popen(
        argv, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as run:
        try:
            assert run.stdout is not None
            while "power on" not in (line := run.stdout.readline()):
                assert line, "it ended before the camera was on"
            yield run
        finally:
            run.kill()


def test_a_camera_is_commanded_from_another_terminal(folder: Path) -> None:
    with _running(folder) as run:
        docked = _sim(folder, "dock", "--json")
        assert docked.exit_code == 0
        state = json.loads(docked.output)
        assert (state["docked"], state["usb"]) == (True, str(folder / "usb"))
        port = Port(folder / "usb")
        port.send(HELLO)
        line = b""
        while not line.endswith(b"\n"):
            line += port.receive(100)
        assert line == HELLO.replace(b"HELLO", b"EMPTY")
        port.close()
        assert "not docked" in _sim(folder, "undock").output
        assert _sim(folder, "press").exit_code == 0
        assert _sim(folder, "mark").exit_code == 0
        assert "boot 2" in _sim(folder, "cut").output
        assert "power off" in _sim(folder, "cut", "--stay-off").output
        refused = _sim(folder, "press")
        assert refused.exit_code == 3
        assert "the camera is off" in refused.output
        assert "next:" in refused.output
        run.send_signal(signal.SIGTERM)
        assert run.wait(20) == 0
    assert json.loads((folder / "captured.json").read_bytes()) == []


def test_without_a_camera_each_command_says_so(folder: Path) -> None:
    for word in ("press", "mark", "dock", "undock", "cut", "state"):
        told = _sim(folder, word)
        assert told.exit_code == 3
        assert "No camera is running" in told.output
        assert "candour sim run" in told.output


def test_two_cameras_in_one_folder_are_refused(folder: Path) -> None:
    with _running(folder):
        second = subprocess.run(
            [*CANDOUR, "sim", "run", "--dir", str(folder)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert second.returncode == 3
    assert "running in" in second.stderr


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--scene", "/nowhere.mp4"), 3),
        (("--rate", "quick"), 2),
        (("--rate", "1"), 2),
        (("--bits", "16"), 2),
    ],
)
def test_a_wrong_set_up_is_named(folder: Path, options: tuple[str, ...], code: int) -> None:
    told = _sim(folder, "run", *options)
    assert told.exit_code == code
    assert "rror" in told.output


def test_keys_press_the_buttons(folder: Path) -> None:
    ours, theirs = pty.openpty()
    argv = [*CANDOUR, "sim", "run", "--dir", str(folder), "--card-bytes", "4194304"]
    with subprocess.Popen(argv, cwd=ROOT, stdin=theirs, stdout=theirs, env=_wide()) as run:
        os.close(theirs)
        try:
            _until(ours, "power on, not docked")
            os.write(ours, b"d")
            _until(ours, "power on, docked")
            assert control.ask(folder, {"do": "state"})["docked"]
            os.write(ours, b"c")
            _until(ours, "boot 2")
            os.write(ours, b"?q")
            _until(ours, None)
            assert run.wait(20) == 0
        finally:
            run.kill()
            os.close(ours)


def _wide() -> dict[str, str]:
    return {**os.environ, "COLUMNS": "200", "TERM": "xterm"}


def _until(terminal: int, words: str | None) -> None:
    """Read the screen until it shows the words; None reads to its end."""
    shown, deadline = "", time.monotonic() + 30
    while words is None or words not in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown):
        left_s = deadline - time.monotonic()
        assert select.select([terminal], [], [], max(0, left_s))[0], f"{words!r}: {shown[-500:]}"
        try:
            some = os.read(terminal, 4096).decode(errors="replace")
        except OSError:
            some = ""
        if not some:
            assert words is None, shown[-500:]
            return
        shown += some
