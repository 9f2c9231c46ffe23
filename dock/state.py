# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What each bay does, for people and scripts: `state.json` in the spool, replaced whole.

It is written at most twice a second, and lost without harm.
"""

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from dock.errors import DockError, SpoolError

_PERIOD_S = 0.5


@dataclass
class Fault:
    """What went wrong last, and what to do."""

    code: str
    message: str
    next_step: str
    at_s: int

    @classmethod
    def of(cls, error: DockError) -> "Fault":
        """The fault that an error is."""
        return cls(error.code, error.message, error.next_step, int(time.time()))


@dataclass
class BayState:
    """One bay. `doing`: absent, looking, greeting, pulling, waiting, full, done, resting."""

    port: str
    doing: str = "absent"
    camera: str = ""
    epoch: int = 0
    segment: str = ""
    pulled_bytes: int = 0
    left_bytes: int = 0
    sessions: int = 0
    faults: int = 0
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A session that ended well. `settled`: the camera answered every receipt; `stuck`: how many
    segments it still lists that can't go on.
    """

    settled: bool
    stuck: int


@dataclass
class State:
    """Everything that `candour dock status` shows."""

    name: str
    upstream_url: str
    bays: list[BayState] = field(default_factory=list)
    upstream_fault: Fault | None = None
    forwarded: int = 0
    quarantined: int = 0


class StateFile:
    """Writes the state when `changed` was called."""

    def __init__(
        self, path: Path, state: State, figures: Callable[[], Awaitable[dict[str, object]]]
    ) -> None:
        self._path = path
        self.state = state
        self._ask = figures
        self._figures: dict[str, object] = {}
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Something is to be seen."""
        self._changed.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            self._changed.clear()
            await self.write()
            await self._changed.wait()
            await asyncio.sleep(_PERIOD_S)

    async def write(self) -> None:
        """Write now. A full disk costs only this file."""
        with suppress(SpoolError):
            self._figures = await self._ask()
        body = {
            "at_s": int(time.time()),
            "pid": os.getpid(),
            **asdict(self.state),
            "spool": self._figures,
        }
        fresh = self._path.with_name(self._path.name + ".new")
        with suppress(OSError):
            fresh.write_text(json.dumps(body, indent=1))
            os.replace(fresh, self._path)
