# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The spool: segments' bytes on disk, by what is known of them. Ciphertext only.

    spool/journal            what is known of each segment
    spool/partial/…          growing; a name that the journal does not know is dropped at a start
    spool/whole/…            complete, until upstream's receipt is durable
    spool/quarantine/…       refused, with the reason beside it; never deleted by the dock

Invariant: the journal says no more than what was synced before. Everything here is called in one
thread. docs/link.md §4; DESIGN §3.1.
"""

import fcntl
import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from dock import files, journal
from dock.config import Config
from dock.errors import SpoolBusy, SpoolFault, SpoolFull
from dock.files import Growing
from dock.journal import Journal, Row
from dock.layout import Layout, held_bytes
from dock.messages import Entry
from dock.trust import Segment


class Spool:
    """Opens with a recovery, which is the ordinary way to start."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._layout = Layout(config.spool)
        self._lock = _lock(config.spool / "lock")
        with self._database():
            self._journal = Journal(config.spool / "journal")
        self._growing: dict[Segment, Growing] = {}
        with self._database():
            self._recover()
            self._held = self._journal.held_bytes()
        self._quarantined = held_bytes(config.spool / "quarantine")

    def close(self) -> None:
        """Make what was pulled durable and let go. Idempotent."""
        for key in list(self._growing):
            with suppress(SpoolFault, SpoolFull):
                self.pause(key)
        self._journal.close()
        self._lock.close()

    # Pulling.

    def find(self, key: Segment) -> Row | None:
        """What is known of a segment."""
        with self._database():
            return self._journal.find(key)

    def begin(self, key: Segment, entry: Entry, certificate: bytes) -> int:
        """Make ready to take a segment; the offset to ask from. Raises SpoolFull, SpoolFault."""
        row = self.find(key)
        if row is None or row.state != journal.PARTIAL or row.length != entry.length:
            if row is not None and row.state == journal.PARTIAL:
                self._held -= row.length
                self._drop(key)
            self._check_room(entry.length)
            with self._database():
                self._journal.begin(key, entry, certificate)
            self._held += entry.length
            row = None
        if (left := self._growing.pop(key, None)) is not None:
            left.close()
        path = self._layout.partial(key)
        files.make_folder(path.parent)
        growing = Growing(path, row.durable, row.digest) if row else Growing(path)
        self._growing[key] = growing
        return growing.length

    def append(self, key: Segment, offset: int, data: bytes | memoryview) -> None:
        """Take the bytes that follow; each checkpoint makes them durable."""
        growing = self._held_open(key)
        if offset != growing.length:
            raise SpoolFault(f"bytes of offset {offset} behind {growing.length}")
        before = growing.length
        step = self._config.checkpoint_bytes
        with self._giving_up(key):
            growing.append(data)
            if growing.length // step > before // step:
                self._journal.checkpoint(key, growing.length, growing.sync())

    def pause(self, key: Segment) -> Row | None:
        """The link was cut: keep what came. The row as it is now."""
        growing = self._growing.get(key)
        if growing is not None:
            with self._giving_up(key):
                self._journal.checkpoint(key, growing.length, growing.sync())
            self._growing.pop(key).close()
        return self.find(key)

    def finish(self, key: Segment) -> Row:
        """All bytes came: sync, rename, sync the folder; then the journal says so."""
        growing = self._held_open(key)
        with self._giving_up(key):
            digest = growing.sync()
            files.move(self._layout.partial(key), self._layout.whole(key))
            self._journal.set_whole(key, digest)
        self._growing.pop(key).close()
        return self._known(key)

    # What became of it.

    def read(self, row: Row) -> bytes:
        """A whole segment's bytes, at most 8 MiB."""
        with files.disk():
            return self._layout.whole(row.key).read_bytes()

    def path(self, row: Row) -> Path:
        """Where a whole segment stands."""
        return self._layout.whole(row.key)

    def verified(self, key: Segment) -> None:
        """It verified."""
        with self._database():
            self._journal.set_state(key, journal.VERIFIED)

    def quarantine(self, key: Segment, code: str, message: str) -> None:
        """It does not verify, or upstream refuses it: out of the way, with the reason."""
        row = self._known(key)
        target = self._layout.quarantined(row)
        reason = {
            "code": code,
            "message": message,
            "at_s": int(time.time()),
            "length": row.length,
            "sha256": row.digest.hex(),
        }
        known = target.exists()
        files.make_folder(target.parent)
        files.write_whole(target.with_suffix(".json"), json.dumps(reason, indent=1).encode())
        files.move(self._layout.whole(key), target)
        with self._database():
            self._journal.set_state(key, journal.QUARANTINED, code)
        self._held -= row.length
        self._quarantined += 0 if known else row.length

    def may_pull_again(self, row: Row) -> bool:
        """Whether a quarantined segment is worth another pull."""
        return row.pulls < self._config.pulls

    def check_quarantine(self, camera: str, epoch: int) -> None:
        """Raises SpoolFull where one camera has filled its share with what does not verify."""
        if held_bytes(self._layout.quarantine(camera, epoch)) >= self._config.quarantine_bytes:
            raise SpoolFull("this camera's quarantine has reached its bound")

    def receipted(self, key: Segment, receipt: bytes) -> None:
        """Upstream holds it: the receipt is durable before the bytes go."""
        row = self._known(key)
        with self._database():
            self._journal.set_receipt(key, receipt)
        self._held -= row.length
        files.remove(self._layout.whole(key))

    def acknowledged(self, key: Segment, reason: str = "") -> None:
        """The camera has answered the receipt."""
        with self._database():
            self._journal.set_state(key, journal.ACKNOWLEDGED, reason)

    def receipted_again(self, key: Segment) -> None:
        """The camera lists what it had acknowledged: its receipt is to be relayed again."""
        with self._database():
            self._journal.set_state(key, journal.RECEIPTED)

    def rewrite(self, key: Segment) -> None:
        """The bytes in the spool are not those that were written: pull it again."""
        row = self._known(key)
        with self._database():
            self._journal.forget(key)
        self._held -= row.length
        files.remove(self._layout.whole(key))

    # Asking.

    def rows(self, *states: str) -> list[Row]:
        """All rows in one of these states."""
        with self._database():
            return self._journal.in_states(*states)

    def of_camera(self, camera: str, epoch: int, *states: str) -> list[Row]:
        """A camera's rows in one of these states."""
        with self._database():
            return self._journal.of_camera(camera, epoch, *states)

    def waiting(self, limit: int) -> list[Row]:
        """What to forward, the most urgent first; one segment a recording."""
        with self._database():
            return self._journal.waiting(limit)

    def figures(self) -> dict[str, object]:
        """Counts and bytes, for people."""
        with self._database():
            counts = self._journal.counts()
        return {
            "segments": counts,
            "held_bytes": self._held,
            "limit_bytes": self._config.spool_bytes,
            "quarantine_bytes": self._quarantined,
        }

    # Within.

    def _recover(self) -> None:
        self._journal.forget_acknowledged(int(time.time()) - self._config.keep_s)
        known = set()
        for row in self._journal.in_states(*journal.HELD):
            partial, whole = self._layout.partial(row.key), self._layout.whole(row.key)
            if row.state == journal.PARTIAL:
                if whole.exists():  # renamed, and the power went before the journal knew
                    files.move(whole, partial)
                known.add(partial)
            elif not whole.exists() or whole.stat().st_size != row.length:
                self._journal.forget(row.key)  # the camera still has it: no receipt was relayed
                files.remove(whole)
            else:
                known.add(whole)
        self._layout.drop_unknown(known)

    def _check_room(self, length: int) -> None:
        used = self._held + self._quarantined
        if used + length > self._config.spool_bytes:
            raise SpoolFull(f"{used} bytes of {self._config.spool_bytes} are in use")
        with files.disk():
            free = shutil.disk_usage(self._config.spool).free
        if free < self._config.reserve_bytes + length:
            raise SpoolFull(f"the disk has {free} bytes left")

    @contextmanager
    def _giving_up(self, key: Segment) -> Iterator[None]:
        """Where the disk fails, the file is dropped: it is written anew, never synced again."""
        try:
            with self._database():
                yield
        except (SpoolFault, SpoolFull):
            self._drop(key)
            with suppress(SpoolFault, SpoolFull), self._database():
                self._journal.checkpoint(key, 0, b"")
            raise

    def _drop(self, key: Segment) -> None:
        growing = self._growing.pop(key, None)
        if growing is not None:
            growing.close()
        for path in (self._layout.partial(key), self._layout.whole(key)):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    @contextmanager
    def _database(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if error.sqlite_errorname == "SQLITE_FULL":
                raise SpoolFull("no room is left for the journal") from error
            raise SpoolFault(f"the journal: {error}") from error

    def _held_open(self, key: Segment) -> Growing:
        growing = self._growing.get(key)
        if growing is None:
            raise SpoolFault("the file was given up before")
        return growing

    def _known(self, key: Segment) -> Row:
        row = self.find(key)
        if row is None:
            raise SpoolFault("the journal has lost a segment")
        return row


def _lock(path: Path) -> IO[bytes]:
    with files.disk():
        file = path.open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise SpoolBusy(str(path.parent.name)) from error
    return file
