# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The server's settings: one frozen dataclass, read from TOML, then environment, then flags.

A wrong or unknown key is a `ConfigError` that names it; nothing is read at import. Relative paths
are relative to the TOML file's folder. docs/operations.md lists every key.
"""

from __future__ import annotations

import dataclasses
import os
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from upstream.errors import ConfigError

_ENVIRONMENT = "CANDOUR_UPSTREAM_"
_MAX_CONFIG_BYTES = 64 * 1024


def _bounded(default: int, low: int, high: int) -> typing.Any:
    return field(default=default, metadata={"low": low, "high": high})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting with its unit (in its name) and its default."""

    # Where it listens. The page has a loopback listener of its own.
    host: str = "127.0.0.1"
    port: int = _bounded(8443, 0, 65535)
    page_port: int = _bounded(0, 0, 65535)

    # What it is, and what it keeps.
    data: Path = Path("data")
    cameras: Path = Path("cameras")
    service_key: Path = Path("service.key")
    service_statement: Path = Path("service.cose")
    root_statement: Path = Path("root.cose")
    tls_certificate: Path = Path("tls.pem")
    tls_key: Path = Path("tls.key")
    dock_ca: Path = Path("dock-ca.pem")
    staff_ca: Path = Path("staff-ca.pem")

    # Limits of what it takes.
    connections: int = _bounded(512, 8, 65536)
    header_timeout_s: int = _bounded(20, 1, 3600)
    body_timeout_s: int = _bounded(60, 1, 3600)
    keep_alive_s: int = _bounded(75, 1, 3600)
    uploads: int = _bounded(16, 1, 256)
    uploads_a_dock: int = _bounded(8, 1, 256)
    workers: int = _bounded(4, 1, 64)
    listed_recordings: int = _bounded(500, 1, 5000)
    reserve_bytes: int = _bounded(64 * 1024 * 1024, 0, 1 << 50)
    shutdown_s: int = _bounded(15, 1, 600)
    clock_slack_s: int = _bounded(60, 1, 86400)

    # Tickets (docs/format.md §10).
    ticket_batch: int = _bounded(32, 1, 48)
    ticket_refill_below: int = _bounded(16, 1, 48)
    ticket_use_by_s: int = _bounded(14 * 86400, 60, 366 * 86400)


def load(
    path: Path | None,
    flags: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Settings of the TOML file at `path`, overridden by the environment, then by `flags`."""
    folder = path.resolve().parent if path is not None else Path.cwd()
    values: dict[str, object] = dict(_read(path)) if path is not None else {}
    for name, text in (os.environ if environment is None else environment).items():
        if name.startswith(_ENVIRONMENT):
            values[name.removeprefix(_ENVIRONMENT).lower()] = text
    values.update({key: value for key, value in (flags or {}).items() if value is not None})
    types = typing.get_type_hints(Settings)
    known = {each.name: each for each in dataclasses.fields(Settings)}
    for key in values:
        if key not in known:
            raise ConfigError(f"`{key}` is not a setting of the server.")
    arguments = {key: _value(known[key], types[key], value) for key, value in values.items()}
    settings = Settings(**arguments)
    rooted: dict[str, typing.Any] = {
        key: folder / value
        for key in known
        if isinstance(value := getattr(settings, key), Path) and not value.is_absolute()
    }
    return dataclasses.replace(settings, **rooted)


def _read(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_CONFIG_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"The configuration file cannot be read: {error.strerror}.") from error
    if len(text) > _MAX_CONFIG_BYTES:
        raise ConfigError("The configuration file is longer than 64 KiB.")
    try:
        return tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The configuration file is not TOML: {error}.") from error


def _value(entry: dataclasses.Field[object], kind: object, value: object) -> typing.Any:
    if kind is int:
        return _integer(entry, value)
    if not isinstance(value, str | Path) or not str(value):
        raise ConfigError(f"`{entry.name}` must be a text that is not empty.")
    return Path(value) if kind is Path else str(value)


def _integer(entry: dataclasses.Field[object], value: object) -> int:
    low, high = entry.metadata["low"], entry.metadata["high"]
    if isinstance(value, str):
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
            raise ConfigError(f"`{entry.name}` must be a whole number.")
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ConfigError(f"`{entry.name}` must be a whole number from {low} to {high}.")
    return value
