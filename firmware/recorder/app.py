# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What the camera does: off, standby, recording, docked, fault; one bounded unit a `step`.

A fault is shown at each press and tried again; the wearer always learns whether the camera
records. A press while docked ends the link's session and records; docking ends a recording.
"""

from link.session import WAITING
from micropython import const
from sealing.errors import SealingError
from store.desk import Desk
from store.errors import NotProvisioned, StoreError
from store.shelf import Shelf

from recorder import selftest, signals
from recorder.controls import Button, Controls
from recorder.errors import RandomFailed, RecorderError
from recorder.liveness import CONTROLS, SIGNALS, TIME, WORK, Liveness
from recorder.recording import Recording
from recorder.recovery import SEALED, recover
from recorder.signals import Signals
from recorder.timekeeper import Timekeeper

OFF = "off"
STANDBY = "standby"
RECORDING = "recording"
DOCKED = "docked"
FAULT = "fault"

_REFUSALS = (StoreError, RecorderError, SealingError, OSError)
_LEAVE_US = const(2000000)
_NO_FRAME_US = const(3000000)


class App:
    """Takes the board, the opened desk and shelf, the timekeeper and a maker of link sessions.

    `make_link()` gives the link's session, or its provisioning while there is no identity.
    """

    def __init__(
        self,
        board,
        desk: Desk,
        shelf: Shelf,
        time: Timekeeper,
        make_link,
        log,
    ) -> None:
        self._board = board
        self._desk = desk
        self._shelf = shelf
        self._time = time
        self._make_link = make_link
        self._log = log
        self._link = None
        self._signals = Signals(board)
        self._controls = Controls(board.buttons)
        self._dock = Button(board.power.docked)
        self._recording = Recording(shelf, desk, time, self._signals, board)
        self._leaving_us = -1
        self._no_frame_us = 0
        self._tidying = None
        self.alive = Liveness()
        self.state = OFF
        self.why = None

    @property
    def provisioned_now(self) -> bool:
        """The camera has just been given its identity and should restart."""
        return getattr(self._link, "done", False)

    def start(self, firmware_digest: bytes) -> None:
        """Boot: self-test, count the boot, bring a cut recording to its end."""
        try:
            first_draw = selftest.check_random(self._board.random, self._desk.first_draw)
            selftest.check_clock(self._board.clock)
            self._desk.attend(self._time, firmware_digest, first_draw)
            self._time.floor(self._desk.floor_s())
            self._link = self._make_link()
        except _REFUSALS as error:
            self._fail(error)
            return
        self._open_card()

    def step(self) -> bool:
        """One turn; True where something moved, so that another turn should follow at once."""
        passed_us = self._time.turn()
        self.alive.check_in(TIME)
        self._controls.step(passed_us)
        dock_came = self._dock.step(passed_us)
        self.alive.check_in(CONTROLS)
        self._signals.step(passed_us)
        self.alive.check_in(SIGNALS)
        if self.state == RECORDING:
            moved = self._record(passed_us, dock_came)
        elif self.state == FAULT:
            moved = self._stay_faulty(dock_came)
        else:
            moved = self._wait(passed_us)
        self.alive.check_in(WORK)
        return moved

    def _open_card(self) -> None:
        """Adopt the card and recover; STANDBY or FAULT."""
        identity = self._desk.identity
        if identity is None:
            self._enter(STANDBY)
            return
        try:
            expected = self._shelf.holds_footage()
            self._shelf.ring.adopt(identity.force, identity.camera, identity.epoch, expected)
            done = recover(self._desk, self._shelf)
        except _REFUSALS as error:
            self._fail(error)
            return
        self._log("recovery", done)
        if done == SEALED:
            # A recording was cut: the wearer must know that it does not go on.
            self._signals.play(signals.REFUSED)
        self._enter(STANDBY)

    def _wait(self, passed_us: int) -> bool:
        """Standby, and docked."""
        docked = self._dock.down
        if docked != (self.state == DOCKED):
            if not docked:
                self._link.reset()
            self._enter(DOCKED if docked else STANDBY)
        if self._leaving_us >= 0:
            return self._leave(passed_us)
        if self._controls.record:
            if docked and self._desk.identity is not None and self._link.state != WAITING:
                self._link.leave()
                self._leaving_us = 0
            else:
                self._begin()
            return True
        if docked:
            return self._link.step()
        return self._tidy()

    def _tidy(self) -> bool:
        """In standby, where no row changes: keep the catalogue's file short, a step at a time."""
        if self._tidying is None:
            self._tidying = self._shelf.catalogue.compact_steps()
        try:
            for _ in self._tidying:
                return True
        except OSError as error:
            self._fail(error)
        return False

    def _leave(self, passed_us: int) -> bool:
        """The wearer wants to record: let the session say goodbye, but not for long."""
        self._leaving_us += passed_us
        if self._dock.down and self._link.state != WAITING and self._leaving_us < _LEAVE_US:
            return self._link.step()
        self._leaving_us = -1
        self._link.reset()
        self._begin()
        return True

    def _begin(self) -> None:
        try:
            if self._desk.identity is None:
                raise NotProvisioned("identity")
            self._recording.start()
            self._board.sensor.start()
        except _REFUSALS as error:
            self._recording.abandon(error)
            self._signals.play(signals.REFUSED)
            self._log("refused", _code(error))
            self.why = error
            if isinstance(error, OSError):
                self._fail(error)
            return
        self._no_frame_us = 0
        self._signals.start()
        self._enter(RECORDING)

    def _record(self, passed_us: int, dock_came: bool) -> bool:
        recording = self._recording
        if self._controls.record or dock_came:
            recording.stop()
        if self._controls.mark:
            recording.mark()
            self._signals.play(signals.MARK)
        try:
            moved = recording.turn(passed_us)
            if recording.ready:
                moved = self._take_frame(passed_us) or moved
        except OSError as error:
            recording.abandon(error)
            self._end(signals.REFUSED)
            self._fail(error)
            return True
        if not recording.active:
            self.why = recording.why
            self._end(signals.STOP if recording.why is None else signals.REFUSED)
            self._enter(DOCKED if self._dock.down else STANDBY)
        return moved

    def _take_frame(self, passed_us: int) -> bool:
        try:
            view = self._board.sensor.poll()
        except RuntimeError as error:
            self._log("frame", repr(error))
            view = None
        if view is not None:
            self._no_frame_us = 0
            self._recording.frame(view)
            return True
        self._no_frame_us += passed_us
        if self._no_frame_us >= _NO_FRAME_US:
            self._no_frame_us = 0
            self._signals.play(signals.WARNING)
            self._log("no frame")
        return False

    def _end(self, pattern: tuple) -> None:
        self._board.sensor.stop()
        self._signals.stop(pattern)

    def _stay_faulty(self, dock_came: bool) -> bool:
        """A press or a dock tries again; a link that works goes on."""
        pressed = self._controls.record
        if (pressed or dock_came) and not isinstance(self.why, RandomFailed):
            self._open_card()
        if pressed:
            if self.state == FAULT:
                self._signals.play(signals.REFUSED)
            else:
                self._begin()
            return True
        if self._link is not None and self._dock.down:
            return self._link.step()
        return False

    def _fail(self, error: Exception) -> None:
        self.why = error
        self._log("fault", _code(error), repr(error))
        self._enter(FAULT)

    def _enter(self, state: str) -> None:
        if state != self.state:
            self._log("state", state)
            self._tidying = None
        self.state = state


def _code(error: Exception) -> str:
    return getattr(error, "code", "card-or-flash")
