# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The real programs beside the demo: each started as a user would, logged to a file, ended here.

Nothing outlives the demo: every program that was started is stopped by its process id.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tools.demo.errors import DemoError

_STOP_S = 15.0
_LOOK_S = 0.05
CANDOUR = Path(sys.prefix) / "bin" / "candour"


class Programs:
    """The `candour` programs that run in the background."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, *arguments: str | Path) -> None:
        """Start `candour ARGUMENTS`; its output goes to `logs/NAME.log`."""
        with (self._logs / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [str(CANDOUR), *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def stop(self, name: str) -> None:
        """End a program as an administrator would, and wait for it."""
        program = self._running.pop(name)
        program.terminate()
        try:
            program.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()

    def wait_for(self, what: str, found: Callable[[], Any], timeout_s: float = 60.0) -> Any:
        """What `found` gives once it is true. DemoError where a program ends or time is up."""
        deadline = time.monotonic() + timeout_s
        while not (value := found()):
            for name, program in self._running.items():
                if program.poll() is not None:
                    raise DemoError(
                        f"{name} ended with {program.returncode}", f"read {self._logs}/{name}.log"
                    )
            if time.monotonic() > deadline:
                raise DemoError(
                    f"{what} did not come in {timeout_s:.0f} s", f"read the logs in {self._logs}"
                )
            time.sleep(_LOOK_S)
        return value

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in reversed(list(self._running)):
            self.stop(name)


def candour(*arguments: str | Path) -> tuple[int, str]:
    """Run `candour ARGUMENTS` to its end: exit code and what it printed."""
    done = subprocess.run(
        [str(CANDOUR), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def candour_json(*arguments: str | Path) -> dict[str, Any]:
    """Run a command that says what it did as JSON. DemoError where it fails."""
    code, said = candour(*arguments, "--json")
    if code != 0:
        command = " ".join(map(str, arguments))
        raise DemoError(f"`candour {command}` ended with {code}: {said.strip()}", "run it again")
    answer: dict[str, Any] = json.loads(said)
    return answer
