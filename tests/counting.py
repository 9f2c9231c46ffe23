# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Counts of the exhaustive, fault, tamper, fuzz and attack suites (DESIGN §11).

`out/counts.json` is a list of `name`, `cases` and `failures`, sorted by name. Several processes
may record at once: each merge holds a lock and replaces the file whole.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypedDict, TypeVar

COUNTS = Path(__file__).parent.parent / "out" / "counts.json"

Case = TypeVar("Case")


class Count(TypedDict):
    """What one suite tried, and how many of its cases went wrong."""

    name: str
    cases: int
    failures: int


def record(name: str, cases: int, failures: int, path: Path = COUNTS) -> None:
    """Add a suite's count; a suite that runs again replaces its own."""
    if not 0 <= failures <= cases:
        raise ValueError(f"{name}: {failures} failures of {cases} cases")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        counts = {count["name"]: count for count in read(path)}
        counts[name] = Count(name=name, cases=cases, failures=failures)
        new = path.with_suffix(".new")
        new.write_text(json.dumps(sorted(counts.values(), key=lambda c: c["name"]), indent=1))
        os.replace(new, path)


def read(path: Path = COUNTS) -> list[Count]:
    """Counts recorded so far; none when nothing was."""
    try:
        counts: list[Count] = json.loads(path.read_text())
    except FileNotFoundError:
        return []
    return counts


def each(name: str, cases: Iterable[Case], check: Callable[[Case], object]) -> None:
    """Run `check` on every case and record the count; then raise what failed as one group."""
    tried = 0
    failures: list[Exception] = []
    for case in cases:
        tried += 1
        try:
            check(case)
        except Exception as error:  # noqa: BLE001 - counted, and raised below
            error.add_note(f"case: {case!r:.200}")
            failures.append(error)
    record(name, tried, len(failures))
    if failures:
        raise ExceptionGroup(f"{name}: {len(failures)} of {tried} cases", failures[:10])
