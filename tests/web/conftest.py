# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A real Chromium, from the system's own packages, and axe-core for accessibility."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium: tools/setup/system.sh chromium installs it")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh context's page."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """What axe-core finds wrong in a page, one line each."""
    source = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

    def check(page: Page) -> list[str]:
        # The page's policy allows no script: axe goes in through the debugger, as a tester does.
        found: dict[str, Any] = page.evaluate(f"{source}\naxe.run({json.dumps(RULES)})")
        return [
            f"{violation['id']}: {node['html'][:200]}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    return check
