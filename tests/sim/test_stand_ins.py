# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The stand-ins as firmware meets them, on the real MicroPython."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.sim.conftest import Bench

Ask = Callable[[str], Any]


def test_the_firmware_finds_the_stand_ins_and_nothing_of_the_room(camera: Ask) -> None:
    path, argv, room, machine = camera(
        "[sys.path, sys.argv, os.getenv('BOARD'), machine.__file__]"
    )
    assert [part.rsplit("/", 2)[-1] for part in path] == ["openmv_n6", "openmv_n6", "firmware"]
    assert (argv, room) == ([], None)
    assert machine.endswith("boards/openmv_n6/machine.py")


def test_a_board_has_an_id_of_its_own(camera: Ask) -> None:
    assert len(bytes.fromhex(camera("machine.unique_id().hex()"))) == 12


def test_the_view_of_a_frame_dangles(camera: Ask) -> None:
    camera("start_sensor()")
    head, after, values, refused = camera("dangling()")
    assert head == "ffd8"
    assert (after, values) == ("dbdb", 1)
    assert "taken back" in refused


def test_a_snapshot_need_not_wait(camera: Ask) -> None:
    camera("start_sensor(rate=5)")
    camera("polled(1)")
    assert camera("polled(5)") > 5


def test_the_sensor_is_strict(camera: Ask) -> None:
    for wrong, what in (
        ("sensor.pixformat(csi.JPEG)", "Pixel format is not supported"),
        ("sensor.framesize((4000, 3000))", "Frame size is not supported"),
        ("(sensor.reset(), sensor.snapshot())", "is not set"),
        ("(start_sensor(), sensor.sleep(True), sensor.snapshot())", "asleep"),
        ("csi.CSI(csi.PAG7936 + 1)", "isn't detected"),
        ("(start_sensor(), sensor.snapshot().bytearray())", "to_jpeg first"),
    ):
        assert what in camera(wrong)["error"]
    assert camera("(start_sensor(), sensor.width(), sensor.height())")[1:] == [320, 240]
    assert camera("[sensor.framesize() == csi.QVGA, sensor.framerate()]") == [True, 25]
    assert camera("sensor.snapshot(frames=3)") is None


def test_a_sensor_that_sleeps_while_a_frame_is_asked_for_wakes_again(camera: Ask) -> None:
    camera("start_sensor(rate=2)")
    for _ in range(3):
        asked = camera(
            "[sensor.snapshot(blocking=False), sensor.sleep(True), sensor.sleep(False)]"
        )
        assert asked == [None, None, None]
    assert len(camera("grab(1)")) == 1


def test_frames_are_those_of_captured_json(bench: Bench) -> None:
    room = bench.room(bits=None)
    camera = bench.port(room).ask
    camera("start_sensor()")
    got = [digest for digest, _ in camera("grab(12)")]
    rows = json.loads((bench.folder / "captured.json").read_bytes())
    assert [row["jpeg_sha256"] for row in rows] == got
    assert [row["index"] for row in rows] == list(range(12))
    assert room.state.frames_given == 12


def test_the_card_is_a_block_device_that_answers_like_the_ports(camera: Ask) -> None:
    assert camera("[card.ioctl(4, 0), card.ioctl(5, 0), card.present()]") == [524288, 512, True]
    assert camera("card_write(524287, 'last')") == [True, 0]
    assert camera("card_read(524287)") == [True, "last"]
    assert camera("card_read(0)") == [True, ""]
    assert camera("card_read(524288)")[0] is False
    assert camera("card.writeblocks(524287, bytes(1024))") is False
    assert camera("card.writeblocks(0, bytes(100))") is False


def test_the_internal_flash_is_a_volume(camera: Ask) -> None:
    assert camera("file_write('name', 'text')") == ["name"]
    assert camera("file_read('name')") == "text"
    assert camera("os.statvfs('/flash')[0]") == 4096


def test_the_clock_reads_utc_and_can_be_set(camera: Ask) -> None:
    assert camera("rtc()")[0] >= 2025
    camera("rtc([2031, 5, 6, 2, 7, 8, 9, 0])")
    assert camera("rtc()")[:6] == [2031, 5, 6, 2, 7, 8]


def test_the_clock_knows_its_calendar(camera: Ask, rng: random.Random) -> None:
    first, last = date(1971, 1, 1).toordinal(), date(2099, 12, 31).toordinal()
    days = [date.fromordinal(rng.randint(first, last)) for _ in range(40)]
    days += [date(1980 + n, 1, 1) for n in range(100)]
    days += [date(2000, 2, 29), date(2024, 2, 29), date(2038, 1, 20), date(2099, 12, 31)]
    for day in days:
        camera(f"rtc([{day.year}, {day.month}, {day.day}, 0, 23, 58, 7, 0])")
        assert camera("rtc()")[:7] == [*day.timetuple()[:3], day.isoweekday(), 23, 58, 7]


def test_a_clock_may_begin_behind(bench: Bench) -> None:
    camera = bench.port(bench.room(rtc_behind_s=40 * 365 * 86400)).ask
    assert camera("rtc()")[0] < 2000


def test_light_and_sound_are_sensed_and_not_echoed(bench: Bench) -> None:
    room = bench.room()
    camera = bench.port(room).ask
    settled = "(light.value(%d), beep(%d), time.sleep_ms(80), senses(5))[3]"
    dark, silent = camera(settled % (0, 0))
    bright, loud = camera(settled % (1, 1))
    assert max(dark) < 6000 < 25_000 < min(bright)
    assert max(silent) < 3000 < 20_000 < min(loud)
    assert len(set(bright)) > 1  # noise: no two echoes
    assert room.state.light_on
    assert room.state.beeps == 1

    room.fault("light", "open")
    room.fault("beeper", "dead")
    lights, sounds = camera(settled % (1, 1))
    assert max(lights) < 6000
    assert max(sounds) < 3000
    assert camera("light.value()") == 1  # the pin is driven all the same
    assert not room.wait_for(lambda s: not s.light_on).light_on

    room.fault("light", "shorted")
    assert min(camera(settled % (0, 0))[0]) > 25_000
    assert room.wait_for(lambda s: s.light_on).light_fault == "shorted"
    room.fault("light", "covered")
    assert max(camera(settled % (1, 0))[0]) < 3000
    room.wait_for(lambda s: not s.light_on)


def test_a_lamp_is_sensed_a_moment_after_its_pin(camera: Ask) -> None:
    *_, early, _, late = camera(
        "(light.value(0), time.sleep_ms(60), light.value(1), light_sense.read_u16(),"
        " time.sleep_ms(60), light_sense.read_u16())"
    )
    assert early < late / 2


@pytest.mark.parametrize("bits", [64, pytest.param(32, marks=pytest.mark.device32)])
def test_both_widths_run(bench: Bench, bits: int) -> None:
    room = bench.room(bits=bits)
    assert bench.port(room).ask("sys.maxsize") == 2 ** (bits - 1) - 1
    assert room.state.bits == bits


def test_what_the_camera_sends_arrives_whole(bench: Bench) -> None:
    room = bench.room()
    port = bench.port(room)
    port.send(b"spew(3000000)\n")
    digest = hashlib.sha256()
    left = 3_000_000
    while left:
        some = port.receive(min(left, 65536))
        digest.update(some)
        left -= len(some)
    said = room.wait_for(lambda s: s.last_log.startswith("spewed"), what="the digest")
    assert said.last_log.split()[1] == digest.hexdigest()
    assert port.receive(100) == b"null\n"


def test_what_the_dock_sends_arrives_whole(bench: Bench) -> None:
    room = bench.room()
    port = bench.port(room)
    data = bytes(range(256)) * 1000
    port.send(b"swallow(%d)\n" % len(data))
    room.wait_for(lambda s: s.last_log == "swallowing", what="an open mouth")
    answer = b""
    port.send(data)
    while not answer.endswith(b"\n"):
        answer += port.receive(100)
    assert json.loads(answer) == hashlib.sha256(data).hexdigest()
