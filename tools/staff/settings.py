# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""staff.toml: how to reach the evidence server, as whom, and which anchor to check against."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from tools.staff.errors import StaffConfigError

_MAX_BYTES = 64 * 1024


@dataclass(frozen=True)
class Settings:
    """Paths are relative to the file's folder; the anchor may be missing."""

    upstream_url: str
    certificate: Path
    key: Path
    server_ca: Path
    anchor: Path | None = None


def load(path: Path) -> Settings:
    """The settings of a file; raises StaffConfigError that names the key."""
    try:
        with path.open("rb") as file:
            values = tomllib.loads(file.read(_MAX_BYTES).decode("utf-8"))
    except OSError as error:
        raise StaffConfigError(f"The file cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StaffConfigError(f"The file is not TOML: {error}.") from error
    known = {each.name for each in fields(Settings)}
    for key, value in values.items():
        if key not in known:
            raise StaffConfigError(f"`{key}` is not a setting.")
        if not isinstance(value, str) or not value:
            raise StaffConfigError(f"`{key}` must be a text that is not empty.")
    url = values.pop("upstream_url", "")
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.path not in ("", "/"):
        raise StaffConfigError("`upstream_url` must be https://HOST[:PORT].")
    for key in ("certificate", "key", "server_ca"):
        if key not in values:
            raise StaffConfigError(f"`{key}` is missing.")
    folder = path.resolve().parent
    return Settings(url.rstrip("/"), **{key: folder / value for key, value in values.items()})
