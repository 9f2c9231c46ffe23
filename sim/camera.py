# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The camera as the room sees it: power, wires and buttons of one board, over all its boots.

Everything here runs on the room's event loop. Card, flash and the clock's battery outlive a
power cut; nothing else of a boot does. docs/simulator.md §2 and §4.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Callable
from functools import partial

from sim.errors import RefusedError
from sim.interpreter import Interpreter
from sim.logbook import Logbook
from sim.process import HARD_RESET, POWER_ON, WATCHDOG_RESET, Boot
from sim.public import FLASH_GAP_US, Public
from sim.sensor import Sensor
from sim.state import Power, RoomConfig, RoomState
from sim.usb import Cable, Carried
from sim.watchdog import RESETS, WITHIN_S, Resets, Watchdog
from sim.wires import Wires

BUTTONS = {"record": "RECORD_BUTTON", "mark": "MARK_BUTTON"}
FAULTS = {"light": ("ok", "open", "shorted", "covered"), "beeper": ("ok", "dead")}
_LIFT_S = 0.1
_SAYS_STATE = re.compile(r"^state (\w+)$")


class Camera:
    """One board with its power switch, its two buttons, its dock and its faults."""

    def __init__(
        self,
        config: RoomConfig,
        interpreter: Interpreter,
        sensor: Sensor,
        log: Logbook,
        images: dict[str, str],
        changed: Callable[[], None],
    ) -> None:
        self._config = config
        self._interpreter = interpreter
        self._sensor = sensor
        self._log = log
        self._images = images
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._boot: Boot | None = None
        self._cable: Cable | None = None
        self._power: Power = "off"
        self._next_cause: int | None = None
        self._exit_code: int | None = None
        self._gone = asyncio.Event()
        self._wires: Wires | None = None
        self._boots = 0
        self._resets = Resets()
        self._levels = {"RECORD_BUTTON": 1, "MARK_BUTTON": 1, "VBUS_SENSE": int(config.docked)}
        self._faults = {"light": "ok", "beeper": "ok"}
        self._fingers = {button: asyncio.Lock() for button in BUTTONS}
        self._public = Public()
        self._said: bool | None = None
        self._before = Carried()
        self._cut_after = config.cut_after_bytes
        self._rtc_us = -config.rtc_behind_s * 1_000_000
        self._watchdog = Watchdog(self._bark)
        self._calm: asyncio.TimerHandle | None = None

    # Power

    def power_on(self, cause: int = POWER_ON) -> None:
        """Boot, unless the camera runs already."""
        if self._boot is not None:
            return
        order = {
            **self._images,
            "seed": self._config.seed,
            "unique_id": hashlib.sha256(b"%d" % self._config.seed).hexdigest()[:24],
            "cause": cause,
            "rtc_us": self._rtc_us,
        }
        boot = Boot(self._interpreter, self._config.heap_bytes, self._config.build, order)
        self._boot, self._power, self._exit_code = boot, "on", None
        self._boots += 1
        self._gone.clear()
        self._log.note(f"room: boot {self._boots}, cause {cause}, {self._interpreter.bits} bit")
        frames = self._sensor.start(boot.sensor)
        self._wires = Wires(boot, frames, self._obey, self._logged)
        self._cable = Cable(
            boot.usb,
            self._config.folder / "usb",
            rate_bytes_s=self._config.rate_bytes_s,
            cut_after_bytes=self._cut_after,
            on_cut=self._from_thread(self._cable_was_cut),
        )
        for role, level in self._levels.items():
            self._tell(f"in {role} {level}")
        for device, fault in self._faults.items():
            self._tell(f"fault {device} {fault}")
        if self._levels["VBUS_SENSE"]:
            self._cable.plug()
        boot.watch(self._from_thread(self._ended))
        self._changed()

    def _from_thread(self, call: Callable[..., None], *first: object) -> Callable[..., None]:
        """The same call, made on the loop's thread."""

        def post(*rest: object) -> None:
            self._loop.call_soon_threadsafe(partial(call, *first, *rest))

        return post

    async def cut(self, restart: bool) -> None:
        """Take the power away in the middle of whatever it does; give it back where asked."""
        self._next_cause = None
        if self._boot is not None:
            self._log.note("room: power cut")
            self._power = "off"
            self._boot.kill()
            await self._gone.wait()
        self._power = "off"
        if restart:
            self.power_on()
        self._changed()

    def _reset(self, cause: int) -> None:
        if self._boot is None or self._next_cause is not None:
            return
        if self._resets.endless(self._loop.time()):
            self._log.note(f"room: {RESETS} resets within {WITHIN_S:.0f} s; left off")
        else:
            self._next_cause = cause
        self._boot.kill()

    def _ended(self, code: int) -> None:
        """The process is gone: take the wires down, then boot again where a reset asked for it."""
        if self._wires is not None:
            self._wires.close()
        if self._cable is not None:
            self._count_cable(self._cable)
            self._cable.close()
        self._watchdog.stop()
        if self._calm is not None:
            self._calm.cancel()
        self._boot = self._wires = self._cable = self._calm = None
        self._public.dark()
        self._said = None
        cause, self._next_cause = self._next_cause, None
        if cause is not None:
            self.power_on(cause)
            return
        if self._power != "off":
            self._power, self._exit_code = "dead", code
            self._log.note(f"room: the firmware ended, exit code {code}")
        self._gone.set()
        self._changed()

    # Hands

    async def press(self, button: str, hold_s: float) -> None:
        """Hold a button down for so long; a finger also needs a moment between two presses."""
        async with self._fingers[button]:
            self._needs_power()
            role = BUTTONS[button]
            self._drive(role, 0)
            try:
                await asyncio.sleep(hold_s)
            finally:
                self._drive(role, 1)
            await asyncio.sleep(_LIFT_S)

    def dock(self) -> None:
        """Put the camera on the dock: power on its contacts, and a port where it runs."""
        self._drive("VBUS_SENSE", 1)
        if self._cable is not None:
            self._cable.plug()
        self._changed()

    def undock(self) -> None:
        """Take the camera off the dock; what was on its way is lost."""
        if self._cable is not None:
            self._cable.unplug()
        self._drive("VBUS_SENSE", 0)
        self._changed()

    def fault(self, device: str, fault: str) -> None:
        """Break the light or the beeper, or mend it with `ok`."""
        if fault not in FAULTS.get(device, ()):
            raise RefusedError(f"there is no fault '{fault}' of '{device}'")
        self._faults[device] = fault
        self._tell(f"fault {device} {fault}")
        self._changed()

    def daylight(self, level_u16: int) -> None:
        """How much daylight falls on the light's sense input."""
        self._tell(f"daylight {min(max(level_u16, 0), 65535)}")

    def _needs_power(self) -> None:
        if self._boot is None:
            raise RefusedError(f"the camera is {self._power}")

    def _cable_was_cut(self) -> None:
        self._cut_after = None
        self._log.note("room: the cable was cut")
        self.undock()

    def _drive(self, role: str, level: int) -> None:
        self._levels[role] = level
        self._tell(f"in {role} {level}")

    # Wires

    def _tell(self, line: str) -> None:
        if self._wires is not None and not self._wires.tell(line):
            self._log.note(f"room: the board did not take '{line}'")

    def _logged(self, some: bytes) -> None:
        for line in self._log.feed(some):
            if said := _SAYS_STATE.match(line):
                self._said = said[1] == "recording"
        self._changed()

    def _obey(self, word: str, rest: list[str]) -> None:
        at_us = int(rest[-1])
        if word == "public":
            self._public.heard(rest[0] == "1", int(rest[1]), at_us)
        elif word == "out":
            self._public.driven_to(rest[0], rest[1] != "0" or rest[3] != "0", at_us)
            self._look_again()
        elif word == "watchdog":
            self._watchdog.start(int(rest[0]) / 1000)
        elif word == "fed":
            self._watchdog.feed()
        elif word == "reset":
            self._reset(HARD_RESET)
        elif word == "rtc":
            self._rtc_us = int(rest[0])
        self._changed()

    def _bark(self) -> None:
        self._log.note("room: watchdog")
        self._reset(WATCHDOG_RESET)

    def _look_again(self) -> None:
        """A light that stops to flash makes no event: look when it would count as steady."""
        if self._calm is not None:
            self._calm.cancel()
        self._calm = self._loop.call_later(FLASH_GAP_US / 1e6 + 0.01, self._changed)

    # What is to be seen

    def _count_cable(self, cable: Cable) -> None:
        self._before.to_dock += cable.carried.to_dock
        self._before.to_camera += cable.carried.to_camera
        self._before.cuts += cable.carried.cuts

    def state(self) -> RoomState:
        """The camera at this moment."""
        now_us = time.time_ns() // 1000
        notice = self._public.notice(now_us)
        cable, boot = self._cable, self._boot
        now = cable.carried if cable is not None else Carried()
        flashing = self._public.driven.flashing(now_us)
        return RoomState(
            power=self._power,
            bits=self._interpreter.bits,
            pid=boot.process.pid if boot is not None else None,
            boots=self._boots,
            resets=self._resets.count,
            exit_code=self._exit_code,
            docked=bool(self._levels["VBUS_SENSE"]),
            usb=str(self._config.folder / "usb") if cable is not None and cable.plugged else None,
            recording=flashing if self._said is None else self._said,
            light_on=notice.light_on,
            light_flashing=notice.light_flashing,
            beeps=notice.beeps,
            last_beep_utc_us=notice.last_beep_utc_us,
            vibrating=notice.vibrating,
            frames_given=self._sensor.tally.given,
            frames_skipped=self._sensor.tally.skipped,
            to_dock_bytes=self._before.to_dock + now.to_dock,
            to_camera_bytes=self._before.to_camera + now.to_camera,
            cable_cuts=self._before.cuts + now.cuts,
            light_fault=self._faults["light"],
            beeper_fault=self._faults["beeper"],
            last_log=self._log.lines[-1] if self._log.lines else "",
        )
