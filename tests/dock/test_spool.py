# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The spool where the disk fails, fills, or the process dies at any call to the system.

Faults are injected at the calls themselves; a death is a real process that ends at its nth call.
"""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from dock import journal
from dock.config import Config
from dock.errors import SpoolBusy, SpoolFault, SpoolFull
from dock.messages import Entry
from dock.spool import Spool
from dock.trust import Segment
from tests import counting
from tests.dock.stage import STATES

DATA = bytes(range(256)) * 200
KEY = Segment("camera-1", 1, bytes(16), 0)
ENTRY = Entry(bytes(16), 1, 0, len(DATA), False, True)
CERTIFICATE = b"certificate"
STEP = 1 << 14
CALLS = ("pwrite", "fsync", "replace", "mkdir", "unlink", "ftruncate")


def settings(folder: Path, **changes: Any) -> Config:
    """A spool in this folder."""
    given: dict[str, Any] = {"spool": folder, "reserve_bytes": 0, "checkpoint_bytes": STEP}
    return Config(**(given | changes))


def pull(spool: Spool) -> None:
    """A whole segment, in runs, verified."""
    offset = spool.begin(KEY, ENTRY, CERTIFICATE)
    while offset < len(DATA):
        spool.append(KEY, offset, DATA[offset : offset + 5000])
        offset += 5000
    spool.finish(KEY)
    spool.verified(KEY)


@contextmanager
def failing(name: str, at: int, error: int, once: bool = True) -> Iterator[list[int]]:
    """The nth call of this name fails; the list counts the calls."""
    real = getattr(os, name)
    calls = [0]

    def call(*args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        if calls[0] == at or (calls[0] > at and not once):
            raise OSError(error, os.strerror(error))
        return real(*args, **kwargs)

    setattr(os, name, call)
    try:
        yield calls
    finally:
        setattr(os, name, real)


def test_a_failed_fsync_is_never_tried_again_but_written_anew(tmp_path: Path) -> None:
    spool = Spool(settings(tmp_path))
    offset = spool.begin(KEY, ENTRY, CERTIFICATE)
    spool.append(KEY, offset, DATA[: STEP - 1])
    with failing("fsync", 1, errno.EIO) as calls, pytest.raises(SpoolFault):
        spool.append(KEY, STEP - 1, DATA[STEP - 1 : STEP + 1])
    assert calls == [1]
    with pytest.raises(SpoolFault):  # the file is given up
        spool.append(KEY, STEP + 1, DATA[STEP + 1 :])
    assert spool.begin(KEY, ENTRY, CERTIFICATE) == 0
    spool.close()


def test_a_full_disk_is_named_and_later_goes_on(tmp_path: Path) -> None:
    spool = Spool(settings(tmp_path))
    with failing("pwrite", 3, errno.ENOSPC), pytest.raises(SpoolFull):
        pull(spool)
    pull(spool)
    assert spool.rows(journal.VERIFIED)[0].digest == sha256(DATA).digest()
    spool.close()


def test_the_bound_of_the_spool_is_kept(tmp_path: Path) -> None:
    spool = Spool(settings(tmp_path, spool_bytes=len(DATA) + 10))
    pull(spool)
    second = Segment("camera-1", 1, bytes(16), 1)
    with pytest.raises(SpoolFull):
        spool.begin(second, ENTRY, CERTIFICATE)
    spool.receipted(KEY, b"receipt")
    assert spool.begin(second, ENTRY, CERTIFICATE) == 0
    spool.close()


def test_a_camera_cannot_fill_the_quarantine(tmp_path: Path) -> None:
    spool = Spool(settings(tmp_path, quarantine_bytes=len(DATA)))
    spool.check_quarantine("camera-1", 1)
    pull(spool)
    spool.quarantine(KEY, "bad-seal", "why")
    with pytest.raises(SpoolFull):
        spool.check_quarantine("camera-1", 1)
    spool.check_quarantine("camera-2", 1)
    spool.close()


def test_two_docks_do_not_share_a_spool(tmp_path: Path) -> None:
    spool = Spool(settings(tmp_path))
    with pytest.raises(SpoolBusy):
        Spool(settings(tmp_path))
    spool.close()
    Spool(settings(tmp_path)).close()


def _fill(spool: Spool) -> None:
    for number in range(8):
        key = Segment("camera-1", 1, bytes(16), number)
        spool.append(key, spool.begin(key, ENTRY, CERTIFICATE), DATA)
        spool.finish(key)


def test_a_real_small_disk_fills_and_is_named(tmp_path: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", str(tmp_path)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("a tmpfs can't be mounted here")
    try:
        spool = Spool(settings(tmp_path))
        try:
            with pytest.raises(SpoolFull):
                _fill(spool)
            for row in spool.rows(journal.WHOLE):
                assert spool.read(row) == DATA
            assert spool.rows(journal.WHOLE)
        finally:
            spool.close()
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def _life(folder: Path) -> None:
    """A spool's whole life: pulled with a cut, forwarded, acknowledged."""
    spool = Spool(settings(folder))
    offset = spool.begin(KEY, ENTRY, CERTIFICATE)
    spool.append(KEY, offset, DATA[: STEP + 100])
    spool.pause(KEY)
    pull(spool)
    spool.receipted(KEY, b"receipt")
    spool.acknowledged(KEY)
    spool.close()


def _counted(die_at: int | None, folder: Path) -> int:
    """Run a life in a process that ends at its nth call; calls made, where it lived."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)
    calls = 0

    def counting_call(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == die_at:
                os._exit(255)
            return real(*args, **kwargs)

        return call

    for name in CALLS:
        setattr(os, name, counting_call(getattr(os, name)))
    try:
        _life(folder)
    finally:
        os._exit(min(calls, 254))


def test_a_death_at_every_call_loses_nothing_that_was_promised(tmp_path: Path) -> None:
    calls = _counted(None, tmp_path / "whole")
    assert 20 < calls < 254

    def check(die_at: int) -> None:
        folder = tmp_path / str(die_at)
        assert _counted(die_at, folder) == 255
        spool = Spool(settings(folder))
        try:
            for row in spool.rows(*STATES):
                if row.state in (journal.WHOLE, journal.VERIFIED):
                    assert spool.read(row) == DATA
                if row.state in (journal.RECEIPTED, journal.ACKNOWLEDGED):
                    assert row.receipt == b"receipt"
            row_now = spool.find(KEY)
            if row_now is None or row_now.state == journal.PARTIAL:
                pull(spool)
                row_now = spool.find(KEY)
                assert row_now is not None
                assert spool.read(row_now) == DATA
        finally:
            spool.close()

    counting.each("spool deaths", range(1, calls + 1), check)


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_a_fault_at_every_call_is_named_and_mended(tmp_path: Path, error: int) -> None:
    cases = [(name, at) for name in CALLS for at in range(1, 12)]

    def check(case: tuple[str, int]) -> None:
        name, at = case
        folder = tmp_path / f"{name}-{at}"
        spool = Spool(settings(folder))
        try:
            with failing(name, at, error):
                try:
                    pull(spool)
                except (SpoolFault, SpoolFull):
                    row = spool.find(KEY)
                    assert row is None or row.state in (journal.PARTIAL, journal.WHOLE)
            row = spool.find(KEY)
            if row is None or row.state == journal.PARTIAL:
                pull(spool)
            row = spool.find(KEY)
            assert row is not None
            assert spool.read(row) == DATA
        finally:
            spool.close()

    counting.each(f"spool faults, {errno.errorcode[error]}", cases, check)
