# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""`captured.json` is a whole JSON list whenever someone reads it."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from sim.captured import Captured
from sim.errors import BadImageError

DIGEST = "0123456789abcdef" * 4


def test_it_is_valid_after_each_frame(tmp_path: Path) -> None:
    path = tmp_path / "captured.json"
    with Captured(path) as captured:
        assert json.loads(path.read_bytes()) == []
        for index in range(700):
            assert captured.append(10**15 + index, DIGEST) == index
            rows = json.loads(path.read_bytes())
            assert len(rows) == index + 1
            assert rows[-1] == {
                "index": index,
                "utc_us": 10**15 + index,
                "jpeg_sha256": DIGEST,
            }
    assert path.read_text().endswith("}\n]\n")


def test_it_is_valid_for_a_reader_beside(tmp_path: Path) -> None:
    path = tmp_path / "captured.json"
    captured = Captured(path)
    done = threading.Event()
    seen: list[int] = []
    failures: list[ValueError] = []

    def read() -> None:
        while not done.is_set():
            try:
                seen.append(len(json.loads(path.read_bytes())))
            except ValueError as error:
                failures.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for index in range(3000):
        captured.append(index, DIGEST)
    done.set()
    reader.join()
    captured.close()
    assert not failures
    assert seen == sorted(seen)


def test_a_list_is_continued(tmp_path: Path) -> None:
    path = tmp_path / "captured.json"
    for _ in range(3):
        with Captured(path) as captured:
            captured.append(1, DIGEST)
    assert [row["index"] for row in json.loads(path.read_bytes())] == [0, 1, 2]


def test_a_room_that_was_killed_leaves_a_list_that_is_continued(tmp_path: Path) -> None:
    path = tmp_path / "captured.json"
    killed = Captured(path)
    killed.append(1, DIGEST)
    with Captured(path) as captured:
        assert captured.append(2, DIGEST) == 1
    assert len(json.loads(path.read_bytes())) == 2


@pytest.mark.parametrize("text", ["{", '{"index": 0}', "[] []"])
def test_another_file_of_that_name_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "captured.json"
    path.write_text(text)
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(BadImageError):
        Captured(path)
    assert path.read_text() == text
    assert len(os.listdir("/proc/self/fd")) == before
