# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Where a segment's bytes stand in the spool, by its identity. Names have no slash (format §2)."""

from pathlib import Path

from dock import files
from dock.journal import Row
from dock.trust import Segment


class Layout:
    """Paths below one spool."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("partial", "whole", "quarantine"):
            files.make_folder(root / name)

    def partial(self, key: Segment) -> Path:
        """While it grows."""
        return self.root / "partial" / _camera(key.camera, key.epoch) / f"{_name(key)}.part"

    def whole(self, key: Segment) -> Path:
        """When all of it is there."""
        return self.root / "whole" / _camera(key.camera, key.epoch) / f"{_name(key)}.seg"

    def quarantined(self, row: Row) -> Path:
        """When it was refused: by its bytes too, since it may be pulled again."""
        name = f"{_name(row.key)}-{row.digest.hex()[:16]}.seg"
        return self.quarantine(row.key.camera, row.key.epoch) / name

    def quarantine(self, camera: str, epoch: int) -> Path:
        """A camera's part of the quarantine."""
        return self.root / "quarantine" / _camera(camera, epoch)

    def drop_unknown(self, known: set[Path]) -> None:
        """Remove what the journal does not speak of; the quarantine is left alone."""
        for folder in ("partial", "whole"):
            for path in (self.root / folder).glob("*/*"):
                if path not in known:
                    files.remove(path)


def held_bytes(folder: Path) -> int:
    """What the segments below a folder take."""
    with files.disk():
        return sum(path.stat().st_size for path in folder.rglob("*.seg"))


def _camera(camera: str, epoch: int) -> str:
    return f"{camera}-{epoch}"


def _name(key: Segment) -> str:
    return f"{key.recording.hex()}-{key.segment:05d}"
