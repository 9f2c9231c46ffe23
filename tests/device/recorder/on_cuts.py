# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Power cuts at every unit of writing of a short cycle, and again within what recovers it.

A unit is a block of the card or a write or erase of the flash. Each case starts from the same
media, on which an earlier recording stands, cuts, boots, and then makes one more recording: what
stands on the card after that is judged here (counters, tickets, the earlier recording) and by
CPython's reader (everything else), once for each different outcome.
"""

import hashlib

import rig
from rigblock import PowerCut, Supply

_MARK_AT = 20


class Cycle:
    """The media before the cut, and what each case leaves."""

    def __init__(self, plan: dict) -> None:
        self._folder = plan["out"]
        self._period_us = plan["period_us"]
        self._once_more = not plan.get("full")
        self.camera = rig.Camera(pages=40, tickets=5, name="cuts")
        self.pictures = [rig.picture(i, plan["bytes"]) for i in range(plan["frames"])]
        self.camera.boot()
        self._record(3)
        self.earlier = self._digest(self.camera.entries()[0])
        self.media = (bytes(self.camera.card_image), bytes(self.camera.flash_image))
        self.boots = self.camera.boots
        self.filmed = 0
        self.outcomes = {}

    def _record(self, frames: int) -> None:
        self.filmed = 0
        self.camera.press()
        for index in range(frames):
            if index == _MARK_AT:
                self.camera.board.buttons.mark_down = True
            if index == _MARK_AT + 2:
                self.camera.board.buttons.mark_down = False
            self.filmed += 1
            self.camera.film([self.pictures[index]], self._period_us, self._period_us // 10000)
        self.camera.press()
        self.camera.settle()

    def _digest(self, entry: tuple) -> str:
        state = hashlib.sha256()
        for part in self.camera.pull(entry):
            state.update(part)
        return state.digest().hex()

    def rewind(self) -> None:
        self.camera.copy(*self.media)
        self.camera.boots = self.boots
        self.filmed = 0

    def cut(self, cut_at: int, loss: int) -> bool:
        """Run the cycle until the cut; False where it ended before."""
        self.rewind()
        return not self._until_cut(Supply(cut_at, loss), lambda: self._record(len(self.pictures)))

    def cut_again(self, cut_at: int, loss: int) -> bool:
        """Boot, that is recover, until a cut; False where it came through."""
        return not self._until_cut(Supply(cut_at, loss), None)

    def _until_cut(self, supply: Supply, go) -> bool:
        try:
            self.camera.boot(supply)
            if go:
                go()
        except PowerCut:
            return False
        return True

    def count(self) -> int:
        """Units of a whole cycle."""
        self.rewind()
        supply = Supply()
        self._until_cut(supply, lambda: self._record(len(self.pictures)))
        return supply.writes

    def judge(self, case: list) -> str:
        """Boot, record once more, and say what came of it; an empty string where all is well."""
        camera = self.camera
        filmed = self.filmed
        app = camera.boot()
        if app.state != "standby" or camera.desk.tail() is not None:
            return "%s: %s %r" % (case, app.state, app.why)
        last = camera.desk.last_number()
        cut = [entry for entry in camera.entries() if entry[1] > 1]
        if self._once_more:
            self._record(2)
        entries = camera.entries()
        if self._digest(entries[0]) != self.earlier:
            return "%s: the earlier recording changed" % case
        later = [entry[1] for entry in entries if entry[1] > last]
        if later != [last + 1] * self._once_more:
            return "%s: numbers %r after %d" % (case, [entry[1] for entry in entries], last)
        if last > 2 or len({entry[1] for entry in cut}) > 1:
            return "%s: %d recordings, last %d" % (case, len(cut), last)
        self._keep(case, cut, entries[len(cut) + 1 :], filmed)
        return ""

    def _keep(self, case: list, cut: list, after: list, filmed: int) -> None:
        """Note the outcome; its bytes once."""
        name = "-".join([self._digest(entry) for entry in cut]) or "nothing"
        if name not in self.outcomes:
            self.outcomes[name] = {"cases": [], "files": []}
            for entry in cut + after:
                path = "%s/%s-%d.seg" % (
                    self._folder,
                    name[:8] + name[-8:],
                    entry[1] * 100 + entry[2],
                )
                with open(path, "wb") as file:
                    for part in self.camera.pull(entry):
                        file.write(part)
                self.outcomes[name]["files"].append(path)
        self.outcomes[name]["cases"].append(case + [filmed])


def _result(cycle: Cycle, cases: int, wrong: list) -> dict:
    return {
        "cases": cases,
        "wrong": wrong[:20],
        "failures": len(wrong),
        "outcomes": cycle.outcomes,
        "keys": rig.keys(),
        "pictures": [hashlib.sha256(one).digest().hex() for one in cycle.pictures],
    }


def single(plan: dict) -> dict:
    """Every cut of the cycle, for one way of losing what was not synced."""
    cycle = Cycle(plan)
    units = cycle.count()
    wrong = []
    cases = 0
    for cut_at in range(1 + plan.get("from", 0), units + 1, plan.get("step", 1)):
        case = [cut_at, plan["loss"]]
        if not cycle.cut(*case):
            wrong.append("%s: no cut" % case)
        cases += 1
        said = cycle.judge(case)
        if said:
            wrong.append(said)
    return _result(cycle, cases, wrong)


def double(plan: dict) -> dict:
    """A cut of the cycle, and a second at every unit of the recovery behind it."""
    cycle = Cycle(plan)
    units = cycle.count()
    wrong = []
    cases = 0
    for cut_at in range(1 + plan.get("from", 0), units + 1, plan.get("step", 1)):
        second = 0
        while True:
            second += 1
            cycle.cut(cut_at, plan["loss"])
            if not cycle.cut_again(second, plan["loss"]):
                break
            cases += 1
            said = cycle.judge([cut_at, second, plan["loss"]])
            if said:
                wrong.append(said)
    return _result(cycle, cases, wrong)
