# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""SIGKILL of the real server while segments arrive: what it acknowledged it has, exactly once."""

from __future__ import annotations

import os
import random
import signal
import threading
from pathlib import Path

import httpx
import pytest

from tests.counting import each
from tests.evidence.writer import Writer
from tests.upstream.stage import Footage, Running, Stage, running


class Delivery:
    """Brings segments until the server is gone; tells how far it came."""

    def __init__(self, footage: Footage, made: Writer, segments: list[bytes]) -> None:
        self.footage = footage
        self.made = made
        self.segments = segments
        self.given: list[bytes] = []

    def run(self) -> None:
        """Bring what is left."""
        try:
            for number in range(len(self.given), len(self.segments)):
                answer = self.footage.put(self.made, number, self.segments[number])
                self.footage.receipt(answer)
                self.given.append(answer.content)
        except httpx.TransportError:
            return


def kill_at(server: Running, folder: Path, pattern: str, worker: threading.Thread) -> None:
    """Kill it as soon as a file of this name is there, or when all was brought."""
    while worker.is_alive() and not any(folder.glob(pattern)):
        os.sched_yield()
    server.stop(signal.SIGKILL)


@pytest.mark.slow
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, rng: random.Random) -> None:
    force = Stage(tmp_path / "first").force

    def check(case: tuple[int, str]) -> None:
        number, what = case
        stage = Stage(tmp_path / f"{number}{what}", force)
        with running(stage) as server:
            footage = Footage(server)
            made = footage.writer()
            delivery = Delivery(footage, made, made.segments(5))
            worker = threading.Thread(target=delivery.run)
            worker.start()
            folder = stage.data / "objects" / made.recording_id.hex()
            kill_at(server, folder, f"{number:05}{what}", worker)
            worker.join(30)
        given = list(delivery.given)
        with running(stage) as server:
            again = Footage(server)
            repeated = Delivery(again, made, delivery.segments)
            repeated.run()
            assert repeated.given[: len(given)] == given
            assert len(repeated.given) == 5
            assert server.stop() == 0
        assert len(list(folder.iterdir())) == 5

    places = [(number, what) for number in range(5) for what in (".*.part", "-*.seg")]
    each("upstream: SIGKILL while segments arrive", rng.sample(places, 6), check)
