# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The whole way, once: what the demo leaves behind is verified, and nothing else is.

The demo checks its own steps; here its bundle is attacked through `candour verify`.
"""

from __future__ import annotations

import json
import random
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests import counting
from tools.commands.verify import command
from tools.demo.programs import candour_json
from tools.demo.story import Story

_FLIPS = 1000
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo that went through; its programs have ended."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    with socket.socket() as free:  # demos of other workers take the usual port
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    story = Story(folder, port)
    try:
        story.play()
    finally:
        story.close()
    return folder


@pytest.fixture
def bundle(demo: Path, tmp_path: Path) -> Path:
    """A copy of the demo's bundle, to be spoilt."""
    return Path(shutil.copytree(demo / "bundle", tmp_path / "bundle"))


def _verify(bundle: Path, anchor: Path | None) -> Result:
    trust = ["--anchor", str(anchor)] if anchor else []
    return CliRunner().invoke(command, [*trust, "--json", str(bundle)])


def test_the_bundle_is_verified_with_its_anchor_and_with_none_only_consistent(
    demo: Path,
) -> None:
    assert _verify(demo / "bundle", demo / "anchor").exit_code == 0
    assert _verify(demo / "bundle", None).exit_code == 4


def test_another_force_s_anchor_refuses_it(demo: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    candour_json("provision", "demo", "--force", "demo", "--into", other)
    refused = _verify(demo / "bundle", other / "anchor")
    assert refused.exit_code == 1
    assert json.loads(refused.output)["error"]["code"] == "untrusted"


def test_a_thousand_flipped_bits_are_each_refused_with_their_file(
    demo: Path, bundle: Path, rng: random.Random
) -> None:
    files = sorted(path for path in bundle.rglob("*") if path.is_file())
    sizes = [file.stat().st_size for file in files]
    wrong = []
    for number in range(_FLIPS):
        # Half of them by size, so that segments get their share; half by file.
        file = rng.choices(files, sizes)[0] if number % 2 else rng.choice(files)
        at, bit = rng.randrange(file.stat().st_size), 1 << rng.randrange(8)
        with file.open("r+b") as bytes_of:
            bytes_of.seek(at)
            was = bytes_of.read(1)
            bytes_of.seek(at)
            bytes_of.write(bytes([was[0] ^ bit]))
            bytes_of.flush()
            refused = _verify(bundle, demo / "anchor")
            bytes_of.seek(at)
            bytes_of.write(was)
        named = refused.exit_code == 1 and json.loads(refused.output)["error"]["place"]["file"]
        if not named:
            wrong.append((file.name, at, bit, refused.exit_code))
    counting.record("demo's bundle: single-bit flips", _FLIPS, len(wrong))
    assert wrong == []
    assert _verify(bundle, demo / "anchor").exit_code == 0


def _remove(segments: list[Path]) -> None:
    segments[-1].unlink()


def _swap(segments: list[Path]) -> None:
    first, second = (segment.read_bytes() for segment in segments[:2])
    segments[0].write_bytes(second)
    segments[1].write_bytes(first)


def _double(segments: list[Path]) -> None:
    shutil.copyfile(segments[-1], segments[-1].with_name(f"{len(segments):05}.seg"))


@pytest.mark.parametrize("edit", [_remove, _swap, _double])
def test_a_segment_removed_swapped_or_doubled_is_refused(
    demo: Path, bundle: Path, edit: Callable[[list[Path]], None]
) -> None:
    segments = sorted(bundle.rglob("*.seg"))
    assert len(segments) >= 2
    edit(segments)
    assert _verify(bundle, demo / "anchor").exit_code == 1
