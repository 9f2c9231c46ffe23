# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Composes the firmware and runs it: hal is made here and given to everything else.

Nothing is written to stdout, which is USB and so the link. The watchdog is fed only when every
component has run since it was last fed; an error that nobody expected is left to it.
"""

import gc

import recorder

# The deepest rooms first: each import within an import takes stack while a module is compiled.
import sealing.chunkcipher
import sealing.cose
import sealing.hpke  # noqa: F401
from hal import log
from hal.board import Board
from link.provision import Provisioning
from link.session import Session
from recorder import firmware, signals
from recorder.app import App
from recorder.signals import Signals
from recorder.timekeeper import Timekeeper
from sealing.errors import SealingError
from store.catalogue import Catalogue
from store.desk import Desk
from store.errors import StoreError
from store.ring import Ring
from store.shelf import Shelf

_SHOW_EVERY_US = 15000000


def compose(board: Board, time: Timekeeper) -> App:
    """The application over a board. StoreError, SealingError, OSError where the flash is bad."""
    desk = Desk(board.flash)
    shelf = Shelf(Ring(board.card), Catalogue(board.flash + "/catalogue"))

    def make_link() -> object:
        if desk.identity is None:
            return Provisioning(board.usb, board.random, desk)
        return Session(
            board.usb, board.random, shelf, desk, time.mono_us, lambda: time.floor(desk.floor_s())
        )

    return App(board, desk, shelf, time, make_link, log.line)


def run(board: Board) -> None:
    """Boot and serve; returns only to restart."""
    time = Timekeeper(board.clock)
    root = recorder.__file__.rsplit("/", 2)[0]
    try:
        app = compose(board, time)
        app.start(firmware.digest(root))
    except (StoreError, SealingError, OSError) as error:
        log.line("fault", repr(error))
        show_fault(board, time)
        return
    gc.collect()
    while not app.provisioned_now:
        if not app.step():
            board.power.idle()
        if app.alive.take():
            board.power.feed()


def show_fault(board: Board, time: Timekeeper) -> None:
    """The internal flash can't be trusted: nothing works but saying so."""
    shown = Signals(board)
    since_us = _SHOW_EVERY_US
    while True:
        passed_us = time.turn()
        since_us += passed_us
        if since_us >= _SHOW_EVERY_US:
            since_us = 0
            shown.play(signals.REFUSED)
        shown.step(passed_us)
        board.power.idle()
        board.power.feed()


if __name__ == "__main__":
    _board = Board()
    run(_board)
    _board.power.restart()
