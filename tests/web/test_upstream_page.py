# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The page that lists what arrived, in Chromium: readable, used by keyboard, and to itself."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

from evidence.seal import Indicator
from tests.evidence.writer import Hooks
from tests.upstream.stage import Footage, Running, Stage, running

pytestmark = pytest.mark.web

SHOTS = Path(os.environ.get("CANDOUR_SHOTS", "out/shots"))
DARK = Indicator(8000, 0, 1, 0)
SIZES = {"wide": (1280, 800), "narrow": (360, 740)}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server to which nothing has come."""
    with running(Stage(tmp_path_factory.mktemp("empty"))) as server:
        yield server


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Complete, arriving, recovered, without light, in conflict; and a number that is missing."""
    with running(Stage(tmp_path_factory.mktemp("full"))) as server:
        footage = Footage(server)
        for number, count, brought in ((1, 3, 3), (2, 4, 2), (4, 1, 1)):
            made = footage.writer(number)
            for segment, data in enumerate(made.segments(count, frames=50)[:brought]):
                footage.receipt(footage.put(made, segment, data))
        dark = footage.writer(5, Hooks(seal=lambda seal: replace(seal, indicator=DARK)))
        footage.receipt(footage.put(dark, 0, dark.segments(1)[0]))
        twice = footage.writer(6)
        state = dict(twice.__dict__)
        footage.receipt(footage.put(twice, 0, twice.segments(1)[0]))
        twice.__dict__.update(state)
        assert footage.put(twice, 0, twice.segments(1)[0]).status_code == 409
        yield server


def show(page: Page, server: Running, size: str = "wide", scheme: str = "light") -> None:
    """Open the page as its owner does."""
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(server.page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("state", ["empty", "full", "refused"])
def test_it_is_accessible(
    page: Page,
    axe: Callable[[Page], list[str]],
    request: pytest.FixtureRequest,
    state: str,
    size: str,
    scheme: str,
) -> None:
    server: Running = request.getfixturevalue("full" if state == "full" else "empty")
    show(page, server, size, scheme)
    if state == "refused":
        page.context.clear_cookies()
        page.goto(server.page.partition("?")[0])
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"upstream-{state}-{size}-{scheme}.png", full_page=True)
    assert axe(page) == []
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0


def test_the_empty_list_says_what_will_come(page: Page, empty: Running) -> None:
    show(page, empty)
    expect(page.get_by_role("heading", name="Nothing yet")).to_be_visible()
    assert page.get_by_role("table").count() == 0


@pytest.mark.parametrize("size", SIZES)
def test_it_lists_what_arrived(page: Page, full: Running, size: str) -> None:
    show(page, full, size)
    assert page.title() == "What arrived · Candour"
    rows = page.get_by_role("row").filter(has=page.get_by_role("rowheader"))
    assert rows.count() == 5
    texts = [" ".join(row.inner_text().split()) for row in rows.all()]
    assert "no. 6" in texts[0]
    assert "conflict" in texts[0]
    assert "never, in 16.0 s" in texts[1]
    sums = page.get_by_role("list", name="In all").inner_text().split("\n")
    assert sums == ["5 recordings", "4 complete", "1 still arriving", "1 conflict"]
    assert "still arriving" in texts[3]
    assert "no. 1" in texts[4]
    for part in ("complete", "300", "marked", "2026-05-28 20:26:41", "± 0.005 s"):
        assert part in texts[4], texts[4]
    expect(page.get_by_text("camera-1/1: 1 of 6 not here")).to_be_visible()
    expect(page.get_by_text("two different segments of one identity")).to_be_visible()


def test_it_is_used_by_keyboard_alone(page: Page, full: Running) -> None:
    show(page, full)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the list")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    refresh = page.get_by_role("link", name="Refresh")
    expect(refresh).to_be_focused()
    style = refresh.evaluate("e => getComputedStyle(e).outlineStyle")
    assert style == "solid"
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    expect(page.get_by_role("heading", name="What arrived")).to_be_visible()


def test_it_asks_no_other_host_and_runs_no_script(page: Page, full: Running) -> None:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    show(page, full)
    host = urlsplit(full.page).netloc
    assert {urlsplit(answer.url).netloc for answer in answers} == {host}
    assert all(answer.ok or answer.status == 303 for answer in answers)
    assert page.locator("script").count() == 0
    policy = answers[-1].headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    (cookie,) = page.context.cookies()
    assert cookie["httpOnly"]
    assert "token" not in page.url


def test_older_recordings_are_a_link_away(page: Page, full: Running) -> None:
    show(page, full)
    page.goto(full.page.partition("?")[0] + "?before=3")
    assert page.get_by_role("rowheader").count() == 2
    expect(page.get_by_role("link", name="Back to the latest")).to_be_visible()
    for nonsense in ("x", "-1", "9" * 400):
        answer = page.goto(full.page.partition("?")[0] + f"?before={nonsense}")
        assert answer is not None
        assert answer.status == 200


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 401),
        ("/?token=wrong", {}, 401),
        ("/", {"Cookie": "candour_page=wrong"}, 401),
        ("/", {"Host": "evil.example"}, 421),
        ("/nothing", {}, 404),
    ],
)
def test_whoever_has_no_token_sees_nothing(
    full: Running, path: str, headers: dict[str, str], status: int
) -> None:
    root = full.page.partition("/?")[0]
    request = urllib.request.Request(root + path, headers=headers)
    with pytest.raises(HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)
    assert caught.value.code == status
    assert b"camera-1" not in caught.value.read()
