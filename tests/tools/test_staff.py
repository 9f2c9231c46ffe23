# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""`candour open` and `candour export` against the real server, by the real command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import av
import pytest
from click.testing import CliRunner, Result

from tests.evidence.writer import Body, Writer
from tests.tools.test_mp4 import jpeg
from tests.upstream.stage import Footage, Running, Stage, running
from tools.cli import main


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that staff.toml points to."""
    with running(Stage(tmp_path_factory.mktemp("staff"))) as server:
        toml = server.stage.folder / "staff" / "staff.toml"
        text = toml.read_text().replace("https://localhost:0", f"https://localhost:{server.port}")
        toml.write_text(text)
        yield server


@pytest.fixture(scope="module")
def recording(server: Running) -> tuple[Writer, list[Body]]:
    """A recording of real pictures, a marker among them."""
    footage = Footage(server)
    made = footage.writer()
    bodies: list[Body] = []
    for number in range(3):
        data = made.begin()
        group = [
            Body(each.kind, jpeg(320, 136, 40 * number + place), each.mono_us)
            for place, each in enumerate(made.frames(10))
        ]
        group.append(made.marker())
        data += made.group(group, 1 if number == 2 else 0)
        bodies += group
        footage.receipt(footage.put(made, number, data))
    return made, bodies


def candour(server: Running, command: str, *arguments: str | Path) -> tuple[Result, Any]:
    """Run a staff command with --json; the result and what it said."""
    config = str(server.stage.folder / "staff" / "staff.toml")
    fixed = [command, "--config", config, "--reason", "case 17", "--json"]
    result = CliRunner().invoke(main, [*fixed, *map(str, arguments)])
    return result, json.loads(result.stdout) if result.stdout.startswith("{") else None


def test_open_writes_the_very_frames(
    server: Running, recording: tuple[Writer, list[Body]], tmp_path: Path
) -> None:
    made, bodies = recording
    name = made.recording_id.hex()
    result, said = candour(server, "open", "--into", tmp_path / "frames", name)
    assert result.exit_code == 0, result.output
    assert (said["recording"], said["frames"]) == (made.recording_id.hex(), 30)
    pictures = [body for body in bodies if body.kind == 1]
    told = json.loads((tmp_path / "frames" / "frames.json").read_text())
    for number, (body, row) in enumerate(zip(pictures, told, strict=True)):
        data = (tmp_path / "frames" / f"{number:06}.jpg").read_bytes()
        assert data == body.plaintext
        assert row["index"] == number
        assert (row["mono_us"], row["sha256"]) == (body.mono_us, sha256(data).hexdigest())
    events = json.loads((tmp_path / "frames" / "events.json").read_text())
    assert [event["event"] for event in events] == ["marker"] * 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["frames"]


def test_export_makes_film_and_verified_bundle(
    server: Running, recording: tuple[Writer, list[Body]], tmp_path: Path
) -> None:
    made, bodies = recording
    where = ("--mp4", tmp_path / "film.mp4", "--bundle", tmp_path / "bundle")
    result, said = candour(server, "export", *where, made.recording_id.hex()[:6])
    assert result.exit_code == 0, result.output
    assert (said["frames"], said["damaged"]) == (30, [])
    assert said["verdict"]["verdict"] == "verified"
    times = [body.mono_us for body in bodies if body.kind == 1]
    with av.open(str(tmp_path / "film.mp4")) as container:
        pts = [frame.pts for frame in container.decode(video=0)]
    assert pts == [at - times[0] for at in times]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle", "film.mp4"]
    again, refusal = candour(server, "export", *where, "latest")
    assert (again.exit_code, refusal["error"]) == (2, "output")


def test_the_latest_is_the_one_that_arrived_last(server: Running, tmp_path: Path) -> None:
    footage = Footage(server, seed=6, name="camera-6")
    made = footage.writer()
    footage.receipt(footage.put(made, 0, made.segments(1)[0]))
    _, said = candour(server, "open", "--into", tmp_path / "frames", "latest")
    assert said["recording"] == made.recording_id.hex()


def test_a_bundle_without_an_anchor_is_only_consistent(
    server: Running, recording: tuple[Writer, list[Body]], tmp_path: Path
) -> None:
    made, _ = recording
    toml = server.stage.folder / "staff" / "staff.toml"
    bare = toml.with_name("bare.toml")
    bare.write_text(toml.read_text().replace('anchor = "../anchor"\n', ""))
    arguments = ["export", "--config", str(bare), "--reason", "r", "--bundle"]
    result = CliRunner().invoke(main, [*arguments, str(tmp_path / "b"), made.recording_id.hex()])
    assert result.exit_code == 4, result.output


@pytest.mark.parametrize(
    ("name", "code"), [("0" * 32, "which-recording"), ("nonsense", "which-recording")]
)
def test_a_name_of_no_recording_is_a_usage_error(
    server: Running, tmp_path: Path, name: str, code: str
) -> None:
    result, said = candour(server, "open", "--into", tmp_path / "x", name)
    assert (result.exit_code, said["error"]) == (2, code)
    assert list(tmp_path.iterdir()) == []


def test_damage_in_the_store_is_refused_and_leaves_nothing(
    server: Running, tmp_path: Path
) -> None:
    footage = Footage(server, seed=5, name="camera-5")
    made = footage.writer()
    footage.receipt(footage.put(made, 0, made.segments(1)[0]))
    (path,) = server.stage.data.glob(f"objects/{made.recording_id.hex()}/*.seg")
    data = bytearray(path.read_bytes())
    data[700] ^= 1
    path.write_bytes(data)
    name = made.recording_id.hex()
    result, said = candour(server, "open", "--into", tmp_path / "x", name)
    assert result.exit_code == 1, result.output
    assert said["next"]
    result, _ = candour(server, "export", "--bundle", tmp_path / "b", name)
    assert result.exit_code == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ('upstream_url = "http://x"', "upstream_url"),
        ("certificate = 3", "certificate"),
        ('more = "x"', "more"),
        ("= =", "TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, line: str, names: str) -> None:
    config = tmp_path / "staff.toml"
    config.write_text(line)
    arguments = ["open", "--config", str(config), "--reason", "r", "--into", str(tmp_path / "x")]
    result = CliRunner().invoke(main, [*arguments, "latest"])
    assert result.exit_code == 2
    assert names in result.stderr


def test_a_server_that_is_not_there_is_exit_3(server: Running, tmp_path: Path) -> None:
    toml = server.stage.folder / "staff" / "staff.toml"
    gone = toml.with_name("gone.toml")
    gone.write_text(toml.read_text().replace(f":{server.port}", ":1"))
    arguments = ["open", "--config", str(gone), "--reason", "r", "--into", str(tmp_path / "x")]
    result = CliRunner().invoke(main, [*arguments, "latest"])
    assert result.exit_code == 3
    assert "unreachable" in result.stderr


def test_export_wants_to_know_what_to_make(server: Running) -> None:
    assert candour(server, "export", "latest")[0].exit_code == 2
