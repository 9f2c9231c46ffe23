# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The dock's settings and limits: one frozen dataclass; TOML, then environment, then flags.

Every limit has its unit in its name and its default here. Paths in the file are relative to the
file's folder. A wrong file, key or value is a ConfigError that names key and line.
"""

import os
import re
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dock.errors import ConfigError

_ENVIRONMENT = "CANDOUR_DOCK_"
_FILE_BYTES = 64 * 1024


def _bounded(default: int, low: int, high: int) -> Any:
    return field(default=default, metadata={"low": low, "high": high})


@dataclass(frozen=True, kw_only=True)
class Config:
    """All settings of one dock."""

    name: str = "dock"
    ports: tuple[str, ...] = ()  # paths or patterns; a port may come and go
    upstream_url: str = "https://127.0.0.1:8443"
    spool: Path = Path("spool")

    # Who it is, and whom it believes.
    link_certificate: Path = Path("tls.pem")
    link_key: Path = Path("tls.key")
    camera_ca: Path = Path("camera-ca.pem")
    client_certificate: Path = Path("client.pem")
    client_key: Path = Path("client.key")
    server_ca: Path = Path("server-ca.pem")
    anchor: Path = Path("anchor")
    service_statement: Path = Path("service.cose")

    # The link (docs/link.md).
    window_bytes: int = _bounded(1 << 20, 1 << 14, 1 << 20)  # asked for and not yet come
    run_bytes: int = _bounded(1 << 18, 1 << 12, 1 << 18)  # of one get
    gets: int = _bounded(16, 1, 32)  # outstanding
    orders: int = _bounded(4, 1, 8)  # outstanding
    hello_ms: int = _bounded(2_000, 10, 60_000)
    handshake_ms: int = _bounded(30_000, 100, 600_000)
    silence_ms: int = _bounded(20_000, 50, 600_000)
    run_ms: int = _bounded(120_000, 100, 3_600_000)  # for one run, however it trickles
    noise_bytes: int = _bounded(65_536, 1_024, 1 << 20)
    entries: int = _bounded(65_536, 32, 1 << 20)  # of one listing
    read_period_us: int = _bounded(2_000, 0, 100_000)
    read_ahead_bytes: int = _bounded(1 << 19, 1 << 14, 1 << 24)

    # Bays.
    scan_ms: int = _bounded(500, 10, 60_000)  # looking for ports
    rest_ms: int = _bounded(300_000, 10, 86_400_000)  # behind a session that left nothing to do
    retry_least_ms: int = _bounded(1_000, 1, 600_000)
    retry_most_ms: int = _bounded(60_000, 1, 3_600_000)
    patience_ms: int = _bounded(60_000, 10, 3_600_000)  # for receipts, in a session

    # The spool.
    spool_bytes: int = _bounded(64 << 30, 1 << 14, 1 << 50)
    reserve_bytes: int = _bounded(64 << 20, 0, 1 << 50)  # of the disk, left free
    checkpoint_bytes: int = _bounded(1 << 20, 1 << 14, 8 << 20)
    quarantine_bytes: int = _bounded(1 << 30, 1 << 14, 1 << 50)  # of one camera
    pulls: int = _bounded(3, 1, 100)  # of a segment that does not verify
    keep_s: int = _bounded(31 * 86_400, 60, 366 * 86_400)  # what is known of a receipt

    # The way upstream.
    uploads: int = _bounded(2, 1, 64)
    connect_ms: int = _bounded(10_000, 10, 600_000)
    answer_ms: int = _bounded(60_000, 10, 600_000)
    answer_bytes: int = _bounded(64 << 10, 1 << 13, 1 << 20)
    backoff_least_ms: int = _bounded(500, 1, 600_000)
    backoff_most_ms: int = _bounded(300_000, 1, 86_400_000)


def load(
    path: Path | None,
    flags: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Config:
    """The settings of the file at `path`, overridden by CANDOUR_DOCK_*, then by `flags`."""
    folder = path.resolve().parent if path is not None else Path.cwd()
    values: dict[str, object] = {}
    text = ""
    if path is not None:
        text = _read(path)
        values = _parse(text)
    sources = dict.fromkeys(values, "")
    for name, given in (os.environ if environment is None else environment).items():
        if name.startswith(_ENVIRONMENT):
            values[name.removeprefix(_ENVIRONMENT).lower()] = given
            sources[name.removeprefix(_ENVIRONMENT).lower()] = f" (from {name})"
    for key, flag in (flags or {}).items():
        if flag is not None and flag != ():
            values[key], sources[key] = flag, f" (from --{key.replace('_', '-')})"
    arguments = {}
    for key, value in values.items():
        try:
            arguments[key] = _value(key, value)
        except ConfigError as error:
            where = sources[key] or _line(text, key)
            raise ConfigError(f"`{key}`{where} {error.what}") from error
    return _rooted(Config(**arguments), folder)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_FILE_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path.name} can't be read ({error.strerror}).") from error
    if len(data) > _FILE_BYTES:
        raise ConfigError(f"{path.name} is longer than 64 KiB.")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path.name} is not UTF-8 text (line {line}).") from error


def _parse(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"it is not TOML: {error}.") from error


def _line(text: str, key: str) -> str:
    """Where the file sets a key, for people."""
    pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.\]]|\s*\[+\s*{re.escape(key)}")
    for number, line in enumerate(text.splitlines(), 1):
        if pattern.match(line):
            return f" (line {number})"
    return ""


_FIELDS = {entry.name: entry for entry in fields(Config)}
_KINDS = typing.get_type_hints(Config)


def _value(key: str, value: object) -> Any:
    if key not in _FIELDS:
        raise ConfigError("is not a setting of a dock.")
    kind = _KINDS[key]
    if kind is int:
        return _integer(value, _FIELDS[key].metadata)
    if key == "ports":
        return _ports(value)
    if not isinstance(value, str | Path) or not str(value):
        raise ConfigError("must be a text that is not empty.")
    if kind is Path:
        return Path(value)
    if key == "upstream_url":
        return _url(str(value))
    return str(value)


def _integer(value: object, bounds: Mapping[str, int]) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
        value = int(value)
    low, high = bounds["low"], bounds["high"]
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError(f"must be a whole number from {low} to {high}.")
    return value


def _ports(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(os.pathsep)
    if not isinstance(value, list | tuple) or len(value) > 64:
        raise ConfigError("must be a list of at most 64 paths.")
    if not all(isinstance(port, str) and port for port in value):
        raise ConfigError("must be a list of paths.")
    return tuple(value)


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        wrong = parts.scheme != "https" or not parts.hostname
        _ = parts.port  # raises where it is none
    except ValueError:
        wrong = True
    if wrong or parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise ConfigError("must be https://HOST[:PORT].")
    return value.rstrip("/")


def _rooted(config: Config, folder: Path) -> Config:
    paths = {
        name: folder / value
        for name in _FIELDS
        if isinstance(value := getattr(config, name), Path) and not value.is_absolute()
    }
    ports = tuple(str(folder / port) for port in config.ports)
    return replace(config, ports=ports, **paths)  # type: ignore[arg-type]
