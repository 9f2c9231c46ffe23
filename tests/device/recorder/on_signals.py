# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Buttons that bounce, lights and beepers that fail, clocks that wrap."""

import gc
import random
import struct

import rig
from recorder.cadence import Cadence
from recorder.controls import Button
from recorder.signals import MARK, START, Signals
from recorder.timekeeper import Timekeeper
from rigblock import RamCard, Supply
from rigboard import RigBoard, RigClock


def _board() -> RigBoard:
    return RigBoard(RamCard(Supply(), bytearray(512)), "/rig", "signals")


class Contact:
    """A contact whose level tests set."""

    down = False

    def read(self) -> bool:
        return self.down


def presses(plan: dict) -> list:
    """How many presses a contact makes of each pattern of [level, milliseconds]."""
    counts = []
    for pattern in plan["patterns"]:
        contact = Contact()
        contact.down = bool(pattern[0][0])
        button = Button(contact.read)
        count = 0
        for down, duration_ms in pattern:
            contact.down = bool(down)
            for _ in range(duration_ms):
                count += button.step(1000)
        counts.append(count)
    return counts


def bounces(plan: dict) -> list:
    """A thousand presses whose contact bounces for up to 25 ms at each edge: how many counted."""
    random.seed(plan["seed"])
    contact = Contact()
    button = Button(contact.read)
    count = 0
    for _ in range(1000):
        for settled in (True, False):
            for _ in range(random.randint(0, 25)):
                contact.down = bool(random.randint(0, 1))
                count += button.step(1000)
            contact.down = settled
            for _ in range(60):
                count += button.step(1000)
    return [count]


def proof(plan: dict) -> dict:
    """The proof of 20 s, with what `faults` breaks at the millisecond it names."""
    board = _board()
    signals = Signals(board)
    signals.start()
    faults = {int(at_ms): change for at_ms, change in plan["faults"].items()}
    step_us = plan.get("step_us", 1000)
    worst = [False, False]
    shakes = []
    shaking = False
    beeps = []
    beeping = False
    for now_ms in range(0, plan.get("ms", 20000), step_us // 1000):
        for at_ms in list(faults):
            if at_ms <= now_ms:
                device, state = faults.pop(at_ms)
                setattr(board.sense, device, state)
        signals.step(step_us)
        worst = [worst[i] or signals.faults[i] for i in range(2)]
        if board.vibration.on and not shaking:
            shakes.append(now_ms)
        if board.beeper.on and not beeping:
            beeps.append(now_ms)
        shaking, beeping = board.vibration.on, board.beeper.on
    edges = board.light.edges
    return {
        "proof": signals.take_proof(),
        "faults": list(signals.faults),
        "ever": worst,
        "flashes": edges,
        "shakes": shakes,
        "beeps": beeps,
        "empty": signals.take_proof(),
    }


def quiet(_: object) -> list:
    """Nothing shines or sounds unless it records; a mark vibrates; the stop ends the light."""
    board = _board()
    signals = Signals(board)
    for _ in range(3000):
        signals.step(1000)
    said = [board.light.edges, board.beeper.edges, board.vibration.edges]
    signals.start()
    for _ in range(200):
        signals.step(1000)
    said.append(board.light.on)
    signals.stop()
    for _ in range(3000):
        signals.step(1000)
    said += [board.light.on, board.beeper.on, board.vibration.on, signals.take_proof()[2:]]
    edges = board.vibration.edges
    signals.play(MARK)
    for _ in range(300):
        signals.step(1000)
    return said + [board.vibration.edges - edges, board.vibration.on, len(START)]


def clock(plan: dict) -> dict:
    """An hour of turns over ticks that wrap: both clocks, their uncertainty, and no heap used."""
    board_clock = RigClock(plan["rtc_s"])
    board_clock.creep_us = 0
    time = Timekeeper(board_clock)
    start = [time.mono_us(), time.utc_us(), time.known_utc_s()]
    unknown = struct.unpack_from(">I", time.stamp, 16)[0]
    time.floor(plan["floor_s"])
    floored = time.utc_us()
    time.answer(plan["utc_us"], time.mono_us(), 1500)
    gc.collect()
    gc.disable()
    passed = 0
    before = gc.mem_alloc()
    for turn in range(36000):
        board_clock.now_us += 100003
        passed += time.turn()
        if turn == 200:
            used = gc.mem_alloc() - before
            gc.enable()
    return {
        "start": start,
        "unknown": unknown,
        "floored_us": floored,
        "mono_us": time.mono_us(),
        "passed_us": passed,
        "utc_us": time.utc_us(),
        "uncertainty_us": struct.unpack_from(">I", time.stamp, 16)[0],
        "heap": used,
        "rtc_s": board_clock.rtc_s,
    }


def carries(_: object) -> list:
    """The stamp's addition against integers, over every carry."""
    wrong = []
    for start_us in (0, 0xFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFFFF, 1767225599999999):
        board_clock = RigClock(0)
        board_clock.creep_us = 0
        time = Timekeeper(board_clock)
        time.answer(start_us, time.mono_us(), 0)
        expected = time.utc_us()
        for delta_us in (1, 255, 256, 65535, 65536, 1000000, 100000000):
            board_clock.now_us += delta_us
            expected += delta_us
            if time.utc_us() != expected:
                wrong.append([start_us, delta_us])
    return wrong


def saturation(_: object) -> list:
    """An uncertainty never wraps: it becomes unknown."""
    board_clock = RigClock(0)
    board_clock.creep_us = 0
    time = Timekeeper(board_clock)
    time.answer(5, time.mono_us(), 0xFFFFFFF0)
    seen = []
    for _ in range(4):
        board_clock.now_us += 100000
        time.turn()
        seen.append(struct.unpack_from(">I", time.stamp, 16)[0])
    return seen


def cadence(plan: dict) -> list:
    """Frames lost, for each list of gaps in milliseconds at 25 frames a second."""
    lost = []
    for gaps in plan["gaps"]:
        counter = Cadence(25000)
        for gap_ms in gaps:
            counter.pass_time(gap_ms * 1000)
            counter.frame()
        lost.append(counter.take(True))
    return lost


def calendar(_: object) -> list:
    """Days to dates and back over 160 years; what is wrong."""
    from hal import clock

    wrong = []
    for days in range(58440):
        if clock._days(*clock._date(days)) != days:
            wrong.append(days)
    known = {0: (1970, 1, 1), 10957: (2000, 1, 1), 11016: (2000, 2, 29), 20454: (2026, 1, 1)}
    return wrong + [days for days, date in known.items() if clock._date(days) != date]


def marks(_: object) -> list:
    """A marker outside a recording is nothing."""
    camera = rig.Camera(pages=40)
    camera.boot()
    camera.mark()
    return [camera.app.state, len(camera.entries())]
