# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The room: power, buttons, dock, control socket; and that nothing outlives it."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sim import control, images
from sim.errors import (
    BadImageError,
    CameraDeadError,
    NoFirmwareError,
    NoRoomError,
    RefusedError,
    RoomTakenError,
    TooLateError,
)
from sim.process import Build
from sim.room import Room
from sim.state import RoomConfig
from tests.sim.conftest import FIRMWARE, Bench

ROOT = Path(__file__).parents[2]


def _gone(pid: int) -> bool:
    """Whether the process has ended, waiting for it at most 20 s."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([fd], [], [], 20)[0])
    finally:
        os.close(fd)


def test_the_button_starts_and_stops(bench: Bench) -> None:
    room = bench.room(docked=False)
    room.press()
    state = room.wait_for(lambda s: s.recording and s.light_flashing, what="recording")
    assert state.usb is None
    room.wait_for(lambda s: s.frames_given >= 10, what="frames")
    room.press()
    room.wait_for(lambda s: not s.recording, what="the stop")
    room.wait_for(lambda s: not s.light_flashing, what="a steady light")


def test_inputs_reach_the_pins(bench: Bench) -> None:
    room = bench.room()
    port = bench.port(room)
    assert port.ask("pins_now()") == [1, 1, 1]
    room.undock()
    assert not room.state.docked
    assert room.state.usb is None
    room.dock()
    assert bench.port(room).ask("pins_now()") == [1, 1, 1]


def test_undocking_hangs_the_port_up(bench: Bench) -> None:
    room = bench.room()
    port = bench.port(room)
    room.undock()
    poll = select.poll()
    poll.register(port.fd, select.POLLIN)
    assert poll.poll(20_000)[0][1] & select.POLLHUP
    assert not os.path.lexists(room.usb)


def test_a_power_cut_keeps_card_flash_and_clock(bench: Bench) -> None:
    room = bench.room()
    camera = bench.port(room).ask
    camera("card_write(9, 'kept')")
    camera("file_write('kept', 'too')")
    camera("rtc([2040, 1, 1, 0, 0, 0, 0, 0])")
    before = room.state
    assert before.pid is not None
    state = room.cut()
    assert _gone(before.pid)
    assert (state.boots, state.resets) == (2, 0)
    camera = bench.port(room).ask
    assert camera("card_read(9)") == [True, "kept"]
    assert camera("file_read('kept')") == "too"
    assert camera("rtc()")[0] == 2040
    assert camera("machine.reset_cause() == machine.PWRON_RESET")


def test_without_power_buttons_are_refused_until_it_is_back(bench: Bench) -> None:
    room = bench.room()
    state = room.cut(restart=False)
    assert (state.power, state.pid, state.usb) == ("off", None, None)
    with pytest.raises(RefusedError, match="off"):
        room.press()
    assert room.cut().power == "on"
    assert bench.port(room).ask("1 + 1") == 2


def test_a_reset_boots_again_and_the_port_comes_back(bench: Bench) -> None:
    room = bench.room()
    bench.port(room).send(b"machine.reset()\n")
    room.wait_for(lambda s: s.boots == 2, what="a reset")
    assert bench.port(room).ask("machine.reset_cause() == machine.HARD_RESET")


def test_a_hanging_firmware_is_reset_by_its_watchdog(bench: Bench) -> None:
    room = bench.room()
    bench.port(room).send(b"hang()\n")
    room.wait_for(lambda s: s.boots == 2, what="the watchdog")
    assert bench.port(room).ask("machine.reset_cause() == machine.WDT_RESET")


def test_a_fed_watchdog_is_quiet(bench: Bench) -> None:
    camera = bench.port(bench.room()).ask
    camera("boxes.update(dog=machine.WDT(timeout=400))")
    for _ in range(30):
        assert camera("(time.sleep_ms(30), boxes['dog'].feed())[1]") is None
    assert camera("machine.reset_cause()") == 1


def test_resets_without_end_are_stopped(bench: Bench, tmp_path: Path) -> None:
    firmware = tmp_path / "firmware"
    firmware.mkdir()
    (firmware / "main.py").write_text("import machine\nmachine.reset()\n")
    room = bench.room(build=Build(firmware=firmware))
    assert room.wait_for(lambda s: s.power == "dead", what="an end").resets == 10


def test_a_crash_is_told_with_its_last_line(bench: Bench, tmp_path: Path) -> None:
    firmware = tmp_path / "firmware"
    firmware.mkdir()
    (firmware / "main.py").write_text("raise ValueError('on purpose')\n")
    room = bench.room(build=Build(firmware=firmware))
    with pytest.raises(CameraDeadError, match="exit code 1"):
        room.wait_for(lambda s: s.recording)
    assert any("on purpose" in line for line in room.log_lines())


def test_waiting_ends(bench: Bench) -> None:
    room = bench.room()
    with pytest.raises(TooLateError, match="a miracle did not happen within"):
        room.wait_for(lambda s: s.beeps > 0, timeout_s=0.05, what="a miracle")


def test_two_rooms_do_not_share_a_folder(bench: Bench) -> None:
    room = bench.room()
    with pytest.raises(RoomTakenError), Room(room.config):
        pass
    assert bench.port(room).ask("1") == 1


def test_the_control_socket_does_the_same(bench: Bench) -> None:
    room = bench.room(docked=False)
    assert control.ask(bench.folder, {"do": "dock"})["usb"] == str(room.usb)
    assert control.ask(bench.folder, {"do": "press"})["power"] == "on"
    room.wait_for(lambda s: s.recording, what="recording")
    assert control.ask(bench.folder, {"do": "cut", "restart": False})["power"] == "off"
    control.ask(bench.folder, {"do": "quit"})
    assert room.quit_asked.is_set()


@pytest.mark.parametrize(
    "line",
    [
        b"no json\n",
        b"[1]\n",
        b'{"do": "fly"}\n',
        b'{"do": "press", "hold_s": "long"}\n',
        b'{"do": "press", "hold_s": 1e9}\n',
        b'{"do": "fault", "device": "light", "fault": "blue"}\n',
        b"[" * 3000 + b"\n",
    ],
)
def test_what_is_no_command_is_refused(bench: Bench, line: bytes) -> None:
    bench.room()
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(20)
        wire.connect(os.path.relpath(bench.folder / control.SOCKET))
        wire.sendall(line)
        told = json.loads(wire.makefile().readline())
    assert told["ok"] is False
    assert told["error"]
    assert told["next"]


def test_a_line_without_end_is_hung_up_on(bench: Bench) -> None:
    bench.room()
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(20)
        wire.connect(os.path.relpath(bench.folder / control.SOCKET))
        wire.sendall(b"x" * 20_000)
        assert wire.recv(100) == b""


def test_a_folder_without_a_room_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoRoomError, match="No camera is running"):
        control.ask(tmp_path, {"do": "state"})
    with pytest.raises(NoRoomError):
        control.ask(tmp_path / "nowhere", {"do": "state"})


def test_a_room_leaves_files_and_nothing_else(bench: Bench) -> None:
    with Room(RoomConfig(bench.folder, docked=True, build=Build(firmware=FIRMWARE))) as room:
        pid = room.wait_for(lambda s: s.usb is not None).pid
        before = len(os.listdir("/proc/self/fd"))
        room.cut()
        assert len(os.listdir("/proc/self/fd")) == before
    assert pid is not None
    assert _gone(pid)
    assert sorted(os.listdir(bench.folder)) == [
        "camera.log",
        "captured.json",
        "card.img",
        "flash.img",
        "sim.lock",
    ]
    with pytest.raises(NoRoomError):
        control.ask(bench.folder, {"do": "state"})


def test_the_camera_dies_with_a_room_that_is_killed(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from sim.process import Build
from sim.room import Room
from sim.state import RoomConfig
folder, firmware = map(Path, sys.argv[1:])
print(Room(RoomConfig(folder, build=Build(firmware=firmware))).start().state.pid, flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path, FIRMWARE],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as host:
        assert host.stdout is not None
        pid = int(host.stdout.readline())
        host.send_signal(signal.SIGKILL)
        assert _gone(pid)
    assert json.loads((tmp_path / "captured.json").read_bytes()) == []
    with Room(RoomConfig(tmp_path, build=Build(firmware=FIRMWARE))) as room:
        assert room.state.power == "on"  # what the killed one left is no hindrance


def test_bad_set_ups_are_named(tmp_path: Path) -> None:
    build = Build(firmware=FIRMWARE)
    card = tmp_path / "card"
    card.write_bytes(b"x" * 1000)
    for config, error in (
        (RoomConfig(tmp_path, build=Build(firmware=tmp_path)), NoFirmwareError),
        (RoomConfig(tmp_path, build=build, card=card), BadImageError),
        (RoomConfig(tmp_path, build=build, flash=card), BadImageError),
        (
            RoomConfig(tmp_path, build=build, card=tmp_path / "odd", card_bytes=(1 << 20) + 1),
            BadImageError,
        ),
    ):
        with pytest.raises(error) as caught, Room(config):
            pass
        assert caught.value.next_step
        assert caught.value.exit_code == 3
    with pytest.raises(BadImageError, match="32-bit camera reaches"):
        images.card(tmp_path / "large", 5 << 30, 32)
    with pytest.raises(ValueError, match="100 bytes"):
        RoomConfig(tmp_path, rate_bytes_s=1)
