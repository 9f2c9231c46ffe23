# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The pages in docs/ name every setting with its default, and every error code."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from tools.staff import settings as staff
from upstream import errors
from upstream.config import Settings

DOCS = Path(__file__).parents[2] / "docs"
OPERATIONS = (DOCS / "operations.md").read_text()
SERVER = OPERATIONS.split("## 2. The evidence server", 1)[1].split("## 3.", 1)[0]


def test_every_setting_stands_there_with_its_default() -> None:
    rows = re.findall(r"^\| (`[^|]+) \| ([^|]+) \|", SERVER, re.M)
    told: dict[str, str] = {}
    for names, defaults in rows:
        keys = re.findall(r"`(\w+)`", names)
        told.update(zip(keys, defaults.replace("`", "").split(", "), strict=False))
    for field in dataclasses.fields(Settings):
        assert told.get(field.name) == str(field.default), field.name
    for field in dataclasses.fields(staff.Settings):
        assert f"`{field.name}`" in OPERATIONS


def test_every_error_code_stands_in_one_of_the_pages() -> None:
    text = OPERATIONS + (DOCS / "link.md").read_text()
    codes = {each.code for each in errors.UpstreamError.__subclasses__()}
    assert len(codes) > 15
    assert [code for code in sorted(codes) if f"`{code}`" not in text] == []
