# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Settings that can't be read or are wrong: key and line are named, exit code 2."""

from __future__ import annotations

import random
import subprocess
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import pytest

from dock.config import Config, load
from dock.errors import ConfigError, DockError, LinkError, SpoolError, UpstreamError
from tests import counting
from tests.dock.stage import Site, command
from tests.upstream.stage import Stage


def written(folder: Path, text: str | bytes) -> Path:
    """A settings file."""
    path = folder / "dock.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


WRONG = [
    ("window_bytes = 0", "`window_bytes` (line 3)", "from 16384 to 1048576"),
    ('window_bytes = "many"', "`window_bytes` (line 3)", "whole number"),
    ("window_bytes = true", "`window_bytes` (line 3)", "whole number"),
    ("windw_bytes = 1", "`windw_bytes` (line 3)", "is not a setting"),
    ('ports = "a"\nports = "b"', "line 4", "not TOML"),
    ("ports = [1]", "`ports` (line 3)", "list of paths"),
    ('spool = ""', "`spool` (line 3)", "not empty"),
    ('upstream_url = "http://localhost"', "`upstream_url` (line 3)", "https://HOST"),
    ('upstream_url = "https://h:99999"', "`upstream_url` (line 3)", "https://HOST"),
    ("[limits]\nwindow_bytes = 1", "`limits` (line 3)", "is not a setting"),
    ("= 1", "line 3", "not TOML"),
]


@pytest.mark.parametrize(("line", "where", "what"), WRONG, ids=[case[0] for case in WRONG])
def test_a_wrong_setting_is_named_with_its_line(
    tmp_path: Path, line: str, where: str, what: str
) -> None:
    path = written(tmp_path, f'# A dock.\nname = "dock-1"\n{line}\n')
    with pytest.raises(ConfigError) as caught:
        load(path, environment={})
    assert where in caught.value.message
    assert what in caught.value.message


def test_files_that_are_none_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.toml", tmp_path, written(tmp_path, b"\xff\xfe")):
        with pytest.raises(ConfigError):
            load(path, environment={})
    with pytest.raises(ConfigError, match="64 KiB"):
        load(written(tmp_path, "#" * 70_000), environment={})


def test_flag_goes_before_environment_before_file(tmp_path: Path) -> None:
    path = written(tmp_path, 'uploads = 3\norders = 3\ngets = 3\nspool = "s"\n')
    environment = {"CANDOUR_DOCK_ORDERS": "4", "CANDOUR_DOCK_GETS": "4", "PATH": "x"}
    config = load(path, {"gets": 5, "ports": ()}, environment)
    assert (config.uploads, config.orders, config.gets) == (3, 4, 5)
    assert config.spool == tmp_path / "s"
    with pytest.raises(ConfigError, match="CANDOUR_DOCK_GETS"):
        load(path, environment={"CANDOUR_DOCK_GETS": "x"})


def test_defaults_are_within_their_bounds(tmp_path: Path) -> None:
    assert load(None, environment={}).window_bytes == Config().window_bytes


def test_noise_never_raises_anything_else(tmp_path: Path, rng: random.Random) -> None:
    source = (Path(__file__).parents[2] / "pyproject.toml").read_bytes()

    def check(seed: int) -> None:
        draw = random.Random(seed)
        data = bytearray(draw.choice([source, b"window_bytes = 65536\n", draw.randbytes(300)]))
        for _ in range(draw.randrange(4)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        with suppress(ConfigError):
            load(written(tmp_path, bytes(data)), environment={})

    counting.each("dock settings, noise", (rng.randrange(1 << 32) for _ in range(500)), check)


@pytest.mark.parametrize(
    "name", ["tls.pem", "tls.key", "camera-ca.pem", "client.pem", "server-ca.pem", "anchor"]
)
def test_a_bad_file_of_identity_ends_the_command_with_2(tmp_path: Path, name: str) -> None:
    stage = Stage(tmp_path)
    (stage.folder / "dock" / name).write_bytes(b"not this")
    config = stage.folder / "dock" / "dock.toml"
    flags = ["--config", str(config), "--upstream-url", "https://localhost:1", "--once"]
    ended = subprocess.run(command("run", *flags), capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2, ended.stderr
    assert "bad-config" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_delegation_of_another_force_ends_with_2(tmp_path: Path, site: Site) -> None:
    stage, other = Stage(tmp_path / "a"), Stage(tmp_path / "b")
    other_statement = (other.folder / "dock" / "service.cose").read_bytes()
    (stage.folder / "dock" / "service.cose").write_bytes(other_statement)
    flags = ["--config", str(stage.folder / "dock" / "dock.toml")]
    flags += ["--upstream-url", "https://localhost:1"]
    ended = subprocess.run(command("run", *flags), capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert "service_statement" in ended.stderr


def test_not_drained_in_time_ends_with_3(site: Site) -> None:
    assert site.drain(9, within_s=0.2) == 3


def test_every_setting_and_error_code_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    section = text.split(". The docking station", 1)[1]
    tree: list[type[DockError]] = [ConfigError, LinkError, SpoolError, UpstreamError]
    for each in tree:
        tree += each.__subclasses__()
    named = [each.name for each in fields(Config)] + [each.code for each in tree]
    assert [name for name in named if f"`{name}`" not in section and name != "upstream"] == []
