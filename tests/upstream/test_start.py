# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What stops a start, each by its name and exit code; and what a running server leaves behind."""

from __future__ import annotations

import json
import socket
import sqlite3
import stat
from contextlib import closing

import pytest
from click.testing import CliRunner

from tests.upstream.stage import Running, Stage, running
from tests.upstream.test_faults import Case
from tools.cli import main
from upstream import config
from upstream.errors import ConfigError
from upstream.server import open_server


def refused(stage: Stage, *flags: str) -> tuple[int, str]:
    """Exit code and error code of a start that fails."""
    fixed = ["upstream", "run", "--config", str(stage.config), "--json"]
    result = CliRunner().invoke(main, [*fixed, *flags])
    said = json.loads(result.stdout.splitlines()[-1])
    assert said["next"]
    return result.exit_code, said["error"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("port = 70000", "`port`"),
        ("port = true", "`port`"),
        ('port = "x"', "`port`"),
        ("ticket_batch = 49", "`ticket_batch`"),
        ("data = 3", "`data`"),
        ('data = ""', "`data`"),
        ("colour = 1", "`colour`"),
        ("[limits]\nport = 1", "`limits`"),
        ("= nonsense", "not TOML"),
        ("# " + "x" * 70000, "64 KiB"),
    ],
)
def test_a_wrong_configuration_names_its_key(stage: Stage, text: str, names: str) -> None:
    stage.config.write_text(text)
    with pytest.raises(ConfigError) as caught:
        config.load(stage.config, environment={})
    assert names in caught.value.message
    assert refused(stage) == (2, "bad-config")


def test_a_configuration_that_cannot_be_read_is_exit_2(stage: Stage) -> None:
    stage.config.unlink()
    assert refused(stage) == (2, "bad-config")
    stage.config.write_bytes(b"\xff\xfe")
    assert refused(stage) == (2, "bad-config")


def test_environment_goes_over_file_and_flags_over_both(stage: Stage) -> None:
    stage.write_settings(workers=3)
    environment = {"CANDOUR_UPSTREAM_WORKERS": "5", "CANDOUR_UPSTREAM_PORT": "7", "HOME": "x"}
    settings = config.load(stage.config, {"port": 9, "host": None}, environment)
    assert (settings.workers, settings.port, settings.host) == (5, 9, "127.0.0.1")
    with pytest.raises(ConfigError, match="`no_such`"):
        config.load(stage.config, {}, {"CANDOUR_UPSTREAM_NO_SUCH": "5"})


@pytest.mark.parametrize(
    "name",
    ["service.key", "service.cose", "root.cose", "tls.pem", "tls.key", "dock-ca.pem"],
)
@pytest.mark.parametrize("damage", ["gone", "garbage"])
def test_an_identity_that_is_not_whole_is_exit_2(stage: Stage, name: str, damage: str) -> None:
    path = stage.folder / "upstream" / name
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(b"garbage")
    assert refused(stage) == (2, "bad-identity")


def test_a_foreign_service_key_is_refused(stage: Stage) -> None:
    other = Stage(stage.folder / "other")
    key = stage.folder / "upstream" / "service.key"
    key.write_bytes((other.folder / "upstream" / "service.key").read_bytes())
    assert refused(stage) == (2, "bad-identity")


def test_a_service_key_that_others_can_read_is_refused(stage: Stage) -> None:
    (stage.folder / "upstream" / "service.key").chmod(0o640)
    assert refused(stage) == (2, "bad-identity")


def test_a_busy_port_is_exit_3(stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert refused(stage, "--port", str(taken.getsockname()[1])) == (3, "address-busy")
    assert refused(stage, "--host", "256.1.1.1") == (3, "address-busy")


def test_one_data_folder_has_one_server(stage: Stage) -> None:
    with running(stage):
        assert refused(stage) == (3, "data-in-use")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entries SET entry = zeroblob(100) WHERE seq = 1",
        "DELETE FROM entries WHERE seq = 1",
        "DELETE FROM entries WHERE seq = 3",
        "UPDATE segments SET digest = zeroblob(32) WHERE segment = 1",
        "UPDATE entries SET hash = zeroblob(32) WHERE seq = 2",
    ],
)
def test_a_log_that_was_touched_stops_the_start(stage: Stage, damage: str) -> None:
    case = Case(stage, segments=3)
    server = open_server(stage.settings())
    for number in range(3):
        case.take(server, number)
    server.close()
    with closing(sqlite3.connect(stage.data / "evidence.sqlite")) as connection, connection:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute("DELETE FROM entries")
        connection.execute("DROP TRIGGER entries_no_update")
        connection.execute("DROP TRIGGER entries_no_delete")
        connection.execute(damage)
    assert refused(stage) == (3, "data-damaged")


def test_a_database_that_is_none_stops_the_start(stage: Stage) -> None:
    stage.data.mkdir()
    (stage.data / "evidence.sqlite").write_bytes(b"nothing" * 1000)
    assert refused(stage) == (3, "data-damaged")


def test_a_running_server_says_where_it_is_and_stops_cleanly(stage: Stage) -> None:
    server = Running(stage)
    address, page = stage.data / "address", stage.data / "page"
    assert address.read_text() == f"127.0.0.1:{server.port}\n"
    assert page.read_text() == server.page + "\n"
    assert server.page.startswith("http://127.0.0.1:")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert stat.S_IMODE(stage.data.stat().st_mode) == 0o700
    client = server.client(stage.context())
    assert client.get("/health").status_code == 200
    assert server.stop() == 0
    assert not address.exists()
    assert not page.exists()
