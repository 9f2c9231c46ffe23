# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What is flashed compiles for both classes of board, native and viper code included.

armv7emsp is the OpenMV N6 (Cortex-M55), xtensawin the ESP32-S3.
"""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FLASHED = sorted((ROOT / "firmware").rglob("*.py")) + sorted(ROOT.glob("hw/generated/*/*.py"))
ARCHITECTURES = ["armv7emsp", "xtensawin"]

pytestmark = pytest.mark.device


def _compile(mpy_cross: Path, architecture: str, source: Path, into: Path) -> str:
    """The compiler's complaint; empty when it wrote a module."""
    result = subprocess.run(
        [mpy_cross, f"-march={architecture}", "-o", into, source],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if result.returncode == 0 else result.stderr or f"exit code {result.returncode}"


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("source", FLASHED, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_compiles(mpy_cross: Path, architecture: str, source: Path, tmp_path: Path) -> None:
    compiled = tmp_path / "module.mpy"
    assert _compile(mpy_cross, architecture, source, compiled) == ""
    assert compiled.read_bytes()[:2] == b"M\x06"  # .mpy version 6: MicroPython 1.20 and later


def test_there_is_firmware_to_compile() -> None:
    assert len(FLASHED) > 20


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize(
    "source",
    [
        "def f(:\n    pass\n",
        "import micropython\n@micropython.viper\ndef f(a: float) -> int:\n    return a\n",
        "import micropython\n@micropython.asm_x64\ndef f():\n    pass\n",
    ],
    ids=["syntax", "viper type", "another machine's assembler"],
)
def test_what_cannot_run_on_a_board_is_refused(
    mpy_cross: Path, architecture: str, source: str, tmp_path: Path
) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(source)
    assert "Error" in _compile(mpy_cross, architecture, planted, tmp_path / "planted.mpy")
