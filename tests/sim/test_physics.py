# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The world between outputs and senses, run by MicroPython in virtual time."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sim.process import Build

HEAD = """
import json, sys
sys.path.insert(0, {folder!r})
from _physics import Lamp, Noise, Piezo
lamp, piezo = Lamp(Noise(1)), Piezo(Noise(2))
MS = 1000
"""


@pytest.fixture
def world(micropython: Path, tmp_path: Path) -> Any:
    """Runs lines in that world; what they leave in `told` comes back."""

    def run(lines: str) -> Any:
        script = tmp_path / "world.py"
        head = HEAD.format(folder=str(Build().stand_ins))
        script.write_text(head + lines + "\nprint(json.dumps(told))\n")
        done = subprocess.run([micropython, script], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    return run


def test_a_lamp_takes_its_time(world: Any) -> None:
    dark, half, full, out = world(
        "lamp.drive(1, 0)\n"
        "told = [lamp.sense_u16(0), lamp.sense_u16(3 * MS), lamp.sense_u16(40 * MS)]\n"
        "lamp.drive(0, 40 * MS)\n"
        "told.append(lamp.sense_u16(80 * MS))"
    )
    assert dark < 4000
    assert 12_000 < half < 24_000
    assert full > 30_000
    assert out < 4000


@pytest.mark.parametrize(
    ("fault", "driven", "seen", "bright"),
    [
        ("ok", 1, True, True),
        ("ok", 0, False, False),
        ("open", 1, False, False),
        ("shorted", 0, True, True),
        ("covered", 1, False, False),
    ],
)
def test_a_lamp_and_its_faults(
    world: Any, fault: str, driven: int, seen: bool, bright: bool
) -> None:
    told = world(
        f"lamp.break_({fault!r}, 0)\nlamp.drive({driven}, 0)\n"
        "told = [lamp.seen(), lamp.sense_u16(100 * MS)]"
    )
    assert told[0] is seen
    assert (told[1] > 20_000) is bright


def test_a_cover_takes_the_daylight_too(world: Any) -> None:
    open_sky, covered = world(
        "lamp.daylight_u16 = 20000\ntold = [lamp.sense_u16(0)]\n"
        "lamp.break_('covered', 0)\ntold.append(lamp.sense_u16(100 * MS))"
    )
    assert open_sky > 19_000
    assert covered < 1000


def test_noise_is_there_and_follows_the_seed(world: Any) -> None:
    told = world(
        "told = [[Lamp(Noise(seed)).sense_u16(0) for _ in range(1)] +"
        " [lamp.sense_u16(0) for _ in range(20)] for seed in (1, 1, 2)]"
    )
    assert told[0][0] == told[1][0] != told[2][0]
    assert len(set(told[0][1:])) > 10


def test_a_piezo_is_loudest_at_its_resonance(world: Any) -> None:
    told = world(
        "told = []\n"
        "for freq, duty in ((2700, 0.5), (4000, 0.5), (2700, 0.05), (2700, 0.0)):\n"
        "    piezo.drive(freq, duty, 0)\n"
        "    told.append([piezo.heard_hz(), piezo.sense_u16(200 * MS)])\n"
    )
    loud, off, thin, silent = (level for _, level in told)
    assert loud > 25_000
    assert silent < off < loud
    assert silent < thin < loud
    assert [hz for hz, _ in told] == [2700, 4000, 2700, 0]


def test_a_dead_beeper_is_silent_however_it_is_driven(world: Any) -> None:
    told = world(
        "piezo.break_('dead', 0)\npiezo.drive(2700, 0.5, 0)\n"
        "told = [piezo.heard_hz(), piezo.sense_u16(200 * MS)]"
    )
    assert told[0] == 0
    assert told[1] < 2000


def test_the_detector_rings_out(world: Any) -> None:
    told = world(
        "piezo.drive(2700, 0.5, 0)\npiezo.drive(2700, 0, 50 * MS)\n"
        "told = [piezo.sense_u16(ms * MS) for ms in (50, 65, 150)]"
    )
    assert told[0] > 25_000 > told[1] > 5_000 > told[2]
