# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""`candour verify` on a disk: exit codes, plain words; tampering is refused with its place."""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evidence import layout
from evidence.archive import write_archive
from evidence.chunk import ChunkHeader
from tests import counting
from tests.evidence.records import split
from tests.evidence.writer import Camera, Force, Writer
from tools.commands.verify import command

FLIPS = 1000
FORCE, CAMERA = Force(), Camera()
ONE, TWO = Writer(CAMERA, number=1), Writer(CAMERA, number=2)
FILES = FORCE.bundle(
    CAMERA,
    {ONE.recording_id: ONE.segments(count=3), TWO.recording_id: TWO.segments(count=2)},
)
SEGMENTS = [layout.segment_path(ONE.recording_id, number) for number in range(3)]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


class Bench:
    """A bundle on disk, its anchor beside it."""

    def __init__(self, root: Path) -> None:
        self.bundle, self.anchor = root / "bundle", root / "anchor"
        self.anchor.write_bytes(FORCE.anchor().render())
        for path, data in FILES.items():
            (self.bundle / path).parent.mkdir(parents=True, exist_ok=True)
            (self.bundle / path).write_bytes(data)

    def path(self, name: str) -> Path:
        return self.bundle / name

    def verdict(self, *more: str) -> tuple[int, dict[str, Any]]:
        result = run("--anchor", self.anchor, "--json", *more, self.bundle)
        said = json.loads(result.output)
        assert said["exit"] == result.exit_code
        return result.exit_code, said

    def refused(self, file: str | None = None) -> dict[str, Any]:
        code, said = self.verdict()
        assert (code, said["verdict"]) == (1, "refused")
        error: dict[str, Any] = said["error"]
        assert error["next"]
        assert file is None or error["place"]["file"] == file
        return error


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_good_bundle_is_0_with_an_anchor_and_4_without(bench: Bench) -> None:
    code, said = bench.verdict()
    assert (code, said["verdict"], said["force"]) == (0, "verified", "demo")
    totals = {r["number"]: r for r in said["recordings"]}
    assert totals[1]["pictures"] == 24
    assert (totals[1]["recording_ms"], totals[1]["light_ms"]) == (1200, 600)
    assert (totals[1]["beeps_sounded"], totals[1]["beeps_heard"]) == (6, 6)
    result = run(bench.bundle)
    assert result.exit_code == 4
    assert "checked against no anchor" in result.output


def test_the_words_say_what_was_proven_and_what_was_not(bench: Bench) -> None:
    result = run("--anchor", bench.anchor, bench.bundle)
    assert result.exit_code == 0
    for words in (
        "VERIFIED against the anchor of force demo",
        "24 pictures, 6 events",
        "light, which flashes, seen on for 0.6 of 1.2 s; beeps heard: 6 of 6 sounded",
        "Proven:",
        "Not proven:",
        "scene was true",
        "clock was right",
        "what firmware of that digest measured",
    ):
        assert words in result.output


def test_every_flipped_bit_of_a_bundle_is_1_with_the_file_named(bench: Bench) -> None:
    source = random.Random(1000)
    paths = sorted(FILES)
    weights = [len(FILES[path]) for path in paths]

    def flip(_: int) -> None:
        # Half by size, half by file, so that the small files are hit as well.
        by_size = source.choices(paths, weights)[0]
        path = by_size if source.random() < 0.5 else source.choice(paths)
        data = bytearray(FILES[path])
        data[source.randrange(len(data))] ^= 1 << source.randrange(8)
        bench.path(path).write_bytes(data)
        bench.refused(path)
        bench.path(path).write_bytes(FILES[path])

    counting.each("evidence: flipped bits of a bundle, by candour verify", range(FLIPS), flip)
    assert bench.verdict()[0] == 0


def test_a_flip_in_a_frame_names_segment_group_and_byte(bench: Bench) -> None:
    records = split(FILES[SEGMENTS[1]])
    begin = sum(map(len, records[:9]))
    data = bytearray(FILES[SEGMENTS[1]])
    data[begin + 100] ^= 1
    bench.path(SEGMENTS[1]).write_bytes(data)
    error = bench.refused(SEGMENTS[1])
    assert error["code"] == "bad-digest"
    place = error["place"]
    assert (place["segment"], place["group"]) == (1, ChunkHeader.unpack(records[9]).group)
    assert place["offset"] == sum(map(len, records[:7]))
    result = run("--anchor", bench.anchor, bench.bundle)
    assert f"file {SEGMENTS[1]}, segment 1, group 3, byte {place['offset']}" in result.output


def _records_edited(path: str) -> list[tuple[str, bytes]]:
    """Every record of a segment removed, doubled, swapped with the next; cut at each boundary."""
    records = split(FILES[path])
    edits = []
    for at in range(len(records)):
        edits.append(("removed", b"".join(records[:at] + records[at + 1 :])))
        edits.append(("doubled", b"".join(records[: at + 1] + records[at:])))
        edits.append(("cut", b"".join(records[:at])))
        if at + 1 < len(records):
            swapped = [*records[:at], records[at + 1], records[at], *records[at + 2 :]]
            edits.append(("swapped", b"".join(swapped)))
    return edits


def test_every_structural_edit_of_a_segment_is_1(bench: Bench) -> None:
    cases = [(path, edit) for path in SEGMENTS for edit in _records_edited(path)]

    def check(case: tuple[str, tuple[str, bytes]]) -> None:
        path, (_, data) = case
        bench.path(path).write_bytes(data)
        bench.refused(path)
        bench.path(path).write_bytes(FILES[path])

    counting.each("evidence: records moved, by candour verify", cases, check)


def test_segments_removed_swapped_doubled_and_foreign_are_1(bench: Bench) -> None:
    first, second, third = map(bench.path, SEGMENTS)
    other = FILES[layout.segment_path(TWO.recording_id, 1)]

    def restored(edit: Callable[[], object], file: str) -> None:
        edit()
        bench.refused(file)
        for path in SEGMENTS:
            bench.path(path).write_bytes(FILES[path])

    restored(second.unlink, SEGMENTS[1])
    restored(lambda: (first.rename(first.with_suffix(".x")), second.rename(first)), SEGMENTS[1])
    first.with_suffix(".x").unlink()
    restored(lambda: third.write_bytes(FILES[SEGMENTS[1]]), SEGMENTS[2])
    restored(lambda: second.write_bytes(other), SEGMENTS[1])
    doubled = bench.path(SEGMENTS[2].replace("00002", "00003"))
    doubled.write_bytes(FILES[SEGMENTS[2]])
    bench.refused(str(doubled.relative_to(bench.bundle)))


def test_another_forces_anchor_is_1(bench: Bench) -> None:
    bench.anchor.write_bytes(Force(name="other", seed=9).anchor().render())
    assert bench.refused(layout.ROOT)["code"] == "untrusted"


def test_links_pipes_and_deep_folders_in_a_bundle_are_1(bench: Bench) -> None:
    second = bench.path(SEGMENTS[1])
    second.rename(bench.bundle.parent / "elsewhere")
    second.symlink_to(bench.bundle.parent / "elsewhere")
    assert bench.refused(SEGMENTS[1])["code"] == "bad-structure"
    second.unlink()
    os.mkfifo(second)
    assert bench.refused(SEGMENTS[1])["code"] == "bad-structure"
    second.unlink()
    second.write_bytes(FILES[SEGMENTS[1]])
    deep = bench.bundle / "recordings" / "a" / "b"
    deep.mkdir(parents=True)
    assert bench.refused("recordings/a/b")["code"] == "bad-structure"


def test_an_odd_file_name_is_escaped_and_1(bench: Bench) -> None:
    (bench.bundle / "x\x1b[2J").write_bytes(b"")
    assert bench.refused()["place"]["file"] == "x\\x1b[2J"
    result = run(bench.bundle)
    assert result.exit_code == 1
    assert "\x1b" not in result.output


def test_a_large_file_is_refused_unread(bench: Bench) -> None:
    with bench.path(SEGMENTS[0]).open("r+b") as file:
        file.truncate(1 << 40)
    assert bench.refused(SEGMENTS[0])["code"] == "segment-too-long"


def test_a_zip_is_read_like_a_folder(bench: Bench, tmp_path: Path) -> None:
    archive = tmp_path / "bundle.zip"
    data = b"".join(write_archive(sorted(FILES.items())))
    archive.write_bytes(data)
    assert run("--anchor", bench.anchor, archive).exit_code == 0
    assert run(archive).exit_code == 4
    source = random.Random(7)
    for _ in range(100):
        flipped = bytearray(data)
        flipped[source.randrange(len(data))] ^= 1 << source.randrange(8)
        archive.write_bytes(flipped)
        assert run("--anchor", bench.anchor, archive).exit_code == 1


def test_what_is_no_bundle_is_1(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run("--anchor", bench.anchor, tmp_path / "empty").exit_code == 1
    (tmp_path / "text").write_text("no zip at all, but long enough to look for its end")
    assert run("--anchor", bench.anchor, tmp_path / "text").exit_code == 1


def test_bad_arguments_are_2_and_what_cannot_be_read_is_3(bench: Bench, tmp_path: Path) -> None:
    assert run().exit_code == 2
    assert run("--nonsense", bench.bundle).exit_code == 2
    (tmp_path / "bad").write_text("{}")
    result = run("--anchor", tmp_path / "bad", bench.bundle)
    assert result.exit_code == 2
    assert "anchor again" in result.output
    result = run("--anchor", bench.anchor, tmp_path / "nowhere")
    assert result.exit_code == 3
    assert "No such file" in result.output
    assert run("--anchor", tmp_path / "nowhere", bench.bundle).exit_code == 3
    assert run("--anchor", tmp_path, bench.bundle).exit_code == 3
