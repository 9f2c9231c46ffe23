# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Write tests/vectors/good: recordings made by the firmware itself, on MicroPython.

    python -m tools.vectors.good

The same bytes each time: keys, times and draws are the rig's (tests/device/standins).
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).parents[2]
GOOD = ROOT / "tests" / "vectors" / "good"
DEVICE = ROOT / "tests" / "device"
SEARCH = (DEVICE / "standins", ROOT / "firmware", DEVICE / "vectors")
# The board's heap, and room for the card and the flash that the rig holds in RAM.
HEAP_BYTES = 64 << 20


class Frame(TypedDict):
    """One chunk's plaintext."""

    index: int
    kind: int
    sha256: str


class Vector(TypedDict):
    """One recording; tests/vectors/README.md says what each field is."""

    name: str
    evidence_public: str
    root_public: str
    certificate: str
    ticket_private: str
    content_key: str
    segments: list[str]
    frames: list[Frame]


def written_by(micropython: Path) -> dict[str, Vector]:
    """What the firmware writes now, by name."""
    environment = {**os.environ, "MICROPYPATH": ":".join([*map(str, SEARCH), ".frozen"])}
    with tempfile.TemporaryDirectory() as folder:
        source, sink = Path(folder, "in.json"), Path(folder, "out.json")
        source.write_text("null")
        command = [str(micropython), "-X", f"heapsize={HEAP_BYTES}", str(DEVICE / "call.py")]
        subprocess.run(
            [*command, "on_golden", "write", str(source), str(sink)], env=environment, check=True
        )
        vectors: dict[str, Vector] = json.loads(sink.read_text())
    return vectors


def text(vector: Vector) -> str:
    """A vector as it stands in its file."""
    return json.dumps(vector, indent=1) + "\n"


def main() -> None:
    """Replace every file by what the firmware writes."""
    runtime = Path(sys.prefix) / "bin" / "micropython"
    micropython = Path(os.environ.get("CANDOUR_MICROPYTHON") or runtime)
    vectors = written_by(micropython)
    GOOD.mkdir(parents=True, exist_ok=True)
    for stale in GOOD.glob("*.json"):
        if stale.stem not in vectors:
            stale.unlink()
    for name, vector in sorted(vectors.items()):
        (GOOD / f"{name}.json").write_text(text(vector))
        print(f"{name}: {len(vector['segments'])} segments, {len(vector['frames'])} frames")


if __name__ == "__main__":
    main()
