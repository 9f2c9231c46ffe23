# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A clock that is wrong stops acceptance visibly; service resumes when it is right again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.upstream.stage import Stage
from tests.upstream.test_faults import Case
from upstream.clock import Clock, system_us
from upstream.errors import UnavailableError
from upstream.log import entries, parse
from upstream.server import open_server

MINUTE_US = 60_000_000


def test_a_clock_behind_the_log_stops_acceptance_until_it_is_set(tmp_path: Path) -> None:
    case = Case(Stage(tmp_path))
    behind_us = 0
    clock = Clock(60, lambda: system_us() - behind_us)
    server = open_server(case.stage.settings(), clock)
    first = case.take(server, 0)
    behind_us = 5 * MINUTE_US
    with pytest.raises(UnavailableError, match="clock"):
        case.take(server, 1)
    assert case.take(server, 0) == first
    behind_us = 0
    case.take(server, 1)
    server.close()


def test_times_in_the_log_never_fall(tmp_path: Path) -> None:
    case = Case(Stage(tmp_path))
    behind_us = 0
    server = open_server(case.stage.settings(), Clock(60, lambda: system_us() - behind_us))
    case.take(server, 0)
    behind_us = MINUTE_US // 2
    case.take(server, 1)
    with server.database.transaction() as connection:
        times = [parse(row.entry).utc_us for row in connection.execute(entries.select())]
    assert times[0] == times[1]
    server.close()
