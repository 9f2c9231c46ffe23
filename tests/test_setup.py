# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The set-up: what it takes, what it refuses by name, and that a clone needs nothing else."""

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SETUP = ROOT / "tools" / "setup"


def _run(
    *command: str | Path, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        command,
        cwd=cwd,
        env=own | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _steps(script: str) -> subprocess.CompletedProcess[str]:
    """Run bash with the set-up's own functions loaded."""
    return _run("bash", "-euc", f". {shlex.quote(str(SETUP / 'steps.sh'))}; {script}")


@pytest.mark.device
def test_the_runtime_suits(micropython: Path) -> None:
    result = _run(micropython, SETUP / "probe.py")
    assert (result.returncode, result.stdout[:6]) == (0, "suits ")


def test_another_interpreter_does_not_suit() -> None:
    result = _run(sys.executable, SETUP / "probe.py")
    assert result.returncode == 1
    assert result.stdout.startswith("lacks version: ")


@pytest.mark.parametrize("program", [sys.executable, "/bin/true", "/nowhere/micropython"])
def test_a_named_micropython_that_does_not_suit_is_refused(program: str, tmp_path: Path) -> None:
    result = _run(
        SETUP / "micropython.sh",
        tmp_path / "bin",
        CANDOUR_MICROPYTHON=program,
        CANDOUR_CACHE=str(tmp_path / "cache"),
    )
    assert result.returncode == 1
    assert "error: UnsuitableMicroPython: " in result.stderr
    assert "  next: " in result.stderr
    assert list((tmp_path / "bin").iterdir()) == []


def test_a_source_with_another_digest_stops_the_build(tmp_path: Path) -> None:
    name = "mbedtls_3.6.99.orig.tar.bz2"
    (tmp_path / name).write_bytes(b"another source")
    digest = hashlib.sha256(b"another source").hexdigest()
    pins = tmp_path / "sources.sha256"
    check = f"check_digests {shlex.quote(str(tmp_path))} {shlex.quote(str(pins))}"

    pins.write_text(f"{'0' * 64}  {name}\n")
    refused = _steps(check)
    assert refused.returncode == 1
    assert f"error: UnpinnedSource: not in sources.sha256: {name}={digest}" in refused.stderr

    pins.write_text(f"{digest}  {name}\n")
    assert _steps(check).returncode == 0


def test_no_source_at_all_stops_the_build(tmp_path: Path) -> None:
    pins = SETUP / "sources.sha256"
    result = _steps(f"check_digests {shlex.quote(str(tmp_path))} {shlex.quote(str(pins))}")
    assert "error: UnpinnedSource" in result.stderr


def test_missing_packages_are_named_in_one_line_for_others_than_root(tmp_path: Path) -> None:
    if shutil.which("dpkg-query") is None:
        pytest.skip("no dpkg here: packages are not looked for")
    log = shlex.quote(str(tmp_path / "log"))
    result = _steps(f"id() {{ echo 1000; }}; need {log} candour-no-such candour-nor-such")
    assert result.returncode == 1
    assert "MissingPackages: this system lacks: candour-no-such candour-nor-such" in result.stderr
    assert "next: as root: apt-get install candour-no-such candour-nor-such" in result.stderr


def test_a_failing_step_says_which_and_shows_its_log(tmp_path: Path) -> None:
    log = shlex.quote(str(tmp_path / "log"))
    result = _steps(f"step {log} 'moving a mountain' bash -c 'echo it stays; exit 3'")
    assert result.returncode == 1
    for part in ("moving a mountain ... failed", "  step: moving a mountain", "it stays", "next:"):
        assert part in result.stderr


def test_make_alone_names_every_target() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M)
    shown = _run("make").stdout
    assert targets
    assert [name for name in targets if f"make {name} " not in shown] == []


@pytest.mark.slow
def test_a_clone_in_a_path_with_spaces_sets_itself_up_once(tmp_path: Path) -> None:
    clone = tmp_path / "a clone"
    assert _run("git", "clone", "--quiet", ROOT, clone).returncode == 0
    first = _run("make", "setup", cwd=clone)
    assert first.returncode == 0, first.stderr
    assert "Ready after" in first.stderr
    show = "import evidence; print(evidence.__file__)"
    shown = _run(clone / ".venv/bin/python", "-c", show, cwd=tmp_path)
    assert Path(shown.stdout.strip()).is_relative_to(clone)
    again = _run("make", "setup", cwd=clone)
    assert (again.returncode, again.stderr) == (0, "")
